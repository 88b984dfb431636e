"""rocm-bandwidth-test: bandwidth between devices by their numbers, and which device is what.

Newer versions run TransferBench as their engine and print its tables, which are read as that tool's.
"""

import re
from dataclasses import replace

from gatehouse.model.commands import Completed
from gatehouse.model.errors import UnreadableError
from gatehouse.model.readings import ToolReport
from gatehouse.vendors.bandwidth_matrix import row_values
from gatehouse.vendors.gathered import Gathered, gather, whole_lines
from gatehouse.vendors.quantities import word_or_unknown
from gatehouse.vendors.registry import reads
from gatehouse.vendors.transferbench import read_transferbench

_VERSION = re.compile(r"RocmBandwidthTest Version: (\d[\w.]{0,20})")
_OWN_NAME = re.compile(r"rocm[-_ ]?bandwidth[-_ ]?test", re.IGNORECASE)
_OF_ENGINE = re.compile(r"\\DST\s|Executor: [A-Z]{3} \d|^Test \d{1,6}:", re.MULTILINE)
_DEVICE = re.compile(
    r"\s*Device: (\d{1,4}),\s{1,4}([^,]{1,100})(?:,\s{1,4}([^,]{1,60}))?(?:,\s{1,4}([0-9a-f:.]{3,16}))?\s*$"
)
_TITLES = {
    "Unidirectional copy peak bandwidth": "gbps",
    "Bidirectional copy peak bandwidth": "bidir_gbps",
    "Inter-Device Access": "access",
    "Inter-Device Numa Distance": "numa_distance",
}


@reads("rocm-bandwidth-test")
def read_rocm_bandwidth_test(said: Completed) -> ToolReport:
    """GB/s by source and destination device, as ``dev2.dev3.gbps``; N/A, of a device to itself, is unknown.

    Raises:
        UnreadableError: it is not the test's output.
    """
    gathered, text = gather("rocm-bandwidth-test", said)
    if _OWN_NAME.search(text[:4000]) and _OF_ENGINE.search(text):
        return replace(read_transferbench(said), tool="rocm-bandwidth-test")
    lines = whole_lines(gathered, text)
    version = next((match[1] for line in lines if (match := _VERSION.search(line))), None)
    devices = [match for line in lines if (match := _DEVICE.match(line))]
    if not devices and version is None:
        raise UnreadableError("not the output of rocm-bandwidth-test")
    gathered.fact("version", version)
    gathered.fact("devices", len(devices))
    gathered.fact("unit", "GB/s")
    gathered.fact("gpus", sum(device[4] is not None for device in devices))
    for device in devices:
        gathered.facts_of(
            f"dev{device[1]}",
            {"name": word_or_unknown(device[2]), "uuid": word_or_unknown(device[3] or ""), "bus": device[4]},
        )
    rows = _note_matrices(gathered, lines)
    for title, count in rows.items():
        gathered.counted(f"rows of {title}", len(devices), count)
    if not any(title.endswith("gbps") for title in rows):
        gathered.incomplete("no bandwidth was measured")
    return gathered.done()


def _note_matrices(gathered: Gathered, lines: list[str]) -> dict[str, int]:
    """Note each matrix under its title; returns how many rows each had."""
    rows: dict[str, int] = {}
    title = ""
    columns: list[str] = []
    for line in lines:
        heading = next((fact for words, fact in _TITLES.items() if words in line), None)
        cells = line.split()
        if heading is not None:
            title, columns = heading, []
        elif cells[:1] == ["D/D"]:
            columns, rows[title] = cells[1:], 0
        elif columns and cells and cells[0] in columns:
            values = row_values(cells[1:], len(columns))
            if values is None:
                gathered.incomplete(f"the row of device {cells[0]} was left out")
                continue
            rows[title] += 1
            for column, value in zip(columns, values, strict=True):
                gathered.fact(f"dev{cells[0]}.dev{column}.{title}", value)
    return rows
