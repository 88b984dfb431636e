"""``stressapptest``: did memory give back what was written?

A line ``Report Error: miscompare : LABEL : COUNT : TIMEs`` is followed by ``Hardware Error: miscompare on CPU …`` with
read, reread and expected words, on one line or over several. ``Status: PASS|FAIL`` closes a run that came to its
end; FAIL with "procedural errors" is trouble of the test, not of the machine. Its M and MB are powers of 1024.
"""

import re
from collections.abc import Iterator

from gatehouse.model.commands import Completed
from gatehouse.model.errors import UnreadableError
from gatehouse.model.readings import Fact, ToolReport
from gatehouse.model.status import FindingClass
from gatehouse.vendors.documents import lines_of, with_errors
from gatehouse.vendors.draft import Draft
from gatehouse.vendors.registry import reads

_TOOL = "stressapptest"
_REPORT = re.compile(r"Report Error: ([^:]{1,80}?)\s: ([^:]{1,80}?)\s:\s(\d{1,12})\s:\s(\d{1,9})s")
_HARDWARE = re.compile(
    r"(?:Hardware|Page) Error:\s(\w{1,40})\son\sCPU\s(\d{1,5})\(([^)]{0,40})\)"
    r"\sat\s(0x[0-9a-f]{1,16})(?:\([^)]{0,120}\))?:"
)
_LAST_WRITER = re.compile(r"<-(\d{1,5})")
_WORD = re.compile(r"\b(read|reread|expected):\s{0,8}(0x[0-9a-fA-F]{1,16})\b")
_QUOTED = re.compile(r"^(?:> ?){1,5}")  # as in a mail that quotes the log
_CRC = re.compile(r"\bCRC mismatch\b")
_PROCESS = re.compile(r"Process Error: .{1,200}")
_PATTERN = re.compile(r"'([A-Za-z0-9_~]{1,60})[^']{0,20}'")
_DONE = re.compile(
    r"Stats: Completed: (\d{1,15}\.?\d{0,3})M in (\d{1,10}\.?\d{0,3})s\s"
    r"(\d{1,12}\.?\d{0,3})MB/s,\swith\s(\d{1,12})\shardware\sincidents,"
    r"\s(\d{1,12})\serrors"
)
_COPY = re.compile(r"Stats: Memory Copy: [\d.]{1,18}M at (\d{1,12}\.?\d{0,3})MB/s")
_START = re.compile(r"Starting SAT, (\d{1,9})M, (\d{1,9}) seconds")
_VERSION = re.compile(r"SAT revision (\S{1,40}),")
_STATUS = re.compile(r"Status: (PASS|FAIL)\b(.{0,200})")
_LAST_LINE = re.compile(
    r"Status: (?:PASS - please verify no corrected errors|FAIL - test discovered HW problems|"
    r"FAIL - test encountered procedural errors)"
)
_MARK = re.compile(
    r"stressapptest|SAT revision|Starting SAT|(?:Report|Hardware|Page|Process) Error: |Status: (?:PASS|FAIL)"
)
_BYTES_PER_MIB, _BYTES_PER_MB = 2**20, 10**6
_MAX_REPORTS = 100
_ANSWERS = (0, 1)  # 1: the status is FAIL


@reads(_TOOL)
def read_stressapptest(said: Completed) -> ToolReport:
    """Status, incidents, and of each miscompare the CPU, address and words; the first one's under bare names too.

    ``bit_xor`` is read XOR expected. ``reread_matches_expected`` true points to CPU, cache or bus rather than to a
    stored cell. Counts of a run that did not end are None unless something was found.

    Raises:
        UnreadableError: not stressapptest's output.
    """
    lines = lines_of(with_errors(said)).with_tail(_LAST_LINE, ends=True)
    text = "\n".join(_QUOTED.sub("", line) for line in lines)
    if not _MARK.search(text):
        raise UnreadableError("no line of stressapptest")
    draft = Draft(_TOOL, said)
    draft.facts.update(dict.fromkeys(("status", "miscompares", "errors", "hardware_incidents")))
    _note_run(draft, text)
    _note_mismatches(draft, text)
    _note_status(draft, text)
    _note_reports(draft, text)
    _note_miscompares(draft, text)
    draft.note_end(lines)
    return draft.done(_ANSWERS)


