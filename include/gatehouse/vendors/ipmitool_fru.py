"""``ipmitool fru print``: the parts that carry their own identity: chassis, board, product, power supplies.

A record begins with ``FRU Device Description : name (ID n)``; some BMCs print more there (``LUN 0 ID 3``,
``ID 4, Riser``), others no id at all. A part that is absent says so on the line below.
"""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from gatehouse.model.commands import Completed
from gatehouse.model.errors import UnreadableError
from gatehouse.model.readings import ToolReport
from gatehouse.vendors.documents import Lines, lines_of, with_errors
from gatehouse.vendors.draft import Draft
from gatehouse.vendors.registry import reads

_TOOL = "ipmitool-fru"
_RECORD = re.compile(
    r"FRU Device Description : ?(.{0,80}?)"
    r"(?: \((?:LUN \d{1,3} )?(?:FRU)?ID (?P<id>\d{1,4})(?:, ?(?P<name>.{1,60}))?\))?"
)
_FIELD = re.compile(r" {1,4}([A-Z][A-Za-z ]{1,32}?)\s{0,24}: ?(.{0,120})")
_ABSENT = re.compile(r"\s{0,4}Device not present", re.IGNORECASE)
_UNREAD = re.compile(
    r"\s{0,4}(?:Unknown FRU header|FRU Read failed|Timeout|Invalid data|Get Device FRU)", re.IGNORECASE
)
_NAMES = {
    "Chassis Type": "chassis.type",
    "Chassis Part Number": "chassis.part",
    "Chassis Serial": "chassis.serial",
    "Board Mfg": "board.manufacturer",
    "Board Mfg Date": "board.date",
    "Board Product": "board.product",
    "Board Serial": "board.serial",
    "Board Part Number": "board.part",
    "Product Manufacturer": "product.manufacturer",
    "Product Name": "product.name",
    "Product Part Number": "product.part",
    "Product Version": "product.version",
    "Product Serial": "product.serial",
    "Product Asset Tag": "product.asset_tag",
    "Manufacturer": "manufacturer",
    "Part Number": "part",
    "Serial Number": "serial",
}


@dataclass
class _Part:
    description: str
    label: str
    present: bool | None = True
    values: dict[str, str] = field(default_factory=dict)


@reads(_TOOL)
def read_ipmitool_fru(said: Completed) -> ToolReport:
    """Identity of each part, ``fru0`` … by its id or else its name; the first one's facts stand bare too.

    Raises:
        UnreadableError: no record.
    """
    lines = lines_of(with_errors(said))
    parts = list(_parts(lines))
    if not parts:
        first = next((line.strip() for line in lines if line.strip()), "")
        raise UnreadableError(f"no FRU record: not ipmitool fru: {first[:200]}")
    draft = Draft(_TOOL, said)
    draft.total("frus", len(parts))
    draft.total("present", sum(part.present is True for part in parts))
    for part in parts:
        draft.fact(f"{part.label}.description", part.description)
        if part.values or not part.present:
            draft.fact(f"{part.label}.present", part.present)
        if part.present is None:
            draft.incomplete(f"the record of {part.description} could not be read")
        for key, name in _NAMES.items():
            if key in part.values:
                draft.fact(f"{part.label}.{name}", part.values[key] or None)
                if part is parts[0]:
                    draft.fact(name, part.values[key] or None)
    if parts[-1].present and not parts[-1].values:
        draft.was_cut(f"the record of {parts[-1].description} is cut")
    draft.note_end(lines)
    return draft.done()


def _parts(lines: Lines) -> Iterator[_Part]:
    part: _Part | None = None
    labels: Counter[str] = Counter()
    for line in lines:
        if match := _RECORD.fullmatch(line.strip()[:200]):
            if part:
                yield part
            description, number = match.group("name") or match.group(1), match.group("id")
            label = f"fru{int(number)}" if number else description
            labels[label] += 1
            part = _Part(description, label if labels[label] == 1 else f"{label}#{labels[label]}")
        elif part and _ABSENT.match(line):
            part.present = False
        elif part and _UNREAD.match(line):
            part.present = None  # the part may be there; its record could not be read
        elif part and (match := _FIELD.fullmatch(line.rstrip())):
            part.values.setdefault(match.group(1), match.group(2).strip())
    if part:
        yield part
