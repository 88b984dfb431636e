"""TransferBench: bandwidth between every two devices (p2p, a2a), by number of CUs (scaling), or of each transfer.

Bandwidth between GPUs depends on the number of links between them, so limits are for pairs, not for the average.
With OUTPUT_TO_CSV the tables have commas in place of blanks.
"""

import re
from collections.abc import Sequence

from gatehouse.model.commands import Completed
from gatehouse.model.errors import UnreadableError
from gatehouse.model.readings import ToolReport
from gatehouse.vendors.bandwidth_matrix import device_names, row_values
from gatehouse.vendors.gathered import Gathered, gather, whole_lines
from gatehouse.vendors.quantities import number_or_unknown, word_or_unknown
from gatehouse.vendors.registry import reads

_VERSION = re.compile(r"TransferBench v(\d[\w.]{0,20})")
_BYTES = re.compile(
    r"Bytes Per Direction[ ,]([\d,]{1,30})\s*$|Copying (\d{1,20}) bytes|\[(\d{1,20}) bytes per Transfer\]"
)
_TOPOLOGY = re.compile(r"Detected topology: (\d{1,3}) configured CPU NUMA node.{0,40}?(\d{1,3}) GPU device")
_ROW = re.compile(r"\s{0,8}((?:CPU|GPU) ?\d{1,4})\s+(?:(<?->?)\s+)?((?:N/A|-|[\d.])\S*(?:\s+\S+)*)\s*$")
_AVERAGES = re.compile(r"\s*Averages \(During\s+(\w{2,12})\):\s+(.*)$")
_KINDS = re.compile(r"(CPU|GPU)->(CPU|GPU)")
_WHOLE = re.compile(r"\s{0,8}(Average|Aggregate)\s{1,4}bandwidth \((CPU|GPU) [Tt]imed\):\s{0,12}([\d.]{1,20}) GB/s")
_TEST = re.compile(r"Test (\d{1,6}):")
_RATE = (
    r"\s{0,12}\|\s{0,12}([\d.]{1,20}) GB/s \|\s{0,12}([\d.]{1,20}) ms \|\s{0,20}(\d{1,20}) bytes \|\s{0,8}(.{1,120})$"
)
_PARTS = {
    "executor": re.compile(r"\s{0,4}Executor: ([A-Z]{3}) (\d{1,4})" + _RATE),
    "transfer": re.compile(r"\s{0,8}()Transfer (\d{1,6})" + _RATE),
    "aggregate": re.compile(r"\s{0,4}()()Aggregate \(CPU\)" + _RATE),
}
_COMPLAINT = re.compile(r"\[(?:ERROR|WARN)\] .{1,300}")
_CSV = {"NumBytes": "bytes", "BW(GB/s)": "gbps", "Time(ms)": "ms", "Src": "src", "Exe": "exe", "Dst": "dst"}


@reads("transferbench")
def read_transferbench(said: Completed) -> ToolReport:
    """GB/s by source and destination, copies in both directions at once under ``bidir``; or of each test's transfers.

    Raises:
        UnreadableError: nothing was measured.
    """
    gathered, text = gather("transferbench", said)
    lines = [line.replace("│", "|") for line in whole_lines(gathered, text)]
    _note_header(gathered, lines)
    devices = _note_tables(gathered, lines)
    by_test = _note_transfers(gathered, lines) | _note_rows_of_csv(gathered, lines)
    measured = by_test or any(name.endswith("gbps") for name in gathered.facts)
    for complaint in [line.strip() for line in lines if _COMPLAINT.fullmatch(line.strip())]:
        gathered.error(complaint)
    if not measured:
        raise UnreadableError(f"no bandwidth of TransferBench{': ' + gathered.errors[-1] if gathered.errors else ''}")
    gathered.fact("unit", "GB/s")
    if by_test and not any("aggregate" in name for name in gathered.facts):
        gathered.incomplete("the aggregate, which comes last, is absent")
    if devices:
        gathered.fact("cpus", sum(name.startswith("cpu") for name in devices) or None)  # all-to-all is among GPUs
        gathered.fact("gpus", sum(name.startswith("gpu") for name in devices))
        _note_averages(gathered, lines)
    return gathered.done()


def _note_header(gathered: Gathered, lines: Sequence[str]) -> None:
    version = next((match for line in lines if (match := _VERSION.search(line))), None)
    size = next((match for line in lines if (match := _BYTES.search(line))), None)
    gathered.fact("version", version[1] if version else None)
    gathered.fact("bytes", number_or_unknown(next(filter(None, size.groups()), "")) if size else None)
    if topology := next((match for line in lines if (match := _TOPOLOGY.search(line))), None):
        gathered.facts_of("", {"cpus": int(topology[1]), "gpus": int(topology[2])})


