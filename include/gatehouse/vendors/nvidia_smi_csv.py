"""nvidia-smi --query-gpu or --query-compute-apps with --format=csv: columns by their headings, whatever was asked."""

from collections.abc import Sequence

from gatehouse.model.commands import Completed
from gatehouse.model.errors import UnreadableError
from gatehouse.model.readings import Fact, ToolReport
from gatehouse.vendors.gathered import Gathered, gather, whole_lines
from gatehouse.vendors.nvidia_columns import HOST_FACTS, fact_of, value_of
from gatehouse.vendors.nvidia_findings import note_gpu_state
from gatehouse.vendors.nvidia_smi_complaints import complaints_only, note_complaints
from gatehouse.vendors.quantities import number_or_unknown, quantity, word_or_unknown
from gatehouse.vendors.registry import reads

_PROCESS_COLUMNS = {
    "pid": "pid",
    "process_name": "name",
    "name": "name",
    "gpu_bus_id": "gpu_bus",
    "gpu_uuid": "gpu_uuid",
}
_MEMORY_COLUMNS = ("used_gpu_memory", "used_memory")


@reads("nvidia-smi-csv")
def read_nvidia_smi_csv(said: Completed) -> ToolReport:
    """GPUs by their index column, else by row; or processes, where there is a ``pid`` column.

    Raises:
        UnreadableError: there is no line of headings (``noheader`` cannot be read: nothing says what stands where).
    """
    gathered, text = gather("nvidia-smi-csv", said)
    lines = [line for line in whole_lines(gathered, text) if line.strip()]
    start = next((index for index, line in enumerate(lines) if _is_heading(line)), None)
    if start is None:
        report = complaints_only(gathered, text)
        if report is None:
            raise UnreadableError("no line of headings that nvidia-smi prints")
        return report
    headings = lines[start].split(", ")
    rows = _rows(gathered, headings, lines[start + 1 :])
    gathered.fact("columns", len(headings))
    if "pid" in headings:
        _note_processes(gathered, headings, rows)
    else:
        _note_gpus(gathered, headings, rows)
    note_complaints(gathered, text)
    return gathered.done()


def _is_heading(line: str) -> bool:
    """Headings are query fields: known ones are among them, and no cell is anything else."""
    if ".aip" in line:  # hl-smi names its fields alike, for another device
        return False
    cells = line.split(", ")
    facts = [fact_of(cell) for cell in cells]
    return all(facts) and ("pid" in cells or any(fact is not None and fact[1] != "any" for fact in facts))


def _rows(gathered: Gathered, headings: Sequence[str], lines: Sequence[str]) -> list[list[str]]:
    """Rows with as many cells as there are headings; a process's name may hold the separator."""
    rows = []
    for line in lines:
        cells = line.split(", ")
        extra = len(cells) - len(headings)
        if extra > 0 and "process_name" in headings:
            at = list(headings).index("process_name")
            cells = [*cells[:at], ", ".join(cells[at : at + extra + 1]), *cells[at + extra + 1 :]]
        if len(cells) == len(headings):
            rows.append(cells)
        else:
            gathered.incomplete(f"a row of {len(cells)} cells under {len(headings)} headings was left out")
    return rows


def _note_gpus(gathered: Gathered, headings: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    for number, cells in enumerate(rows):
        facts: dict[str, Fact] = {}
        for heading, cell in zip(headings, cells, strict=True):
            fact = fact_of(heading)
            if fact is not None:
                facts[fact[0]] = value_of(fact[1], cell.strip())
        index = facts.pop("index", None)
        part = f"gpu{index if isinstance(index, int) else number}"
        gathered.facts_of("", {name: facts.pop(name) for name in HOST_FACTS & facts.keys()})
        gathered.facts_of(part, facts)
        note_gpu_state(gathered, part, facts)
    gathered.fact("gpus", len(rows))
    gathered.counted("GPUs", gathered.facts.get("attached_gpus"), len(rows))


def _note_processes(gathered: Gathered, headings: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    gathered.fact("processes", len(rows))
    for index, cells in enumerate(rows):
        for heading, cell in zip(headings, cells, strict=True):
            name = heading.split(" [", 1)[0]
            if name in _MEMORY_COLUMNS:
                gathered.fact(f"proc{index}.used_mib", quantity(cell.strip(), "mib"))
            elif name in _PROCESS_COLUMNS:
                value = number_or_unknown(cell) if name == "pid" else word_or_unknown(cell)
                gathered.fact(f"proc{index}.{_PROCESS_COLUMNS[name]}", value)