def _note_run(draft: Draft, text: str) -> None:
    if match := _VERSION.search(text):
        draft.fact("version", match.group(1))
    if match := _START.search(text):
        draft.fact("tested_mib", int(match.group(1)))
        draft.fact("asked_s", int(match.group(2)))
    if match := _DONE.search(text):
        draft.fact("run_s", float(match.group(2)))
        draft.fact("hardware_incidents", int(match.group(4)))
        draft.fact("errors", int(match.group(5)))
    if match := _COPY.search(text):
        draft.fact("copy_mbytes_per_s", round(float(match.group(1)) * _BYTES_PER_MIB / _BYTES_PER_MB, 3))


def _note_mismatches(draft: Draft, text: str) -> None:
    """Checksums that did not match, some of which a second look does not confirm, and trouble of the test itself."""
    if mismatches := len(_CRC.findall(text)):
        draft.total("crc_mismatches", mismatches)
    processes = _PROCESS.findall(text)
    if processes:
        draft.total("process_errors", len(processes))
        draft.error(processes[0])


def _note_status(draft: Draft, text: str) -> None:
    match = _STATUS.search(text)
    if match is None:
        draft.incomplete("no Status line: the run did not come to its end")
        return
    draft.fact("status", match.group(1))
    if match.group(1) == "FAIL" and "procedural" in match.group(2):
        draft.finding(FindingClass.TOOL_ERROR, "host", "stressapptest.procedural", match.group(0))
        draft.incomplete(match.group(0))
    elif match.group(1) == "FAIL":
        draft.hardware("memory", "stressapptest.fail", match.group(0))
    else:
        draft.fact("miscompares", 0)


def _note_reports(draft: Draft, text: str) -> None:
    """Sum the report lines; each is a finding of its own, of the DIMM where the tool knew it."""
    miscompares = 0
    for index, match in enumerate(_REPORT.finditer(text)):
        kind, label, count, at_s = match.group(1).strip(), match.group(2).strip(), match.group(3), match.group(4)
        miscompares += int(count) if kind == "miscompare" else 0
        if index == 0:
            draft.fact("time_s", int(at_s))
            draft.fact("dimm", None if label == "DIMM Unknown" else label)
        part = "memory" if label == "DIMM Unknown" else f"dimm {label}"
        draft.hardware(part, f"stressapptest.{kind.replace(' ', '_')}", match.group(0))
    if miscompares:
        draft.total("miscompares", miscompares)


def _note_miscompares(draft: Draft, text: str) -> None:
    found = list(_details(text))
    for index, detail in enumerate(found):
        for name, value in detail.items():
            draft.fact(f"miscompare{index}.{name}", value)
            if index == 0:
                draft.fact(name, value)
    if found and draft.facts["miscompares"] in (None, 0):
        draft.total("miscompares", len(found))
        draft.hardware("memory", "stressapptest.miscompare", f"{len(found)} miscompares were printed")


def _details(text: str) -> Iterator[dict[str, Fact]]:
    starts = [match for match in _HARDWARE.finditer(text) if match.group(1) == "miscompare"][: _MAX_REPORTS + 1]
    for index, match in enumerate(starts[:_MAX_REPORTS]):
        end = starts[index + 1].start() if index + 1 < len(starts) else len(text)
        yield _detail(match, text[match.end() : min(end, match.end() + 1000)])


def _detail(match: re.Match[str], body: str) -> dict[str, Fact]:
    words = dict(_WORD.findall(body))
    writer, pattern = _LAST_WRITER.search(match.group(3)), _PATTERN.search(body)
    read, expected, reread = words.get("read"), words.get("expected"), words.get("reread")
    return {
        "cpu": int(match.group(2)),
        "last_writer_cpu": int(writer.group(1)) if writer else None,
        "address": match.group(4),
        "read": read,
        "expected": expected,
        "reread_matches_expected": int(reread, 16) == int(expected, 16) if reread and expected else None,
        "bit_xor": hex(int(read, 16) ^ int(expected, 16)) if read and expected else None,
        "pattern": pattern.group(1) if pattern else None,
    }
