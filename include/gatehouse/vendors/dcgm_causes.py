"""Whose trouble a failed DCGM test is: by the error's number where there is one, else by its words.

Numbers and categories: dcgm_errors.h and dcgm_errors.c of DCGM 4. What its harness failed at is the tool's trouble;
libraries, permissions, the fabric manager and settings are configuration; everything else is the hardware's.
"""

import re
from collections.abc import Iterable

from gatehouse.model.status import FindingClass

_TOOL = frozenset({1, 2, 21, 26, 27, 32, 37, 44, 47, 49, 53, 67, 69, 77, 91, 92, 93, 94, 97, 130})
_CONFIGURATION = frozenset(
    {18, 19, 20, 22, 23, 24, 25, 28, 29, 48, 51, 54, 55, 56, 59, 60, 61, 64, 65, 66, 68, 72, 73, 74, 78, 82, 89, 90}
    | {96, 108, 112, 117, 122, 124}
)
_TOOL_WORDS = re.compile(
    r"internal error|couldn't be parsed|child process|timed? ?out|was aborted|could not (?:watch|read) field",
    re.IGNORECASE,
)
_CONFIGURATION_WORDS = re.compile(
    r"cuInit|not yet initialized|fabric manager|persistence mode|permission|running processes|graphics processes|"
    r"processes? using|environment variable|denylist|blacklist|homogeneous group|is paused|recommended driver|"
    r"not supported|library|not (?:properly )?installed|ECC is disabled",
    re.IGNORECASE,
)
_LOST = re.compile(r"GPU is lost|fallen off the bus", re.IGNORECASE)
_NO_RUN = re.compile(r"^(?:Error: |Error when|Unable to).{1,400}", re.MULTILINE | re.IGNORECASE)
_OF_DCGM = re.compile(r"dcgm|diagnostic|requested test|host ?engine|connection to the specified host", re.IGNORECASE)
RESULTS = {
    "pass": "Pass",
    "fail": "Fail",
    "warn": "Warn",
    "skip": "Skip",
    "skipped": "Skip",
    "not run": "Not Run",
    "notrun": "Not Run",
}
_WORST_FIRST = ("Fail", "Warn", "", "Not Run", "Skip", "Pass")  # "" is any word that is not known


def result_word(said: object) -> str:
    """DCGM's word for a result in one spelling; a word that is not known stays, and is no pass."""
    text = " ".join(str(said).split())
    return RESULTS.get(text.lower(), text)


def worst(results: Iterable[str]) -> str | None:
    """The result of a test whose parts had these; None without any."""
    return min(results, key=_rank, default=None)


def overall(results: Iterable[str]) -> str | None:
    """pass, warn or fail over all tests. Skipped tests neither pass nor fail; only skipped ones are no pass."""
    ran = [result for result in results if result not in ("Skip", "Not Run")]
    summary = worst(ran)
    return None if summary is None else {"Pass": "pass", "Fail": "fail", "Warn": "warn"}.get(summary, "unknown")


def class_of(text: str, error_id: object = None) -> FindingClass:
    """Whose trouble a warning tells of."""
    if isinstance(error_id, int) and error_id > 0:
        if error_id in _TOOL:
            return FindingClass.TOOL_ERROR
        return FindingClass.CONFIGURATION if error_id in _CONFIGURATION else FindingClass.HARDWARE
    if _TOOL_WORDS.search(text[:4000]):
        return FindingClass.TOOL_ERROR
    return FindingClass.CONFIGURATION if _CONFIGURATION_WORDS.search(text[:4000]) else FindingClass.HARDWARE


def why_no_run(text: str) -> str | None:
    """What dcgmi says in plain words when it does not run the diagnostic; None where it says nothing of the kind."""
    told = _NO_RUN.search(text[:20_000])
    return told[0].strip() if told is not None and _OF_DCGM.search(text[:20_000]) else None


def class_of_no_run(text: str) -> FindingClass:
    """Whose trouble it is that the diagnostic did not run at all.

    As nothing was measured it is not the hardware's, unless the driver lost the GPU (DCGM_ST_GPU_IS_LOST).
    """
    if _LOST.search(text[:4000]):
        return FindingClass.HARDWARE
    kind = class_of(text)
    return FindingClass.TOOL_ERROR if kind is FindingClass.HARDWARE else kind


def signature_of(test: str) -> str:
    """``dcgm.page_retirement_row_remap`` for "Page Retirement/Row Remap"."""
    return "dcgm." + re.sub(r"[^a-z0-9]+", "_", test.lower()).strip("_")


def _rank(result: str) -> int:
    return _WORST_FIRST.index(result) if result in _WORST_FIRST else _WORST_FIRST.index("")
