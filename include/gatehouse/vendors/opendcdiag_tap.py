"""``opendcdiag --output-format=tap``: which silent-data-corruption tests of the CPU passed.

TAP lines ``ok N name # comment``; SKIP in the comment is no pass. ``exit: pass|fail|skip|…`` closes the run.
"""

import re

from gatehouse.model.commands import Completed
from gatehouse.model.errors import UnreadableError
from gatehouse.model.readings import ToolReport
from gatehouse.vendors.documents import lines_of
from gatehouse.vendors.draft import Draft
from gatehouse.vendors.registry import reads

_TOOL = "opendcdiag-tap"
_TEST = re.compile(r"(not ok|ok)\s{1,8}(\d{1,9}) (\S{1,120})\s{0,60}(?:# ?(.{0,300}))?")
_EXIT = re.compile(r"exit: (\w{1,20})\b.{0,200}")
_EXIT_LINE = re.compile(r"exit: (?:pass|fail|skip|invalid|interrupted)")
_STATE = re.compile(r"# Random generator state: (\S{1,300})")
_OS = re.compile(r"# Operating system: (.{1,200})")
_PLAN = re.compile(r"1\.\.(\d{1,9})")
_ANSWERS = (0, 1)  # 1: a test failed


@reads(_TOOL)
def read_opendcdiag_tap(said: Completed) -> ToolReport:
    """Tests run, ok, not ok and skipped; ``exit`` is None where the run did not come to its end.

    Raises:
        UnreadableError: no TAP line of opendcdiag.
    """
    lines = lines_of(said).with_tail(_EXIT_LINE, ends=True)
    draft = Draft(_TOOL, said)
    counts = {"tests": 0, "ok": 0, "not_ok": 0, "skipped": 0}
    draft.fact("exit", None)
    for line in lines:
        if match := _TEST.fullmatch(line.rstrip()):
            _note_test(draft, counts, match)
        else:
            _note_line(draft, line.strip())
    if not counts["tests"]:
        raise UnreadableError("no TAP line: not opendcdiag")
    for name, count in counts.items():
        draft.total(name, count)
    _check_end(draft, counts["tests"])
    draft.note_end(lines)
    return draft.done(_ANSWERS)


def _note_test(draft: Draft, counts: dict[str, int], match: re.Match[str]) -> None:
    verdict, number, name, comment = match.groups()
    words = (comment or "").lower()
    counts["tests"] += 1
    draft.fact("last_test", name)
    if words.startswith("skip"):
        counts["skipped"] += 1
    elif verdict == "ok":
        counts["ok"] += 1
    else:
        counts["not_ok"] += 1
        if not words.startswith("todo"):
            draft.hardware("cpu", f"opendcdiag.{name}", f"not ok {number} {name} {comment or ''}")


def _note_line(draft: Draft, line: str) -> None:
    if match := _EXIT.fullmatch(line):
        draft.fact("exit", match.group(1))
    elif match := _STATE.fullmatch(line):
        draft.facts.setdefault("random_state", match.group(1))
    elif match := _OS.fullmatch(line):
        draft.fact("os", match.group(1))
    elif match := _PLAN.fullmatch(line):
        draft.fact("planned", int(match.group(1)))


def _check_end(draft: Draft, listed: int) -> None:
    planned = draft.facts.get("planned")
    if isinstance(planned, int) and planned != listed:
        draft.incomplete(f"{planned} tests planned, {listed} listed")
    if draft.facts["exit"] is None:
        draft.incomplete("no exit line: the run did not come to its end")
    elif draft.facts["exit"] == "fail" and not draft.findings:
        draft.hardware("cpu", "opendcdiag.fail", "the run ended with exit: fail")
