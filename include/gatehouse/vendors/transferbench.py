"""TransferBench p2p: bandwidth between every two devices, with its averages.

Bandwidth between GPUs depends on the number of links between them, so limits are for pairs, not for the average.
"""

import re

from gatehouse.model.commands import Completed
from gatehouse.model.errors import UnreadableError
from gatehouse.model.readings import ToolReport
from gatehouse.vendors.bandwidth_matrix import device_names, row_values
from gatehouse.vendors.gathered import Gathered, gather, whole_lines
from gatehouse.vendors.quantities import number_or_unknown
from gatehouse.vendors.registry import reads

_VERSION = re.compile(r"TransferBench v(\d[\w.]{0,20})")
_BYTES = re.compile(r"Bytes Per Direction ([\d,]{1,30})\s*$")
_ROW = re.compile(r"\s*((?:CPU|GPU) ?\d{1,4})\s+(<?->?)\s+(.*)$")
_AVERAGES = re.compile(r"\s*Averages \(During (\w{2,12})\):\s+(.*)$")
_KINDS = re.compile(r"(CPU|GPU)->(CPU|GPU)")


@reads("transferbench")
def read_transferbench(said: Completed) -> ToolReport:
    """GB/s by source and destination; copies in both directions at once are under ``bidir``.

    Raises:
        UnreadableError: there is no table between devices.
    """
    gathered, text = gather("transferbench", said)
    lines = whole_lines(gathered, text)
    for fact, pattern in (("version", _VERSION), ("bytes", _BYTES)):
        match = next((match for line in lines if (match := pattern.search(line))), None)
        gathered.fact(fact, None if match is None else number_or_unknown(match[1]) if fact == "bytes" else match[1])
    devices: list[str] = []
    prefix = ""
    for line in lines:
        if "irectional copy" in line:
            prefix = "bidir." if "idirectional" in line and "Uni" not in line else ""
        elif "\\DST" in line:
            devices = device_names(line[line.index("\\DST") :])
        elif devices and (row := _ROW.match(line)) is not None:
            _note_row(gathered, prefix, row, devices)
    if not devices:
        raise UnreadableError("no table of bandwidths between devices")
    gathered.fact("cpus", sum(name.startswith("cpu") for name in devices))
    gathered.fact("gpus", sum(name.startswith("gpu") for name in devices))
    gathered.fact("unit", "GB/s")
    _note_averages(gathered, lines)
    return gathered.done()


def _note_row(gathered: Gathered, prefix: str, row: re.Match[str], devices: list[str]) -> None:
    source = device_names(row[1])[0]
    values = row_values(row[3].split(), len(devices))
    if values is None:
        gathered.incomplete(f"the row of {source} was left out")
        return
    for device, value in zip(devices, values, strict=True):
        gathered.fact(f"{prefix}{source}.{device}.gbps", value)


def _note_averages(gathered: Gathered, lines: list[str]) -> None:
    kinds: list[str] = []
    found = False
    for line in lines:
        if (headings := _KINDS.findall(line)) and len(headings) > 1:
            kinds = [f"{a.lower()}_to_{b.lower()}" for a, b in headings]
        elif (averages := _AVERAGES.match(line)) is not None:
            found = True
            values = row_values(averages[2].split(), len(kinds)) or []
            prefix = "" if averages[1].startswith("Uni") else "bidir."
            gathered.facts_of(f"{prefix}avg", dict(zip(kinds, values, strict=False)))
    if not found:
        gathered.incomplete("the averages, which come last, are absent")
