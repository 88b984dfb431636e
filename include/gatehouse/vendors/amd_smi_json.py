"""amd-smi metric, static, list or bad-pages with --json: one tree a GPU, as a bare list or under ``gpu_data``."""

from collections.abc import Iterator, Mapping
from typing import Any

from gatehouse.model.commands import Completed
from gatehouse.model.errors import UnreadableError
from gatehouse.model.readings import ToolReport
from gatehouse.vendors.amd_fields import gpu_facts, lowered
from gatehouse.vendors.gathered import Gathered, gather
from gatehouse.vendors.json_recovery import gathered_json
from gatehouse.vendors.quantities import number_or_unknown
from gatehouse.vendors.registry import reads


@reads("amd-smi-json")
def read_amd_smi_json(said: Completed) -> ToolReport:
    """GPUs by the index that amd-smi gives them, with what the subcommand tells of each.

    Raises:
        UnreadableError: it is not a JSON list of GPUs.
    """
    gathered, text = gather("amd-smi-json", said)
    is_object = text.lstrip().startswith("{")
    found = gathered_json(gathered, text, record_depth=2 if is_object else 1)
    gpus = list(_gpus(found.value))
    if not gpus:
        raise UnreadableError("no GPU of amd-smi in the JSON")
    note_gpus(gathered, gpus)
    return gathered.done()


def note_gpus(gathered: Gathered, trees: list[Mapping[str, Any]]) -> None:
    """Note the facts of each GPU's tree (keys in lower case, ``gpu`` is its index)."""
    for tree in trees:
        gathered.facts_of(f"gpu{tree['gpu']}", gpu_facts(tree))
    gathered.fact("gpus", len({tree["gpu"] for tree in trees}))


def _gpus(value: Any) -> Iterator[Mapping[str, Any]]:
    """Trees that carry a GPU index: at the top, in a list, or in a list under a key (``gpu_data``)."""
    tree = lowered(value)
    for candidate in tree if isinstance(tree, list) else [tree]:
        if _is_gpu(candidate):
            yield candidate
        elif isinstance(candidate, Mapping):
            lists = (below for below in candidate.values() if isinstance(below, list))
            yield from (item for below in lists for item in below if _is_gpu(item))


def _is_gpu(tree: Any) -> bool:
    return isinstance(tree, Mapping) and isinstance(number_or_unknown(tree.get("gpu")), int)
