"""``opendcdiag``: which silent-data-corruption tests of the CPU passed, as TAP or as its YAML.

TAP lines are ``ok N name # comment``, where notes in parentheses come before SKIP; SKIP is no pass. In YAML a test has
``result: pass|fail|skip|timed out|…``. ``exit: pass|fail|skip|…`` closes the run of both. A test that timed out, was
interrupted or could not get memory tells of the test, not of the machine.
"""

import re
from dataclasses import dataclass, field

from gatehouse.model.commands import Completed
from gatehouse.model.errors import UnreadableError
from gatehouse.model.readings import ToolReport
from gatehouse.model.status import FindingClass
from gatehouse.vendors.documents import lines_of
from gatehouse.vendors.draft import Draft
from gatehouse.vendors.quantities import number_or_unknown, word_or_unknown
from gatehouse.vendors.registry import reads

_TOOL = "opendcdiag-tap"
_TEST = re.compile(r"(not ok|ok)\s{1,8}(\d{1,9}) (\S{1,120})\s{0,60}(?:# ?(.{0,300}))?")
_NOTES = re.compile(r"^(?:\([^()]{0,100}\)\s{0,4})+")
_YAML_TEST = re.compile(r"\s{0,4}- test: (\S{1,120})")
_YAML_RESULT = re.compile(r"\s{2,6}result: (.{1,60})")
_EXIT = re.compile(r"exit: (\w{1,20})\b.{0,200}")
_EXIT_LINE = re.compile(r"exit: (?:pass|fail|skip|invalid|interrupted)")
_STATE = re.compile(r"# Random generator state: (\S{1,300})|\s{2,6}state: \{ seed: '([^']{1,300})'.{0,200}")
_OS = re.compile(r"# (?:.{1,80}; )?Operating system: (.{1,200})|os: (.{1,200})")
_VERSION = re.compile(r"(?:# Built from git commit|version): (\S{1,120})")
_PLAN = re.compile(r"1\.\.(\d{1,9})")
_FAIL = re.compile(
    r"\s{1,8}fail: ?\{ ?(?:cpu|dev)-mask: (?:'([^']{0,300})'|null), "
    r"time-to-fail: ([\d.]{1,20}|null), seed: '([^']{1,300})'"
)
_THREAD = re.compile(r"\s{1,8}Thread (\d{1,6}) on CPU (\d{1,6}) \(pkg (\d{1,4}), core (\d{1,6})")
_REASON = re.compile(r"\s{2,6}skip-reason: (.{1,300})")
_NOT_THE_MACHINE = re.compile(r"timed out|interrupted|operating system error|out of memory|could not", re.IGNORECASE)
_ANSWERS = (0, 1)  # 1: a test failed


@dataclass(slots=True)
class _Run:
    """Counts so far, and the failed test whose details follow."""

    counts: dict[str, int] = field(default_factory=lambda: {"tests": 0, "ok": 0, "not_ok": 0, "skipped": 0})
    test: str = ""
    fails: int = 0
    in_fail: bool = False


@reads(_TOOL)
def read_opendcdiag_tap(said: Completed) -> ToolReport:
    """Tests run, ok, not ok and skipped; ``exit`` is None where the run did not come to its end.

    Of each failed test (``fail0`` …) the seed that repeats it, the CPUs, and the thread that found it.

    Raises:
        UnreadableError: no test of opendcdiag.
    """
    lines = lines_of(said).with_tail(_EXIT_LINE, ends=True)
    draft = Draft(_TOOL, said)
    run = _Run()
    draft.fact("exit", None)
    for line in lines:
        plain = line.rstrip()
        if match := _TEST.fullmatch(plain):
            comment = _NOTES.sub("", match.group(4) or "")
            run.test = match.group(3)
            _note_result(draft, run, "pass" if match.group(1) == "ok" else "fail", comment)
        elif match := _YAML_TEST.fullmatch(plain):
            run.test, run.in_fail = match.group(1), False
        elif run.test and (match := _YAML_RESULT.fullmatch(plain)):
            result = match.group(1).strip()
            _note_result(draft, run, result if result in ("pass", "skip") else "fail", result)
        else:
            _note_line(draft, run, plain)
    if not run.counts["tests"]:
        raise UnreadableError("no TAP line: not opendcdiag")
    for name, count in run.counts.items():
        draft.total(name, count)
    _check_end(draft, run.counts["tests"])
    draft.note_end(lines)
    return draft.done(_ANSWERS)


def _note_result(draft: Draft, run: _Run, result: str, comment: str) -> None:
    run.counts["tests"] += 1
    run.in_fail = False
    draft.fact("last_test", run.test)
    words = comment.lower()
    if result == "skip" or words.startswith("skip"):
        run.counts["skipped"] += 1
    elif result == "pass":
        run.counts["ok"] += 1
    else:
        run.counts["not_ok"] += 1
        if not words.startswith("todo"):
            _note_fail(draft, run, comment)


def _note_fail(draft: Draft, run: _Run, comment: str) -> None:
    part = f"fail{run.fails}"
    draft.fact(f"{part}.test", run.test)
    draft.fact(f"{part}.reason", word_or_unknown(comment))
    run.fails, run.in_fail = run.fails + 1, True
    text = f"not ok {run.counts['tests']} {run.test} {comment}"
    kind = FindingClass.TOOL_ERROR if _NOT_THE_MACHINE.search(comment) else FindingClass.HARDWARE
    draft.finding(kind, "cpu", f"opendcdiag.{run.test}", text)


def _note_line(draft: Draft, run: _Run, line: str) -> None:
    part = f"fail{run.fails - 1}"
    if match := _EXIT.fullmatch(line):
        draft.fact("exit", match.group(1))
    elif match := _STATE.fullmatch(line):
        draft.facts.setdefault("random_state", match.group(1) or match.group(2))
    elif match := _OS.fullmatch(line):
        draft.facts.setdefault("os", match.group(1) or match.group(2))
    elif match := _VERSION.fullmatch(line):
        draft.facts.setdefault("version", match.group(1))
    elif match := _PLAN.fullmatch(line):
        draft.fact("planned", int(match.group(1)))
    elif match := _REASON.fullmatch(line):
        draft.facts.setdefault("skip_reason", match.group(1).strip("'"))
    elif run.in_fail and (match := _FAIL.match(line)):
        draft.fact(f"{part}.cpu_mask", match.group(1))
        draft.fact(f"{part}.time_to_fail_ms", number_or_unknown(match.group(2)))
        draft.fact(f"{part}.seed", match.group(3))
    elif run.in_fail and (match := _THREAD.match(line)):
        for name, group in (("thread", 1), ("cpu", 2), ("package", 3), ("core", 4)):
            draft.facts.setdefault(f"{part}.{name}", int(match.group(group)))


def _check_end(draft: Draft, listed: int) -> None:
    planned = draft.facts.get("planned")
    if isinstance(planned, int) and planned != listed:
        draft.incomplete(f"{planned} tests planned, {listed} listed")
    if draft.facts["exit"] is None:
        draft.incomplete("no exit line: the run did not come to its end")
    elif draft.facts["exit"] == "fail" and not draft.findings:
        draft.hardware("cpu", "opendcdiag.fail", "the run ended with exit: fail")
