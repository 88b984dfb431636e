"""``ipmitool fru print``: the parts that carry their own identity: chassis, board, product, power supplies.

A record begins with ``FRU Device Description : name (ID n)``; a part that is absent says so on the line below.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from gatehouse.model.commands import Completed
from gatehouse.model.errors import UnreadableError
from gatehouse.model.readings import ToolReport
from gatehouse.vendors.documents import Lines, lines_of, with_errors
from gatehouse.vendors.draft import Draft
from gatehouse.vendors.registry import reads

_TOOL = "ipmitool-fru"
_RECORD = re.compile(r"FRU Device Description : (.{0,80}?) \(ID (\d{1,4})\)")
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
    number: int
    present: bool | None = True
    values: dict[str, str] = field(default_factory=dict)


@reads(_TOOL)
def read_ipmitool_fru(said: Completed) -> ToolReport:
    """Identity of each part, ``fru0`` … by its id; the first one's product and serial numbers stand bare too.

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
        draft.fact(f"fru{part.number}.description", part.description)
        if part.values or not part.present:
            draft.fact(f"fru{part.number}.present", part.present)
        if part.present is None:
            draft.incomplete(f"the record of {part.description} could not be read")
        for key, name in _NAMES.items():
            if key in part.values:
                draft.fact(f"fru{part.number}.{name}", part.values[key] or None)
                if part is parts[0]:
                    draft.fact(name, part.values[key] or None)
    if parts[-1].present and not parts[-1].values:
        draft.was_cut(f"the record of {parts[-1].description} is cut")
    draft.note_end(lines)
    return draft.done()


def _parts(lines: Lines) -> Iterator[_Part]:
    part: _Part | None = None
    for line in lines:
        if match := _RECORD.fullmatch(line.strip()):
            if part:
                yield part
            part = _Part(match.group(1), int(match.group(2)))
        elif part and _ABSENT.match(line):
            part.present = False
        elif part and _UNREAD.match(line):
            part.present = None  # the part may be there; its record could not be read
        elif part and (match := _FIELD.fullmatch(line.rstrip())):
            part.values.setdefault(match.group(1), match.group(2).strip())
    if part:
        yield part
