"""perftest: RDMA bandwidth (``ib_write_bw``, ``ib_read_bw``, ``ib_send_bw``) and latency (``…_lat``) between two ports.

A run prints its parameters as ``Name : value`` in two columns, then a heading ``#bytes #iterations BW peak[UNIT] …`` or
``t_min[usec] …`` and one row a message size; client and server print a run each. ``MB/sec`` is 2^20 bytes/s, ``Gb/sec``
10^9 bits/s (perftest, --report_gbits). The bare names are those of the last row, which is the largest message.
``--out_json`` holds one row and names its columns otherwise.
"""

import re
from collections.abc import Mapping
from functools import partial

from gatehouse.model.commands import Completed
from gatehouse.model.errors import UnreadableError
from gatehouse.model.readings import ToolReport
from gatehouse.model.status import FindingClass
from gatehouse.vendors.documents import Lines, json_of, lines_of, text_of, with_errors
from gatehouse.vendors.draft import Draft
from gatehouse.vendors.json_paths import at, items_at, text_at
from gatehouse.vendors.quantities import number_or_unknown
from gatehouse.vendors.registry import reads

# What the title of each tool's runs says; ib_write_bw reads the logs of the others as well.
_TOOLS = {
    "ib_write_bw": re.compile(""),
    "ib_read_bw": re.compile(r"RDMA_Read .{0,40}BW"),
    "ib_send_bw": re.compile(r"Send .{0,40}BW"),
    "ib_write_lat": re.compile(r"RDMA_Write .{0,40}Latency"),
    "ib_read_lat": re.compile(r"RDMA_Read .{0,40}Latency"),
    "ib_send_lat": re.compile(r"Send .{0,40}Latency"),
}
_TITLE = re.compile(
    r"\s{0,60}(?:RDMA_(?:Write|Read)|Send|Atomic|Fetch_and_Add|Compare_and_Swap) .{0,40}?(?:BW|Bandwidth|Latency) "
    r".{0,40}?Test\s{0,8}"
)
_HEADING = re.compile(
    r"#bytes|#iterations|tps average|99(?:\.9{1,3})?% percentile\[[^\]]{1,10}\]|"
    r"[A-Za-z]\w{0,20}(?: [A-Za-z]\w{0,12})?\[[^\]]{1,10}\]"
)
_UNIT = re.compile(r"BW average\[([^\]]{1,10})\]")
_PAIR = re.compile(r"([A-Za-z][A-Za-z #.]{1,24}?)[ \t]{0,24}: ?(\S{1,40})(?=\s|$)")
_BYTES = re.compile(r"(\d{1,9})\[B\]")
_ERRORS = re.compile(
    r"(?<!^sudo: )"  # which cannot resolve a host's name
    r"(?:Couldn't connect|Failed status|Completion with error|Unable to|Failed to |Problems with|Connection refused|"
    r"IB device .{1,40} not found|Port number \d{1,3} state is|Did not detect devices|Requested .{1,20} is higher|"
    r"Couldn't |No such file|Unsupported |cudaErr|CUDA error|bind\(\) failed).{0,200}",
    re.IGNORECASE,
)
_JSON = re.compile(r"^[ \t]{0,16}\{", re.MULTILINE)
_STATUS = re.compile(r"Failed status (\d{1,3}): wr_id (\d{1,20}) syndrom (0x[0-9a-f]{1,8})", re.IGNORECASE)
_RULE = re.compile(r"-{20,86}")
_LAST_LINE = re.compile(r"-{87}")
_DECIMALS = {"MsgRate[Mpps]": 6}  # of a row's last number; the others have two
_COLUMNS = {
    "#bytes": "bytes",
    "#iterations": "iterations",
    "MsgRate[Mpps]": "msg_rate_mpps",
    "CPU_Util[%]": "cpu_util_pct",
    "t_min[usec]": "t_min_us",
    "t_max[usec]": "t_max_us",
    "t_typical[usec]": "t_typical_us",
    "t_avg[usec]": "t_avg_us",
    "t_stdev[usec]": "t_stdev_us",
    "99% percentile[usec]": "t_p99_us",
    "99.9% percentile[usec]": "t_p99_9_us",
    "tps average": "tps_avg",
}
_JSON_COLUMNS = {
    "bytes": "MsgSize",
    "iterations": "n_iterations",
    "bw_peak": "BW_peak",
    "bw_avg": "BW_average",
    "msg_rate_mpps": "MsgRate",
    "cpu_util_pct": "CPU_util",
    "t_min_us": "t_min",
    "t_max_us": "t_max",
    "t_typical_us": "t_typical",
    "t_avg_us": "t_avg",
    "t_stdev_us": "t_stdev",
    "t_p99_us": "percentile_99",
    "t_p99_9_us": "percentile_99_9",
}
_WORDS = {"Device": "device", "Link type": "link_type", "Transport type": "transport", "Connection type": "connection"}
_COUNTS = {"Number of qps": "qps", "TX depth": "tx_depth", "CQ Moderation": "cq_moderation"}
_GBPS = {"MB/sec": 2**20 / 1e9, "MiB/sec": 2**20 / 1e9, "Gb/sec": 1 / 8}
_MAX_ROWS = 1000
_Row = dict[str, int | float | str | None]


