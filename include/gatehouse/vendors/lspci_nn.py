"""``lspci -nn``: one line a device, with numeric class and ids: ``BDF Class [0302]: Name [10de:20b2] (rev a1)``."""

import re

from gatehouse.model.commands import Completed
from gatehouse.model.errors import UnreadableError
from gatehouse.model.readings import Fact, ToolReport
from gatehouse.vendors.documents import Lines, lines_of
from gatehouse.vendors.draft import Draft
from gatehouse.vendors.pci_names import is_bridge, is_gpu
from gatehouse.vendors.registry import reads

_TOOL = "lspci-nn"
_DEVICE = re.compile(
    r"((?:[0-9a-f]{4,8}:)?[0-9a-f]{2}:[0-9a-f]{2}\.[0-7]) (.{1,80}?) \[([0-9a-f]{4})\]: (.{1,300}?) "
    r"\[([0-9a-f]{4}):([0-9a-f]{4})\](?: \(rev ([0-9a-f]{2})\))?(?: \(prog-if .{0,80}\))?"
)


@reads(_TOOL)
def read_lspci_nn(said: Completed) -> ToolReport:
    """Devices by address: class, ids, name, revision; how many are GPUs and how many NVIDIA bridges (NVSwitches).

    Raises:
        UnreadableError: no line of lspci -nn.
    """
    lines = lines_of(said)
    found = [match for line in _with_closed_tail(lines) if (match := _DEVICE.fullmatch(line.strip()))]
    if not found:
        raise UnreadableError("no device with class and ids: not lspci -nn")
    draft = Draft(_TOOL, said)
    draft.fact("lines", len(found))
    draft.fact("devices", len(found))
    draft.fact("gpus", sum(is_gpu(match.group(3), match.group(5)) for match in found))
    draft.fact("nvidia_bridges", sum(match.group(5) == "10de" and is_bridge(match.group(3)) for match in found))
    for match in found:
        _note(draft, match.group(1), match)
    _note(draft, "first", found[0])
    if lines.tail and not _DEVICE.fullmatch(lines.tail.strip()):
        draft.was_cut("the last line is cut")
    else:
        _note(draft, "last", found[-1])
    return draft.done()


def _with_closed_tail(lines: Lines) -> list[str]:
    """All lines; one without a newline too, as a device's line is only matched up to its closing bracket."""
    return [*lines, lines.tail] if lines.tail else list(lines)


def _note(draft: Draft, part: str, match: re.Match[str]) -> None:
    facts: dict[str, Fact] = {
        "bdf": match.group(1),
        "class": match.group(2),
        "class_id": match.group(3),
        "name": match.group(4),
        "ids": f"{match.group(5)}:{match.group(6)}",
        "rev": match.group(7),
    }
    for name, value in facts.items():
        draft.fact(f"{part}.{name}", value)
