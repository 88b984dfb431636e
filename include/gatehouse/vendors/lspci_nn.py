"""``lspci -nn``: one line a device, with numeric class and ids: ``BDF Class [0302]: Name [10de:20b2] (rev a1)``."""

import re

from gatehouse.model.commands import Completed
from gatehouse.model.errors import UnreadableError
from gatehouse.model.readings import Fact, ToolReport
from gatehouse.vendors.documents import lines_of
from gatehouse.vendors.draft import Draft
from gatehouse.vendors.pci_names import is_bridge, is_gpu
from gatehouse.vendors.registry import reads

_TOOL = "lspci-nn"
_DEVICE = re.compile(
    r"((?:[0-9a-f]{4,8}:)?[0-9a-f]{2}:[0-9a-f]{2}\.[0-7]) (.{1,80}?) \[([0-9a-f]{4})\]: (.{1,300}?) "
    r"\[([0-9a-f]{4}):([0-9a-f]{4})\](?: \(rev ([0-9a-f]{2})\))?(?: \(prog-if .{0,80}\))?"
)
_ADDRESS = re.compile(r"(?:[0-9a-f]{4,8}:)?[0-9a-f]{2}:[0-9a-f]{2}\.[0-7] [A-Z0-9]")
_NUMERIC = re.compile(  # -n, which has no names
    r"((?:[0-9a-f]{4,8}:)?[0-9a-f]{2}:[0-9a-f]{2}\.[0-7]) ()([0-9a-f]{4}): ()([0-9a-f]{4}):([0-9a-f]{4})"
    r"(?: \(rev ([0-9a-f]{2})\))?(?: \(prog-if .{0,80}\))?"
)


@reads(_TOOL)
def read_lspci_nn(said: Completed) -> ToolReport:
    """Devices by address: class, ids, name, revision; how many are GPUs and how many NVIDIA bridges (NVSwitches).

    Raises:
        UnreadableError: no line of lspci -nn.
    """
    lines = lines_of(said).with_tail(_DEVICE)
    matched = [m for line in lines if (m := _DEVICE.fullmatch(line.strip()) or _NUMERIC.fullmatch(line.strip()))]
    if not matched:
        raise UnreadableError("no device with class and ids: not lspci -nn")
    draft = Draft(_TOOL, said)
    draft.total("lines", len(matched))
    found = list({match.group(1): match for match in matched}.values())  # each once
    draft.total("devices", len(found))
    draft.total("gpus", sum(is_gpu(match.group(3), match.group(5)) for match in found))
    draft.total("nvidia_bridges", sum(match.group(5) == "10de" and is_bridge(match.group(3)) for match in found))
    for match in found:
        _note(draft, match.group(1), match)
    _note(draft, "first", found[0])
    draft.note_end(lines)
    others = sum(bool(_ADDRESS.match(line.strip())) for line in lines) - len(matched)
    if others:
        draft.incomplete(f"{others} devices without ids are left out")
    if not draft.cut:
        _note(draft, "last", found[-1])
    return draft.done()


def _note(draft: Draft, part: str, match: re.Match[str]) -> None:
    facts: dict[str, Fact] = {
        "bdf": match.group(1),
        "class": match.group(2) or None,
        "class_id": match.group(3),
        "name": match.group(4) or None,
        "ids": f"{match.group(5)}:{match.group(6)}",
        "rev": match.group(7),
    }
    for name, value in facts.items():
        draft.fact(f"{part}.{name}", value)
