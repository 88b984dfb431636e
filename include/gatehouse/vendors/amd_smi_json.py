"""amd-smi with --json: one tree a GPU (and a CPU), as a bare list or under ``gpu_data``; or the tool's versions."""

from collections.abc import Iterator, Mapping
from typing import Any

from gatehouse.model.commands import Completed
from gatehouse.model.errors import UnreadableError
from gatehouse.model.readings import ToolReport
from gatehouse.vendors.amd_fields import gpu_facts
from gatehouse.vendors.amd_records import TOTALS
from gatehouse.vendors.amd_trouble import note_trouble
from gatehouse.vendors.amd_values import lowered
from gatehouse.vendors.gathered import Gathered, gather
from gatehouse.vendors.json_recovery import gathered_json
from gatehouse.vendors.quantities import number_or_unknown, word_or_unknown
from gatehouse.vendors.registry import reads

_VERSIONS = {
    "tool_version": "version",
    "library_version": "amdsmi_library_version",
    "rocm": "rocm_version",
    "driver": "amdgpu_version",
}


@reads("amd-smi-json")
def read_amd_smi_json(said: Completed) -> ToolReport:
    """GPUs by the index that amd-smi gives them, with what the subcommand tells of each.

    Raises:
        UnreadableError: it is not a JSON list of GPUs.
    """
    gathered, text = gather("amd-smi-json", said)
    is_object = text.lstrip().startswith("{")
    found = gathered_json(gathered, text, record_depth=2 if is_object else 1)
    gpus, cpus = list(_parts(found.value, "gpu")), list(_parts(found.value, "cpu"))
    versions = [each for each in _trees(found.value) if "amdsmi_library_version" in each]
    if not gpus and not cpus and not versions:
        complaint = next((str(each["error"]) for each in _trees(found.value) if each.get("error")), "")
        raise UnreadableError(f"no GPU of amd-smi in the JSON{': ' if complaint else ''}{complaint[:200]}")
    for tree in versions:
        gathered.facts_of("", {fact: word_or_unknown(tree.get(key)) for fact, key in _VERSIONS.items() if key in tree})
    if gpus or cpus:
        note_gpus(gathered, gpus)
    if cpus:
        gathered.total("cpus", len({tree["cpu"] for tree in cpus}))
    for tree in cpus:
        smu = tree.get("smu")
        gathered.fact(
            f"cpu{tree['cpu']}.smu_fw", word_or_unknown(smu.get("fw_version")) if isinstance(smu, Mapping) else None
        )
    return gathered.done()


def note_gpus(gathered: Gathered, trees: list[Mapping[str, Any]]) -> None:
    """Note the facts of each GPU's tree (keys in lower case, ``gpu`` is its index)."""
    for tree in trees:
        facts = gpu_facts(tree)
        gathered.facts_of(f"gpu{tree['gpu']}", facts)
        for name in set(TOTALS) & set(facts) if tree is trees[-1] else ():
            gathered.total(f"gpu{tree['gpu']}.{name}", facts[name])  # more of them may stand after a cut
        note_trouble(gathered, f"gpu{tree['gpu']}", facts)
    gathered.fact("gpus", len({tree["gpu"] for tree in trees}))


def _trees(value: Any) -> Iterator[Mapping[str, Any]]:
    """Objects at the top, in a list, or in a list under a key (``gpu_data``), with their keys in lower case."""
    tree = lowered(value)
    for candidate in tree if isinstance(tree, list) else [tree]:
        if isinstance(candidate, Mapping):
            yield candidate
            lists = (below for below in candidate.values() if isinstance(below, list))
            if "gpu" not in candidate and "cpu" not in candidate:
                yield from (item for below in lists for item in below if isinstance(item, Mapping))


def _parts(value: Any, kind: str) -> Iterator[Mapping[str, Any]]:
    """Trees that carry the number of a GPU or a CPU."""
    return (tree for tree in _trees(value) if isinstance(number_or_unknown(tree.get(kind)), int))
