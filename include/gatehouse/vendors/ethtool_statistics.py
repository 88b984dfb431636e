"""``ethtool -S DEVICE``: the driver's own counters, under the driver's own names.

A name may hold colons and blanks (``rxq0: rx_pkts``), so the last colon parts it from its number. The device is not
printed. Counters count since the driver was loaded; they are facts, not findings.
"""

import re
from collections import Counter

from gatehouse.model.commands import Completed
from gatehouse.model.errors import UnreadableError
from gatehouse.model.readings import ToolReport
from gatehouse.vendors.documents import Lines, lines_of, with_errors
from gatehouse.vendors.draft import Draft
from gatehouse.vendors.registry import reads

_TOOL = "ethtool-S"
_LINE = re.compile(r"\s{1,16}(\S.{0,80}): {0,4}(-?\d{1,20})\s{0,8}")
_STANDARD = re.compile(r"Standard stats for (\S{1,64}):")  # of --all-groups
_NO_STATISTICS = re.compile(
    r"no stats ava?ilable|Operation not supported|Cannot get stats|No such device", re.IGNORECASE
)


@reads(_TOOL)
def read_ethtool_statistics(said: Completed) -> ToolReport:
    """Every counter by its name.

    Raises:
        UnreadableError: no heading of statistics.
    """
    lines = lines_of(with_errors(said))
    draft = Draft(_TOOL, said)
    draft.fact("device", next((match.group(1) for line in lines if (match := _STANDARD.fullmatch(line.strip()))), None))
    counters = _counters(lines)
    draft.fact("usable", True if counters else None if lines.tail else False)
    refusal = next((line.strip() for line in lines if _NO_STATISTICS.search(line)), None)
    if refusal and not counters:
        return draft.failed(refusal)
    if not any(line.strip() == "NIC statistics:" or _STANDARD.fullmatch(line.strip()) for line in lines):
        raise UnreadableError("no 'NIC statistics:'")
    if not counters:
        return draft.failed("the list of counters is cut" if lines.tail else "no counter is listed")
    for name, value in counters.items():
        draft.fact(name, value)
    draft.note_end(lines)
    return draft.done()


def _counters(lines: Lines) -> dict[str, int]:
    """Counters by name; the second of a name, as drivers print them for each queue, carries ``#2``."""
    seen: Counter[str] = Counter()
    counters: dict[str, int] = {}
    for line in lines:
        if match := _LINE.fullmatch(line):
            name = match.group(1)
            seen[name] += 1
            counters[name if seen[name] == 1 else f"{name}#{seen[name]}"] = int(match.group(2))
    return counters
