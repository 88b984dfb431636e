"""``lspci -mm`` for machines: ``Key:<tab>value`` records with ``-v``, or one quoted line a device without.

Values with ``-nn`` end in the numeric id: ``Host bridge [0600]``. Records are parted by blank lines.
"""

import re
from collections.abc import Iterator

from gatehouse.model.commands import Completed
from gatehouse.model.errors import UnreadableError
from gatehouse.model.readings import ToolReport
from gatehouse.vendors.documents import Lines, lines_of
from gatehouse.vendors.draft import Draft
from gatehouse.vendors.pci_names import is_bridge, is_gpu
from gatehouse.vendors.registry import reads

_TOOL = "lspci-mm"
_PAIR = re.compile(
    r"(Slot|Class|Vendor|Device|SVendor|SDevice|PhySlot|Rev|ProgIf|Driver|Module|NUMANode|IOMMUGroup):\s{1,16}(.{1,300})"
)
_SLOT = re.compile(r"(?:[0-9a-f]{1,8}:)?[0-9a-f]{2}:[0-9a-f]{2}\.[0-7]")
_ID = re.compile(r"(?:.{0,300}\[([0-9a-f]{4})\]|([0-9a-f]{4}))")  # with -nn and with -n
_WORD = re.compile(r'"((?:[^"\\]|\\.){0,300})"|(\S{1,60})')
_ESCAPED = re.compile(r"\\(.)")
_POSITIONS = ("Class", "Vendor", "Device", "SVendor", "SDevice")
_MAX_LINE = 1000


@reads(_TOOL)
def read_lspci_mm(said: Completed) -> ToolReport:
    """Devices by slot, the first and last also as ``first`` and ``last``; values as printed.

    Raises:
        UnreadableError: no device in either form.
    """
    lines = lines_of(said)
    records = [record for record in (*_records(lines), *_quoted(lines)) if "Slot" in record and "Class" in record]
    if not records:
        raise UnreadableError("no device with a slot and a class: not lspci -mm")
    records = list({record["Slot"]: record for record in reversed(records)}.values())[::-1]  # each once
    draft = Draft(_TOOL, said)
    draft.total("devices", len(records))
    ids = [(_id(record.get("Class")), _id(record.get("Vendor"))) for record in records]
    if any(kind and vendor for kind, vendor in ids):
        draft.total("gpus", sum(is_gpu(kind, vendor) for kind, vendor in ids))
        draft.total("nvidia_bridges", sum(vendor == "10de" and is_bridge(kind) for kind, vendor in ids))
    for record in records:
        _note(draft, record["Slot"], record)
    _note(draft, "first", records[0])
    draft.note_end(lines)
    if not draft.cut:
        _note(draft, "last", records[-1])
    return draft.done()


def _records(lines: Lines) -> Iterator[dict[str, str]]:
    record: dict[str, str] = {}
    for line in lines:
        match = _PAIR.fullmatch(line.rstrip())
        if record and (not line.strip() or (match and match.group(1) == "Slot")):
            yield record
            record = {}
        if match:
            record.setdefault(match.group(1), match.group(2).strip())
    if record:
        yield record


def _quoted(lines: Lines) -> Iterator[dict[str, str]]:
    """``00:00.0 "Host bridge" "Intel" "440BX" -r01 -p00 "VMware" "Chipset"``."""
    for line in lines:
        slot = line.split(" ", 1)[0]
        if not _SLOT.fullmatch(slot) or len(line) > _MAX_LINE or '"' not in line or line.count('"') % 2:
            continue  # no such line, or a quote that does not end
        words = [_ESCAPED.sub(r"\1", quoted or bare) for quoted, bare in _WORD.findall(line[len(slot) :])]
        options = {word[:2]: word[2:] for word in words if re.fullmatch(r"-[rp][0-9a-f]{1,4}", word)}
        values = [word for word in words if not re.fullmatch(r"-[rp][0-9a-f]{1,4}", word)]
        record = {"Slot": slot, **{key: value for key, value in zip(_POSITIONS, values, strict=False) if value}}
        yield record | ({"Rev": options["-r"]} if "-r" in options else {})


def _id(value: str | None) -> str:
    match = _ID.fullmatch(value or "")
    return (match.group(1) or match.group(2)) if match else ""


def _note(draft: Draft, part: str, record: dict[str, str]) -> None:
    for key in ("Slot", "Class", "Vendor", "Device", "SVendor", "SDevice", "PhySlot", "Rev", "Driver"):
        if key in record:
            draft.fact(f"{part}.{key.lower()}", record[key])
