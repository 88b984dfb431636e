"""nvbandwidth: the sum and the matrix of each test, in GB/s or, for latencies, in ns; as text, or as JSON (-j).

"Waived" is neither a pass nor a failure: the test does not apply to this machine.
"""

import re
from dataclasses import dataclass, field

from gatehouse.model.commands import Completed
from gatehouse.model.errors import UnreadableError
from gatehouse.model.readings import ToolReport
from gatehouse.model.status import FindingClass
from gatehouse.vendors.cuda_errors import OF_HARDWARE
from gatehouse.vendors.gathered import Gathered, gather, whole_lines
from gatehouse.vendors.nvbandwidth_json import read_nvbandwidth_json
from gatehouse.vendors.quantities import number_or_unknown
from gatehouse.vendors.registry import reads

_FACTS = {
    "version": re.compile(r"nvbandwidth Version: (\S{1,30})\s*$"),
    "cuda_runtime": re.compile(r"CUDA Runtime Version: (\d{1,6})\s*$"),
    "cuda_driver": re.compile(r"CUDA Driver Version: (\d{1,6})\s*$"),
    "driver": re.compile(r"Driver Version: (\d[\w.]{1,30})\s*$"),
}
_DEVICE = re.compile(
    r"(?:Process (\d{1,6}) \((\S{1,100})\): )?[Dd]evice (\d{1,4}): (.{1,100}?)(?: \(([0-9A-Fa-f:.]{7,20})\))?\s*$"
)
_JSON = re.compile(r"^\s*\{\s*\"nvbandwidth\"", re.MULTILINE)
_RUNNING = re.compile(r"Running (\w{1,100})\.\s*$")
_TITLE = re.compile(r".*\((GB/s|ns|us)\)\s*$")
_STATISTIC = re.compile(r"(MIN|MAX|AVG) (\w{1,100}) (-?[\d.]{1,20})\s*$")  # below the sum, with --verbose
_SUM = re.compile(r"SUM (\w{1,100}) (-?[\d.]{1,20}|N/A)\s*$")
_WAIVED = re.compile(r"\s*(?:Waived|WAIVED|Waiving (\w{1,100})\.)")
_FAILED = re.compile(
    r"\[?(?:ERROR|CUDA_ERROR\w*|CUDA error|NVML_ERROR\w*)\b|Invalid value when checking|mismatch", re.IGNORECASE
)
_WITH_NOTE = re.compile(r"v0\.[5-9].*|v[1-9].*")  # versions that end with this note
_NOTE = re.compile(r"NOTE: The reported results may not reflect")
_WRONG_VALUE = re.compile(r"Invalid value when checking|mismatch", re.IGNORECASE)


@reads("nvbandwidth-text")
def read_nvbandwidth(said: Completed) -> ToolReport:
    """Sums as ``sum.TEST``, cells as ``TEST.row0.col1_gbps``, how many tests were waived.

    Raises:
        UnreadableError: it is not nvbandwidth's output.
    """
    gathered, text = gather("nvbandwidth-text", said)
    if _JSON.search(text):
        return read_nvbandwidth_json(gathered, text)
    lines = [line[:2000] for line in whole_lines(gathered, text)]
    if not any(pattern.match(line) for line in lines for pattern in (_RUNNING, _FACTS["version"], _SUM)):
        raise UnreadableError("not the output of nvbandwidth")
    for name, pattern in _FACTS.items():
        match = next((match for line in lines if (match := pattern.match(line))), None)
        value = match[1] if match else None
        gathered.fact(name, number_or_unknown(value) if name.startswith("cuda") else value)
    devices = [match for line in lines if (match := _DEVICE.match(line))]
    for device in devices:
        process = f"process{device[1]}." if device[1] else ""
        gathered.facts_of(f"{process}device{device[3]}", {"name": device[4], "bus": device[5]})
    gathered.fact("gpus", len(devices) or None)
    gathered.fact("unit", "GB/s")
    waived = sum(bool(_WAIVED.match(line)) for line in lines)
    gathered.fact("waived", waived)
    if not _note_tests(gathered, lines) and not waived:
        return gathered.failed(f"no test ran{': ' + gathered.errors[0] if gathered.errors else ''}")
    if _WITH_NOTE.fullmatch(str(gathered.facts["version"])) and not any(_NOTE.match(line) for line in lines):
        gathered.incomplete("the note that comes last is absent; more tests may be missing")
    return gathered.done()


@dataclass(slots=True)
class _Test:
    """The test that is running: its matrix's unit and columns once they were printed, and whether it ended."""

    name: str
    unit: str = ""
    columns: list[str] = field(default_factory=list)
    rows: int = 0
    ended: bool = False


def _note_tests(gathered: Gathered, lines: list[str]) -> bool:
    """Note what the tests measured; whether any was started."""
    tests: list[_Test] = []
    for line in lines:
        if (running := _RUNNING.match(line)) is not None:
            tests.append(_Test(running[1]))
        elif _FAILED.match(line.strip()):
            _note_failure(gathered, tests[-1].name if tests else "start", line)
        elif tests:
            _read_line(gathered, tests[-1], line)
    gathered.fact("tests", sum(name.startswith("sum.") for name in gathered.facts))
    if not any(test.ended for test in tests):  # versions before 0.3 print no sums
        unfinished = [test.name for test in tests if not test.rows]
    else:
        unfinished = [test.name for test in tests if not test.ended]
    if unfinished:
        gathered.incomplete(f"no sum of {len(unfinished)} of {len(tests)} tests, first {unfinished[0]}")
    return bool(tests)


def _read_line(gathered: Gathered, test: _Test, line: str) -> None:
    words = line.split()
    if (total := _SUM.match(line)) is not None:
        gathered.fact(f"sum.{total[1]}", number_or_unknown(total[2]))
        test.ended, test.columns = True, []
    elif (statistic := _STATISTIC.match(line)) is not None:
        gathered.fact(f"{statistic[1].lower()}.{statistic[2]}", number_or_unknown(statistic[3]))
    elif _WAIVED.match(line):
        test.ended, test.columns = test.ended or not test.rows, []
    elif (title := _TITLE.match(line)) is not None:
        test.unit = {"GB/s": "gbps", "ns": "ns", "us": "us"}[title[1]]
    elif test.unit and not test.columns and words and all(word.isdigit() for word in words):
        test.columns = words
    elif test.columns and len(words) == len(test.columns) + 1 and words[0].isdigit():
        test.rows += 1
        for column, word in zip(test.columns, words[1:], strict=True):
            gathered.fact(f"{test.name}.row{words[0]}.col{column}_{test.unit}", number_or_unknown(word))


def _note_failure(gathered: Gathered, test: str, line: str) -> None:
    """Wrong data is the hardware's, as are few errors of CUDA; any other may be anything's, and so is the tool's."""
    is_hardware = _WRONG_VALUE.search(line) or OF_HARDWARE.search(line)
    kind = FindingClass.HARDWARE if is_hardware else FindingClass.TOOL_ERROR
    gathered.found(kind, "host", f"nvbandwidth.{test or 'start'}", line)
    gathered.error(line.strip()[:200])
