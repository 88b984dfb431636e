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
from gatehouse.vendors.documents import Lines, lines_of
from gatehouse.vendors.draft import Draft
from gatehouse.vendors.quantities import number_or_unknown
from gatehouse.vendors.registry import reads

_TOOL = "dmidecode"
_HANDLE = re.compile(r"Handle (0x[0-9A-Fa-f]{1,8}), DMI type (\d{1,3}), \d{1,6} bytes?\.?")
_VERSION = re.compile(r"# dmidecode (\S{1,40})")
_SMBIOS = re.compile(r"(?:SM|Legacy )?(?:BIOS|DMI) (\d{1,3}\.\d{1,3}(?:\.\d{1,3})?) present\.?")
_DECLARED = re.compile(r"(\d{1,6}) structures occupying \d{1,9} bytes\.?")
_SIZE = re.compile(r"(\d{1,9}) ?(kB|MB|GB|TB)")
_MIB = {"kB": 1 / 1024, "MB": 1, "GB": 1024, "TB": 1024**2}
_LEADING_NUMBER = re.compile(r"(\d{1,9}(?:\.\d{1,6})?)\s*(?:MT/s|MHz|W|V)?")
# What board makers leave in place of a value; never a serial number or a model.
_NOT_SAID = frozenset(
    {"not specified", "not provided", "not present", "none", "unknown", "n/a", "<bad index>", "<out of spec>"}
    | {"to be filled by o.e.m.", "default string", "system serial number", "0123456789"}
    | {"no module installed", "no dimm", "not installed"}
)
_END_OF_TABLE = 127
_MAY_BE_EMPTY = (126, *range(128, 256))  # inactive, and OEM structures: dmidecode prints no key of these
_BIOS, _SYSTEM, _BOARD, _CHASSIS, _CPU, _ARRAY, _DIMM, _SUPPLY = 0, 1, 2, 3, 4, 16, 17, 39
_MAKER = {"manufacturer": "Manufacturer", "product": "Product Name", "version": "Version", "serial": "Serial Number"}
_WORDS: dict[int, tuple[str, dict[str, str]]] = {
    _BIOS: ("bios", {"vendor": "Vendor", "version": "Version", "date": "Release Date"}),
    _SYSTEM: ("system", {**_MAKER, "uuid": "UUID", "sku": "SKU Number", "family": "Family"}),
    _BOARD: ("board", {**_MAKER, "asset_tag": "Asset Tag"}),
    _CHASSIS: (
        "chassis",
        {**_MAKER, "type": "Type", "asset_tag": "Asset Tag", "power_supply_state": "Power Supply State"},
    ),
    _CPU: (
        "cpu",
        {"socket": "Socket Designation", "manufacturer": "Manufacturer", "version": "Version", "status": "Status"},
    ),
    _ARRAY: ("memory", {"ecc": "Error Correction Type", "max": "Maximum Capacity"}),
    _DIMM: (
        "dimm",
        {
            "locator": "Locator",
            "bank": "Bank Locator",
            "manufacturer": "Manufacturer",
            "serial": "Serial Number",
            "part": "Part Number",
            "type": "Type",
        },
    ),
    _SUPPLY: (
        "psu",
        {
            "name": "Name",
            "manufacturer": "Manufacturer",
            "serial": "Serial Number",
            "part": "Model Part Number",
            "status": "Status",
        },
    ),
}
_NUMBERS: dict[int, dict[str, str]] = {
    _CPU: {"cores": "Core Count", "cores_enabled": "Core Enabled", "threads": "Thread Count", "max_mhz": "Max Speed"},
    _ARRAY: {"slots": "Number Of Devices"},
    _DIMM: {"speed_mts": "Speed", "configured_speed_mts": "Configured Memory Speed", "rank": "Rank"},
    _SUPPLY: {"max_power_w": "Max Power Capacity"},
}
_NUMBERED = frozenset({_CPU, _DIMM, _SUPPLY})  # there are several of each: cpu0, cpu1 …; of the others the first counts