def _note_tables(gathered: Gathered, lines: Sequence[str]) -> list[str]:
    """Note the rows of each table between devices; the devices of the last one."""
    devices: list[str] = []
    columns: list[str] = []
    prefix = ""
    for line in lines:
        plain = (
            line.replace(",", " ") if "," in line and ("\\DST" in line or _ROW.match(line.replace(",", " "))) else line
        )
        if "irectional copy" in line:
            prefix = "bidir." if "idirectional" in line and "Uni" not in line else ""
        elif "\\DST" in line:
            devices = device_names(plain[plain.index("\\DST") :])
            columns = devices + [word for word in ("STotal", "Actual") if word in plain]
        elif plain.split()[:1] == ["NumCUs"]:
            columns, prefix = device_names(plain), "cus"
        elif columns and prefix == "cus" and plain.split()[:1] and plain.split()[0].isdecimal():
            _note_row(gathered, f"cus{plain.split()[0]}", plain.split()[1:], columns)
        elif columns and (row := _ROW.match(plain)) is not None and not (prefix == "bidir." and row[2] in ("->", "<-")):
            # of both directions the sum, "<->", is the pair's rate
            _note_row(gathered, f"{prefix}{device_names(row[1])[0]}", row[3].split(), columns)
    return devices


def _note_row(gathered: Gathered, source: str, cells: list[str], columns: list[str]) -> None:
    values = row_values(cells, len(columns))
    if values is None:
        gathered.incomplete(f"the row of {source} was left out")
        return
    for column, value in zip(columns, values, strict=True):
        gathered.fact(f"{source}.{column.lower()}{'_gbps' if column in ('STotal', 'Actual') else '.gbps'}", value)


def _note_transfers(gathered: Gathered, lines: Sequence[str]) -> bool:
    """Rows of ``Test 1:``: each transfer, each executor, and the whole as the CPU timed it."""
    test, found = "", False
    for line in lines:
        if (number := _TEST.match(line.strip())) is not None:
            test = f"test{number[1]}."
        for kind, pattern in _PARTS.items():
            if (match := pattern.match(line[:400])) is None:
                continue
            found = True
            part = f"{match[1].lower()}{int(match[2])}" if kind == "executor" else kind + str(int(match[2] or 0))
            name = f"{test}{part.removesuffix('0') if kind == 'aggregate' else part}"
            rates = {"gbps": match[3], "ms": match[4], "bytes": match[5]}
            gathered.facts_of(name, {key: number_or_unknown(value) for key, value in rates.items()})
            if kind == "transfer":
                gathered.fact(f"{name}.path", word_or_unknown(match[6]))
    return found


def _note_rows_of_csv(gathered: Gathered, lines: Sequence[str]) -> bool:
    headings: list[str] = []
    found = False
    for line in lines:
        cells = [cell.strip() for cell in line.split(",")]
        if cells[0] == "Test#" and "BW(GB/s)" in cells:
            headings = cells
        elif headings and len(cells) == len(headings) and cells[0].isdecimal():
            row = dict(zip(headings, cells, strict=True))
            transfer = row.get("Transfer#", "")
            part = f"test{cells[0]}.{f'transfer{transfer}' if transfer.isdecimal() else 'aggregate'}"
            for heading, name in _CSV.items():
                if heading in row:
                    number = number_or_unknown(row[heading])
                    gathered.fact(f"{part}.{name}", word_or_unknown(row[heading]) if number is None else number)
            found = True
    return found


def _note_averages(gathered: Gathered, lines: Sequence[str]) -> None:
    kinds: list[str] = []
    found = False
    for line in lines:
        if (headings := _KINDS.findall(line[:4000])) and len(headings) > 1:
            kinds = [f"{a.lower()}_to_{b.lower()}" for a, b in headings]
        elif (averages := _AVERAGES.match(line[:4000].replace(",", " "))) is not None:
            found = True
            values = row_values(averages[2].split(), len(kinds)) or []
            prefix = "" if averages[1].startswith("Uni") else "bidir."
            gathered.facts_of(f"{prefix}avg", dict(zip(kinds, values, strict=False)))
        elif (whole := _WHOLE.match(line[:400])) is not None:
            found = True
            gathered.fact(f"{whole[1].lower()}_{whole[2].lower()}_gbps", number_or_unknown(whole[3]))
    if not found:
        gathered.incomplete("the averages, which come last, are absent")
