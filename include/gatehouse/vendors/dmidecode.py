"""``dmidecode``: what the firmware says the machine is made of (SMBIOS).

Records begin with ``Handle 0x…, DMI type N``, then a title, then ``Key: Value`` indented once; deeper lines belong to
the key above. dmidecode's kB/MB/GB/TB are powers of 1024 (DSP0134). A full dump declares how many structures follow;
``-t`` prints no such line.
"""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from gatehouse.model.commands import Completed
from gatehouse.model.errors import UnreadableError
from gatehouse.model.readings import ToolReport
from gatehouse.vendors.dmidecode_structures import ARRAY, BOOT, CHASSIS, CPU, DIMM, STRUCTURES, SUPPLY, SYSTEM
from gatehouse.vendors.documents import Lines, lines_of
from gatehouse.vendors.draft import Draft
from gatehouse.vendors.quantities import number_or_unknown
from gatehouse.vendors.registry import reads

_TOOL = "dmidecode"
_HANDLE = re.compile(r"Handle 0x[0-9A-Fa-f]{1,8}, DMI type (?P<kind>\d{1,3}), \d{1,6} bytes?\.?")
_OLD_TYPE = re.compile(r"DMI type (?P<kind>\d{1,3}), \d{1,6} bytes?\.?")
_VERSION = re.compile(r"# dmidecode (\S{1,40})")
_SMBIOS = re.compile(r"(?:SM|Legacy )?(?:BIOS|DMI) (\d{1,3}\.\d{1,3}(?:\.\d{1,3})?) present\.?")
_DECLARED = re.compile(r"(\d{1,6}) structures occupying \d{1,9} bytes\.?")
_SIZE = re.compile(r"(\d{1,9}) ?(kB|MB|GB|TB)")
_MIB = {"kB": 1 / 1024, "MB": 1, "GB": 1024, "TB": 1024**2}
_LEADING_NUMBER = re.compile(r"(\d{1,9}(?:\.\d{1,6})?)\s*(?:MT/s|MHz|W|V|bits)?")
# What board makers leave in place of a value; never a serial number or a model.
_NOT_SAID = frozenset(
    {"not specified", "not provided", "not present", "none", "unknown", "n/a", "<bad index>", "<out of spec>"}
    | {"to be filled by o.e.m.", "default string", "system serial number", "system product name", "0123456789"}
    | {"system manufacturer", "system version", "not settable", "not available", "not applicable", "oem"}
    | {"no module installed", "no dimm", "not installed", "empty", "<none>", "undefined", "unspecified"}
)
_STATES: dict[int, tuple[str, ...]] = {
    SUPPLY: ("Status",),
    CHASSIS: ("Power Supply State", "Thermal State"),
    BOOT: ("Status",),
}
_TROUBLE = re.compile(r"\b(?:non-critical|critical|non-recoverable|hardware failure)\b", re.IGNORECASE)
_END_OF_TABLE = 127
_MAY_BE_EMPTY = (126, *range(128, 256))  # inactive, and OEM structures: dmidecode prints no key of these

_BLANKS = (" ", "\t")


@dataclass
class _Record:
    kind: int
    values: dict[str, str] = field(default_factory=dict)


@reads(_TOOL)
def read_dmidecode(said: Completed) -> ToolReport:
    """Identity of system, board, chassis and BIOS, and each CPU, DIMM, slot and power supply. DIMM sizes in MiB.

    Raises:
        UnreadableError: not dmidecode's output, or it printed no structure (most often: not run as root).
    """
    lines = lines_of(said)
    records = list(_records(lines))
    draft = Draft(_TOOL, said)
    _note_header(draft, lines)
    is_ours = draft.facts["smbios"] is not None and draft.facts["dmidecode_version"] is not None
    if not records and not (is_ours and (not lines.tail or lines.tail.startswith("#"))):
        raise UnreadableError(_reason(lines))
    if not records:  # of the types that -t named this machine has none
        draft.incomplete("no structure was printed")
        draft.fact("structures_listed", 0)
        return draft.done()
    seen: Counter[int] = Counter()
    for record in records:
        _note_record(draft, record, seen[record.kind], is_last=record is records[-1])
        seen[record.kind] += 1
    _note_identity(draft, records)
    _judge(draft, records)
    if lines.tail or not (records[-1].values or records[-1].kind in (_END_OF_TABLE, *_MAY_BE_EMPTY)):
        # The structures before the last came whole, so that what they leave unsaid stays known to be unsaid.
        draft.incomplete("the last structure is cut")
    else:
        _note_totals(draft, records)
    _check_declared(draft, records)
    return draft.done()


