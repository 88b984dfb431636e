"""Which tool reports may count, and what is missing from those that may not."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from gatehouse.catalog.values import one_line
from gatehouse.decisions.finding_checks import of_class
from gatehouse.model.readings import Finding, Reading, ToolReport
from gatehouse.model.status import FindingClass, Measured

Keyed = tuple[str, ToolReport]
# Readers of logs say how much they read: a log of no lines was not read, an event log of no entries is a clean one.
LOG_LINES, LOG_ENTRIES = "lines", "entries"


@dataclass(frozen=True, slots=True)
class Read:
    """Reports, sorted by what they are good for.

    ``whole`` gave everything; ``errors`` and ``skips`` say in words what is missing from the others. ``findings`` may
    be believed: those of whole reports, and those of cut ones, since a line that was printed was printed. The facts of
    a cut report may not: a number at the cut may have lost its last digits.
    """

    used: tuple[Keyed, ...]
    whole: tuple[ToolReport, ...]
    findings: tuple[Finding, ...]
    errors: tuple[str, ...]
    skips: tuple[str, ...]

    @property
    def readings(self) -> tuple[Reading, ...]:
        """Readings of the whole reports."""
        return tuple(reading for report in self.whole for reading in report.readings)

    @property
    def logs_read(self) -> bool:
        """Whether one of the whole reports is of a log that was really read."""
        return any(_read_a_log(report) for report in self.whole)


def sort_reports(reports: Sequence[Keyed], enough: Literal["all", "one"], asks_expected: int) -> Read:
    """Sort reports; with ``enough="one"`` the first whole report stands for all."""
    first = next((keyed for keyed in reports if _is_whole(keyed[1])), None)
    if enough == "one" and first is not None:
        return _sorted((first,), missing=0)
    return _sorted(tuple(reports), missing=max(0, asks_expected - len(reports)))


def _sorted(used: tuple[Keyed, ...], missing: int) -> Read:
    reports = [report for _, report in used]
    readable = [r for r in reports if r.status is Measured.COMPLETE]
    findings = tuple(f for r in readable for f in r.findings)
    errors = [_why(r) for r in reports if r.status is not Measured.SKIP and not _is_whole(r)]
    errors += [f"{one_line(f.signature)}: {one_line(f.text)}" for f in of_class(findings, FindingClass.TOOL_ERROR)]
    if missing:
        errors.append(f"{missing} of {missing + len(used)} tools gave no report")
    return Read(
        used=used,
        whole=tuple(r for r in readable if r.complete),
        findings=findings,
        errors=tuple(errors),
        skips=tuple(_why(r) for r in reports if r.status is Measured.SKIP),
    )


def _is_whole(report: ToolReport) -> bool:
    return report.status is Measured.COMPLETE and report.complete


def _why(report: ToolReport) -> str:
    if report.errors:
        return one_line(f"{report.tool}: {report.errors[0]}")
    if report.status is Measured.SKIP:
        return f"{report.tool}: skipped"
    return f"{report.tool}: output incomplete" if report.status is Measured.COMPLETE else f"{report.tool}: failed"


def _read_a_log(report: ToolReport) -> bool:
    lines = report.facts.get(LOG_LINES)
    return (isinstance(lines, int) and lines > 0) or isinstance(report.facts.get(LOG_ENTRIES), int)
