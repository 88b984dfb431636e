"""amd-smi as text: the same trees as of its JSON by indentation, or the tables of some subcommands."""

from collections import Counter

from gatehouse.model.commands import Completed
from gatehouse.model.errors import UnreadableError
from gatehouse.model.readings import ToolReport
from gatehouse.vendors.amd_smi_json import note_gpus
from gatehouse.vendors.amd_smi_tables import note_tables
from gatehouse.vendors.amd_values import lowered
from gatehouse.vendors.gathered import Gathered, gather, whole_lines, without_elisions
from gatehouse.vendors.indented_tree import Entry, tree_of
from gatehouse.vendors.quantities import number_or_unknown, word_or_unknown
from gatehouse.vendors.registry import reads


@reads("amd-smi-text")
def read_amd_smi_text(said: Completed) -> ToolReport:
    """GPUs, and the CPU sections that an APU has before them, by the numbers that amd-smi gives them.

    Raises:
        UnreadableError: there is no section of a GPU.
    """
    gathered, text = gather("amd-smi-text", said)
    lines = without_elisions(gathered, whole_lines(gathered, text))
    root = tree_of(lines, tight=True)
    gpus = [entry for entry in root.each("GPU") if _index(entry) is not None and entry.children]
    cpus = [entry for entry in root.each("CPU") if _index(entry) is not None]
    if gpus or cpus:
        note_gpus(gathered, [{**lowered(_tree(entry)), "gpu": _index(entry)} for entry in gpus])
        gathered.fact("cpus", len(cpus))
        for cpu in cpus:
            if (firmware := cpu.words("SMU/FW_VERSION")) is not None:
                gathered.fact(f"cpu{_index(cpu)}.smu_fw", word_or_unknown(firmware))
        _compare_sections(gathered, gpus)
    elif not note_tables(gathered, text, lines):
        first = next((line.strip() for line in text.split("\n") if line.strip() and not line.startswith("$")), "")
        raise UnreadableError(f"no section of a GPU: {first[:200]}")
    return gathered.done()


def _tree(entry: Entry) -> dict[str, object]:
    """A GPU's sections; those that repeat, or whose keys do, as lists: its processes and its bad pages."""
    tree = entry.mapping()
    if processes := [child for child in entry.each("PROCESS_INFO") if child.children]:
        tree["PROCESS_INFO"] = [child.mapping() for child in processes]
    for key in ("RETIRED", "PENDING", "UN_RES"):
        section = entry.at(key)
        if section is not None and section.children:
            tree[key] = [child.value for child in section.each("PAGE_ADDRESS")]
    return tree


def _index(entry: Entry) -> int | None:
    number = number_or_unknown(entry.value)
    return number if isinstance(number, int) else None


def _compare_sections(gathered: Gathered, gpus: list[Entry]) -> None:
    """Every GPU of one machine has the same sections: a last one with fewer was cut."""
    counts = Counter(section.key for gpu in gpus for section in gpu.children)
    for key, count in counts.items():
        if count < len(gpus):
            gathered.was_cut(f"{len(gpus) - count} of {len(gpus)} GPUs have no section {key[:40]}")
            return