def _read(tool: str, said: Completed) -> ToolReport:
    """Bandwidth as printed with its unit and in GB/s, or latency in µs; each row as ``result0`` ….

    Raises:
        UnreadableError: not a test of perftest.
    """
    if _JSON.search(text_of(with_errors(said))):
        return _from_json(tool, said)
    lines = lines_of(with_errors(said)).with_tail(_LAST_LINE, ends=True).with_tail(_RULE)
    lines = _whole_row(lines)
    rows = _rows(lines)
    errors = [match.group(0).strip() for line in (*lines, lines.tail) if (match := _ERRORS.search(line[:1000]))]
    if not rows and not errors and not any(_TITLE.fullmatch(line) for line in lines):
        raise UnreadableError("no title and no result of a perftest")
    title = next((line.strip() for line in lines if _TITLE.fullmatch(line)), None)
    if title is not None and not _TOOLS[tool].search(title):
        raise UnreadableError(f"a log of another test: {title}")
    draft = Draft(tool, said)
    _note_parameters(draft, lines)
    for index, row in enumerate(rows[:_MAX_ROWS]):
        for name, value in row.items():
            draft.fact(f"result{index}.{name}", value)
    ended = not (lines.tail or lines.unended)  # more rows may have come
    for name, value in (rows[-1] if rows and ended else {}).items():
        draft.fact(name, value)
    draft.total("results", len(rows))
    _note_errors(draft, list(dict.fromkeys(errors)))
    if not rows:
        return draft.failed(errors[0] if errors else "the test printed no result")
    draft.note_end(lines)
    if _runs_without_result(lines):
        draft.incomplete("a run began and printed no result")
    return draft.done()


def _runs_without_result(lines: Lines) -> bool:
    """Whether the last title of a run has no heading of results behind it."""
    last = next((line for line in reversed(lines.whole) if _TITLE.fullmatch(line) or "#bytes" in line), "")
    return bool(_TITLE.fullmatch(last))


for _tool in _TOOLS:
    reads(_tool)(partial(_read, _tool))


def _note_errors(draft: Draft, errors: list[str]) -> None:
    """What perftest complains of; a work request's status (ibv_wc_status, 12 is "retry exceeded") as facts."""
    for error in errors[:10]:
        draft.error(error)
        draft.finding(FindingClass.TOOL_ERROR, "fabric", "perftest.error", error)
        if (match := _STATUS.search(error)) and "wc_status" not in draft.facts:
            draft.fact("wc_status", int(match.group(1)))
            draft.fact("wc_syndrome", match.group(3))
    if errors:
        draft.complete = False


def _from_json(tool: str, said: Completed) -> ToolReport:
    document = json_of(with_errors(said))
    rows = [at(document, "results"), *items_at(document, "results")]
    found: list[_Row] = []
    for row in rows:
        if isinstance(row, dict):
            values: _Row = {name: number_or_unknown(row.get(key)) for name, key in _JSON_COLUMNS.items() if key in row}
            if values.get("bw_peak") == 0 and values.get("bw_avg"):
                values["bw_peak"] = None
            found += [values] if values else []
    if not found:
        raise UnreadableError("JSON without results of a perftest")
    draft = Draft(tool, said)
    information = at(document, "test_info")
    for key, name in _WORDS.items():
        draft.fact(name, text_at(information, key.replace(" ", "_")))
    draft.fact("qps", number_or_unknown(at(information, "Number_of_qps")))
    draft.fact("mtu", number_or_unknown(at(information, "MTU")))
    for index, values in enumerate(found):
        for name, value in values.items():
            draft.fact(f"result{index}.{name}", value)
    for name, value in found[-1].items():
        draft.fact(name, value)
    draft.fact("results", len(found))
    return draft.done()


def _note_parameters(draft: Draft, lines: Lines) -> None:
    for line in lines:
        for key, value in _PAIR.findall(line[:300]):
            if key in _WORDS:
                draft.facts.setdefault(_WORDS[key], value)
            elif key == "Mtu" and (match := _BYTES.fullmatch(value)):
                draft.facts.setdefault("mtu", int(match.group(1)))
            elif key in _COUNTS and value.isdecimal():
                draft.facts.setdefault(_COUNTS[key], int(value))


def _rows(lines: Lines) -> list[_Row]:
    """Every row under its heading; of a cut output the last one only where its last number has all its decimals."""
    rows: list[_Row] = []
    columns: list[str] = []
    for line in lines:
        words = line.split()
        if "#bytes" in line:
            columns = _HEADING.findall(line[:1000])
        elif columns and len(words) == len(columns) and all(number_or_unknown(word) is not None for word in words):
            rows.append(_row(columns, words))
    return rows


def _whole_row(lines: Lines) -> Lines:
    """The same lines with the tail among them where it is a whole row."""
    heading = next((line for line in reversed(lines.whole) if "#bytes" in line), "")
    columns, words = _HEADING.findall(heading[:1000]), lines.tail.split()
    if not columns or len(columns) != len(words):
        return lines
    whole = len(words[-1].partition(".")[2]) == _DECIMALS.get(columns[-1], 2)
    return Lines((*lines.whole, lines.tail), "", unended=True) if whole else lines


def _row(columns: list[str], words: list[str]) -> _Row:
    row: _Row = {}
    for column, word in zip(columns, words, strict=True):
        row.setdefault(_name(column), number_or_unknown(word))
    unit = next((match.group(1) for column in columns if (match := _UNIT.fullmatch(column))), None)
    if unit is None:
        return row
    row["unit"] = unit
    average, peak = row.get("bw_avg"), row.get("bw_peak")
    if unit in _GBPS and isinstance(average, (int, float)):
        row["bw_avg_gbps"] = round(average * _GBPS[unit], 6)
    if peak == 0 and average:
        row["bw_peak"] = None  # with -D the peak is not measured and printed as 0
    return row


def _name(column: str) -> str:
    if column in _COLUMNS:
        return _COLUMNS[column]
    names: Mapping[str, str] = {"BW peak": "bw_peak", "BW average": "bw_avg"}
    words = column.partition("[")[0]
    return names.get(words) or words.lower().replace(" ", "_")