def _records(lines: Lines) -> Iterator[_Record]:
    """Structures with their keys in lower case. Before version 2.10 the type stood on a line below the handle.

    A text that lost all its indentation, as in a message, is read by its keys alone.
    """
    record: _Record | None = None
    base = 0
    is_flat = not any(line[:1] in _BLANKS and line.strip() for line in lines)
    for line in lines:
        text = line.strip()
        if match := _HANDLE.fullmatch(text) or _OLD_TYPE.fullmatch(text):
            if record:
                yield record
            record, base = _Record(int(match.group("kind"))), 0
        elif record and text and (line[:1] in _BLANKS or (is_flat and ": " in text)):
            depth = len(line.expandtabs(8)) - len(line.expandtabs(8).lstrip())
            key, colon, value = text.partition(":")
            base = base or (depth if colon else 0)
            if colon and depth <= base:  # what is deeper is an item of the list under the key above
                record.values.setdefault(key.lower(), value.strip())
    if record:
        yield record


def _reason(lines: Lines) -> str:
    """Why there is no structure, in dmidecode's own words where it is dmidecode."""
    if not any(_VERSION.match(line) for line in lines):
        return "no DMI structure: not dmidecode"
    said = [line.strip("# ") for line in (*lines, lines.tail) if line.strip("# ") and not _VERSION.match(line)]
    return f"dmidecode printed no structure: {'; '.join(said)[:300]}"


def _said(value: str | None) -> str | None:
    """The value, or None where the maker left it out."""
    return None if value is None or not value or value.lower() in _NOT_SAID else value


def _note_header(draft: Draft, lines: Lines) -> None:
    draft.fact("dmidecode_version", None)
    draft.fact("smbios", None)
    for line in lines:
        if match := _VERSION.match(line):
            draft.fact("dmidecode_version", match.group(1))
        elif match := _SMBIOS.fullmatch(line.strip()):
            draft.fact("smbios", match.group(1))
        elif match := _DECLARED.fullmatch(line.strip()):
            draft.fact("structures", int(match.group(1)))


def _note_record(draft: Draft, record: _Record, index: int, *, is_last: bool) -> None:
    """Facts of one structure. What the last one does not say may have been cut off, so it is not called unknown."""
    structure = STRUCTURES.get(record.kind)
    if structure is None or (index and not structure.is_numbered):
        return
    part = f"{structure.part}{index}" if structure.is_numbered else structure.part
    for name, keys in (structure.words | structure.numbers).items():
        values = [record.values[key.lower()] for key in keys if key.lower() in record.values]
        if values or not is_last:
            value = values[0] if values else ""
            if name == "ecc" and value == "None":  # an answer: this memory has no error correction
                draft.fact(f"{part}.{name}", value)
            else:
                draft.fact(f"{part}.{name}", _number(value) if name in structure.numbers else _said(value))
    if record.kind == DIMM and "size" in record.values:
        draft.fact(f"{part}.size_mib", _mib(record.values.get("size", "")))


def _number(value: str) -> int | float | None:
    match = _LEADING_NUMBER.fullmatch(value)
    return number_or_unknown(match.group(1)) if match else None


def _mib(value: str) -> int | float | None:
    match = _SIZE.fullmatch(value)
    return int(match.group(1)) * _MIB[match.group(2)] if match else None


def _note_identity(draft: Draft, records: list[_Record]) -> None:
    """The system's facts under their short names too: they are the machine's identity."""
    if any(record.kind == SYSTEM for record in records):
        for name in STRUCTURES[SYSTEM].words:
            if f"system.{name}" in draft.facts:
                draft.fact(name, draft.facts[f"system.{name}"])


def _note_totals(draft: Draft, records: list[_Record]) -> None:
    draft.total("structures_listed", len(records))
    slots = [_mib(record.values.get("size", "")) for record in records if record.kind == DIMM]
    if slots:
        draft.total("memory.devices", len(slots))
        draft.total("memory.installed", sum(size is not None for size in slots))
        draft.total("memory.total_mib", sum(size for size in slots if size is not None))
    sockets = [record.values.get("status", "") for record in records if record.kind == CPU]
    if sockets:
        draft.total("cpu_sockets", len(sockets))
        draft.total("cpus", sum(status.startswith("Populated") for status in sockets))
    supplies = [record for record in records if record.kind == SUPPLY]
    if supplies:
        draft.total("psus", len(supplies))


def _judge(draft: Draft, records: list[_Record]) -> None:
    """What the firmware itself calls trouble: a power supply's or chassis' state, a boot that found bad hardware."""
    seen: Counter[int] = Counter()
    for record in records:
        part = f"psu{seen[record.kind]}" if record.kind == SUPPLY else "host"
        seen[record.kind] += 1
        for key in _STATES.get(record.kind, ()):
            state = record.values.get(key.lower(), "")
            if _TROUBLE.search(state):
                draft.hardware(part, f"dmidecode.{key.lower().replace(' ', '_')}", f"{key}: {state}")


def _check_declared(draft: Draft, records: list[_Record]) -> None:
    declared = draft.facts.get("structures")
    if isinstance(declared, int) and len(records) < declared:
        draft.incomplete(f"{declared} structures declared, {len(records)} listed")
    arrays = [
        number_or_unknown(record.values.get("number of devices", "")) for record in records if record.kind == ARRAY
    ]
    slots, dimms = sum(int(each) for each in arrays if each is not None), sum(record.kind == DIMM for record in records)
    if dimms and dimms < slots:
        draft.incomplete(f"{slots} memory devices declared, {dimms} listed")
