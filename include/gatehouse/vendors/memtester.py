"""``memtester``: did the memory that it could lock hold every pattern?

A test prints its name, progress over backspaces, and ``ok``; a failing one prints no newline, so the next test's name
follows on the same line, and the FAILURE goes to standard error. Exit status is a mask (memtester(8)): 1 could not run,
2 stuck address, 4 another test.
"""

import re

from gatehouse.model.commands import Completed
from gatehouse.model.errors import UnreadableError
from gatehouse.model.readings import ToolReport
from gatehouse.vendors.documents import text_of, with_errors
from gatehouse.vendors.draft import Draft
from gatehouse.vendors.registry import reads

_TOOL = "memtester"
_VERSION = re.compile(r"memtester version (\S{1,20}) \((\d{2})-bit\)")
_SIZE = re.compile(r"(want|got) {1,5}(\d{1,9})MB \((\d{1,18}) bytes\)")
_LOOP = re.compile(r"Loop (\d{1,9})(?:/(\d{1,9}))?:")
_TEST = re.compile(
    r"(Stuck Address|Random Value|Compare (?:XOR|SUB|MUL|DIV|OR|AND)|Sequential Increment|Solid Bits|Block Sequential|"
    r"Checkerboard|Bit Spread|Bit Flip|Walking Ones|Walking Zeroes|(?:8|16)-bit Writes)\s{0,12}: "
)
_COULD_NOT = re.compile(
    r"^(?:need memory argument|usage: |failed to |malloc |mmap|insufficient).{0,200}", re.IGNORECASE | re.MULTILINE
)
_FAILURE = re.compile(r"FAILURE: [^\n]{1,200}")
_OVERWRITTEN = re.compile(r"[^\n\x08]{0,40}\x08{1,40}")
_BYTES_PER_MIB = 2**20
_ANSWERS = (0, 2, 4, 6)
_MAX_FAILURES = 100


@reads(_TOOL)
def read_memtester(said: Completed) -> ToolReport:
    """Memory tested in MiB, tests and loops done, failures; ``status`` is None where the run did not come to its end.

    Raises:
        UnreadableError: not memtester's output.
    """
    text = text_of(with_errors(said))
    version = _VERSION.search(text)
    if version is None:
        raise UnreadableError("no version of memtester")
    draft = Draft(_TOOL, said)
    draft.fact("version", version.group(1))
    for match in _SIZE.finditer(text):
        draft.fact("wanted_mib" if match.group(1) == "want" else "tested_mib", int(match.group(3)) // _BYTES_PER_MIB)
    draft.fact("locked", True if "...locked." in text else None)
    if "tested_mib" not in draft.facts and (complaint := _COULD_NOT.search(text)) is not None:
        return draft.failed(complaint.group().strip())
    _note_tests(draft, text)
    return draft.done(_ANSWERS)


def _note_tests(draft: Draft, text: str) -> None:
    loops = list(_LOOP.finditer(text))
    plain = _without_progress(text)
    results = _TEST.split(plain)[1:]
    verdicts = list(zip(results[::2], results[1::2], strict=True))
    failures = _FAILURE.findall(text)
    passed = sum(_is_ok(rest) for _, rest in verdicts)
    ended = bool(re.search(r"^Done\.$", plain, re.MULTILINE))
    draft.fact("loops", int(loops[-1].group(1)) if loops and ended else None)
    draft.fact("tests", len(verdicts) if ended else None)
    draft.fact("ok", passed if ended else None)
    draft.fact("failures", len(failures) if ended or failures else None)
    for failure in failures[:_MAX_FAILURES]:
        draft.hardware("memory", "memtester.failure", failure)
    failed = bool(failures) or (ended and passed < len(verdicts))
    if failed and not failures:
        draft.hardware("memory", "memtester.failure", "a test did not end with ok")
    draft.fact("status", "FAIL" if failed else "PASS" if ended and verdicts else None)
    if not ended:
        draft.was_cut("no 'Done.': the run did not come to its end")


def _without_progress(text: str) -> str:
    """The text as a terminal would leave it: what backspaces overwrite is gone."""
    return _OVERWRITTEN.sub(_keep_name, text).replace("\x08", "")


def _keep_name(match: re.Match[str]) -> str:
    """Of ``  Stuck Address       : setting  1<BS>…`` only the name stays."""
    before = match.group().rstrip("\x08")
    count = len(match.group()) - len(before)
    return before[: max(0, len(before) - count)]


def _is_ok(rest: str) -> bool:
    return rest.split("\n", maxsplit=1)[0].strip() == "ok"