@dataclass
class _Record:
    kind: int
    values: dict[str, str] = field(default_factory=dict)


@reads(_TOOL)
def read_dmidecode(said: Completed) -> ToolReport:
    """Identity of system, board, chassis and BIOS, and each CPU, DIMM and power supply. DIMM sizes in MiB.

    Raises:
        UnreadableError: not dmidecode's output, or it printed no structure (most often: not run as root).
    """
    lines = lines_of(said)
    records = list(_records(lines))
    if not records:
        raise UnreadableError(_reason(lines))
    draft = Draft(_TOOL, said)
    _note_header(draft, lines)
    seen: Counter[int] = Counter()
    for record in records:
        _note_record(draft, record, seen[record.kind], is_last=record is records[-1])
        seen[record.kind] += 1
    _note_identity(draft, records)
    _note_memory(draft, records)
    _check_declared(draft, lines, records)
    return draft.done()


def _records(lines: Lines) -> Iterator[_Record]:
    record: _Record | None = None
    key, base = "", 0
    for line in lines:
        text = line.strip()
        if match := _HANDLE.fullmatch(text):
            if record:
                yield record
            record, key, base = _Record(int(match.group(2))), "", 0
        elif record and text and line[:1] in " \t":
            depth = len(line.expandtabs(8)) - len(line.expandtabs(8).lstrip())
            base = base or depth
            if depth > base:
                continue  # an item of the list under the key above
            key, colon, value = text.partition(":")
            if colon:
                record.values.setdefault(key, value.strip())
    if record:
        yield record


def _reason(lines: Lines) -> str:
    """Why there is no structure, in dmidecode's own words where it is dmidecode."""
    if not any(_VERSION.match(line) for line in lines):
        return "no DMI structure: not dmidecode"
    said = [line.strip() for line in (*lines, lines.tail) if line.strip() and not line.startswith("#")]
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
    if record.kind not in _WORDS or (index and record.kind not in _NUMBERED):
        return
    prefix, words = _WORDS[record.kind]
    part = f"{prefix}{index}" if record.kind in _NUMBERED else prefix
    for name, key in words.items():
        if key in record.values or not is_last:
            draft.fact(f"{part}.{name}", _said(record.values.get(key)))
    for name, key in _NUMBERS.get(record.kind, {}).items():
        if key in record.values or not is_last:
            draft.fact(f"{part}.{name}", _number(record.values.get(key, "")))
    if record.kind == _DIMM and "Size" in record.values:
        draft.fact(f"{part}.size_mib", _mib(record.values.get("Size", "")))


def _number(value: str) -> int | float | None:
    match = _LEADING_NUMBER.fullmatch(value)
    return number_or_unknown(match.group(1)) if match else None


def _mib(value: str) -> int | float | None:
    match = _SIZE.fullmatch(value)
    return int(match.group(1)) * _MIB[match.group(2)] if match else None


def _note_identity(draft: Draft, records: list[_Record]) -> None:
    """The system's facts under their short names too: they are the machine's identity."""
    if any(record.kind == _SYSTEM for record in records):
        for name in _WORDS[_SYSTEM][1]:
            if f"system.{name}" in draft.facts:
                draft.fact(name, draft.facts[f"system.{name}"])


def _note_memory(draft: Draft, records: list[_Record]) -> None:
    slots = [_mib(record.values.get("Size", "")) for record in records if record.kind == _DIMM]
    if slots:
        draft.total("memory.devices", len(slots))
        draft.total("memory.installed", sum(size is not None for size in slots))
        draft.total("memory.total_mib", sum(size for size in slots if size is not None))


def _check_declared(draft: Draft, lines: Lines, records: list[_Record]) -> None:
    declared = draft.facts.get("structures")
    if isinstance(declared, int) and len(records) < declared and records[-1].kind != _END_OF_TABLE:
        draft.incomplete(f"{declared} structures declared, {len(records)} listed")
    if lines.tail or not (records[-1].values or records[-1].kind in (_END_OF_TABLE, *_MAY_BE_EMPTY)):
        draft.was_cut("the last structure is cut")
