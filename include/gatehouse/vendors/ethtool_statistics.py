"""``ethtool -S DEVICE``: the driver's own counters, under the driver's own names.

A name may hold colons and blanks (``rxq0: rx_pkts``), so the last colon parts it from its number. The device is not
printed. Counters count since the driver was loaded; they are facts, not findings.
"""

import re

from gatehouse.model.commands import Completed
from gatehouse.model.errors import UnreadableError
from gatehouse.model.readings import ToolReport
from gatehouse.vendors.documents import lines_of, with_errors
from gatehouse.vendors.draft import Draft
from gatehouse.vendors.registry import reads

_TOOL = "ethtool-S"
_LINE = re.compile(r"\s{1,16}(\S.{0,80}): {0,4}(-?\d{1,20})\s{0,8}")
_NO_STATISTICS = re.compile(r"no stats available|Operation not supported|Cannot get stats", re.IGNORECASE)


@reads(_TOOL)
def read_ethtool_statistics(said: Completed) -> ToolReport:
    """Every counter by its name.

    Raises:
        UnreadableError: no heading of statistics.
    """
    lines = lines_of(with_errors(said))
    counters = {match.group(1): int(match.group(2)) for line in lines if (match := _LINE.fullmatch(line))}
    draft = Draft(_TOOL, said)
    draft.fact("device", None)
    draft.fact("usable", True if counters else None if lines.tail else False)
    refusal = next((line.strip() for line in lines if _NO_STATISTICS.search(line)), None)
    if refusal and not counters:
        return draft.failed(refusal)
    if not any(line.strip() == "NIC statistics:" for line in lines):
        raise UnreadableError("no 'NIC statistics:'")
    for name, value in counters.items():
        draft.fact(name, value)
    draft.note_end(lines)
    if not counters:
        draft.was_cut("the list of counters is cut")
    return draft.done()
