"""``ib_write_bw`` of perftest: RDMA bandwidth between two ports.

A run prints its parameters as ``Name : value`` in two columns, then a heading ``#bytes #iterations BW peak[UNIT] …``
and one row a message size; client and server print a run each. ``MB/sec`` is 2^20 bytes/s, ``Gb/sec`` 10^9 bits/s
(perftest, --report_gbits). The bare names are those of the last row, which is the largest message.
"""

import re

from gatehouse.model.commands import Completed
from gatehouse.model.errors import UnreadableError
from gatehouse.model.readings import ToolReport
from gatehouse.model.status import FindingClass
from gatehouse.vendors.documents import Lines, lines_of, with_errors
from gatehouse.vendors.draft import Draft
from gatehouse.vendors.quantities import number_or_unknown
from gatehouse.vendors.registry import reads

_TOOL = "ib_write_bw"
_TITLE = re.compile(r"\s{0,60}(?:RDMA_(?:Write|Read)|Send|Atomic) .{0,40}?(?:BW|Bandwidth) .{0,40}?Test\s{0,8}")
_HEADING = re.compile(
    r"#bytes|#iterations|BW peak\[[^\]]{1,10}\]|BW average\[[^\]]{1,10}\]|MsgRate\[Mpps\]|CPU_Util\[%\]"
)
_UNIT = re.compile(r"BW average\[([^\]]{1,10})\]")
_PAIR = re.compile(r"([A-Za-z][A-Za-z #.]{1,24}?)[ \t]{0,24}: ?(\S{1,40})(?=\s|$)")
_BYTES = re.compile(r"(\d{1,9})\[B\]")
_ERRORS = re.compile(
    r"(?:Couldn't connect|Failed status|Completion with error|Unable to|Failed to modify QP|Problems with|"
    r"Connection refused).{0,200}",
    re.IGNORECASE,
)
_COLUMNS = {
    "#bytes": "bytes",
    "#iterations": "iterations",
    "MsgRate[Mpps]": "msg_rate_mpps",
    "CPU_Util[%]": "cpu_util_pct",
}
_WORDS = {"Device": "device", "Link type": "link_type", "Transport type": "transport", "Connection type": "connection"}
_GBPS = {"MB/sec": 2**20 / 1e9, "MiB/sec": 2**20 / 1e9, "Gb/sec": 1 / 8}
_MAX_ROWS = 1000


@reads(_TOOL)
def read_ib_write_bw(said: Completed) -> ToolReport:
    """Bandwidth as printed with its unit, and in GB/s; each row as ``result0`` ….

    Raises:
        UnreadableError: not a bandwidth test of perftest.
    """
    lines = lines_of(with_errors(said))
    rows = _rows(lines)
    errors = [match.group(0).strip() for line in lines if (match := _ERRORS.search(line))]
    if not rows and not errors and not any(_TITLE.fullmatch(line) for line in lines):
        raise UnreadableError("no title and no result of a perftest bandwidth test")
    draft = Draft(_TOOL, said)
    _note_parameters(draft, lines)
    for index, row in enumerate(rows[:_MAX_ROWS]):
        for name, value in row.items():
            draft.fact(f"result{index}.{name}", value)
    for name, value in (rows[-1] if rows and not lines.tail else {}).items():
        draft.fact(name, value)
    draft.total("results", len(rows))
    for error in errors[:10]:
        draft.error(error)
        draft.finding(FindingClass.TOOL_ERROR, "fabric", "perftest.error", error)
    if not rows:
        return draft.failed(errors[0] if errors else "the test printed no result")
    draft.note_end(lines)
    return draft.done()


def _note_parameters(draft: Draft, lines: Lines) -> None:
    for line in lines:
        for key, value in _PAIR.findall(line[:300]):
            if key in _WORDS:
                draft.facts.setdefault(_WORDS[key], value)
            elif key == "Mtu" and (match := _BYTES.fullmatch(value)):
                draft.facts.setdefault("mtu", int(match.group(1)))
            elif key == "Number of qps" and value.isdecimal():
                draft.facts.setdefault("qps", int(value))


def _rows(lines: Lines) -> list[dict[str, int | float | str | None]]:
    rows: list[dict[str, int | float | str | None]] = []
    columns: list[str] = []
    for line in lines:
        words = line.split()
        if "#bytes" in line:
            columns = _HEADING.findall(line)
        elif columns and len(words) == len(columns) and all(number_or_unknown(word) is not None for word in words):
            rows.append(_row(columns, words))
    return rows


def _row(columns: list[str], words: list[str]) -> dict[str, int | float | str | None]:
    row: dict[str, int | float | str | None] = {}
    for column, word in zip(columns, words, strict=True):
        name = _COLUMNS.get(column) or ("bw_peak" if column.startswith("BW peak") else "bw_avg")
        row[name] = number_or_unknown(word)
    unit = next((match.group(1) for column in columns if (match := _UNIT.fullmatch(column))), None)
    row["unit"] = unit
    average = row.get("bw_avg")
    if unit in _GBPS and isinstance(average, (int, float)):
        row["bw_avg_gbps"] = round(average * _GBPS[unit], 6)
    return row
