"""Says of one diagnostic on one unit whether it was measured, whether it is good, and why.

A fault that was really measured stands, even when something else could not be measured: then the reason names the
hole. Without such a fault, an error beats a skip, and either beats a pass. Configuration findings do not outweigh a
hole: they may be its cause. What nothing was compared with is never a pass.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Literal

from gatehouse.catalog.limits import Limit, PhysicalBound
from gatehouse.catalog.policies import FindingPolicy
from gatehouse.catalog.values import one_line
from gatehouse.decisions import finding_checks, limit_checks
from gatehouse.decisions.reports_read import Keyed, Read, sort_reports
from gatehouse.model.readings import Reading
from gatehouse.model.results import Result, Violation
from gatehouse.model.status import FindingClass, Measured, Verdict

NO_READER = "no reader for this vendor"
NO_DEVICE = "the SKU lists no device to ask about"
NOTHING_CHECKED = "nothing was checked"
_SAID_AT_MOST = 3


def judge(
    diagnostic: str,
    reports: Sequence[Keyed],
    limits: Sequence[Limit],
    bounds: Sequence[PhysicalBound] = (),
    policies: Sequence[FindingPolicy] = (),
    *,
    asks_expected: int,
    enough: Literal["all", "one"] = "all",
    holes: Sequence[str] = (),
    started_at: datetime | None = None,
    duration_s: float | None = None,
) -> Result:
    """Judge one diagnostic on one unit.

    ``reports`` are (key of the command, what its reader found) in the order asked; ``asks_expected`` is how many
    commands the diagnostic has for this unit, 0 where nobody wrote a cell for its vendor. ``limits`` of other
    diagnostics are passed over; ``holes`` say why further ones could not be compared. The first policy that knows a
    finding's signature grades it, and may name whose trouble it is; the result keeps the findings as the readers said
    them.
    """
    if asks_expected == 0:
        return Result(diagnostic, Measured.SKIP, Verdict.NOT_APPLICABLE, NO_READER)
    read = sort_reports(reports, enough, asks_expected)
    readings = read.readings
    mine = [limit for limit in limits if limit.diagnostic == diagnostic]
    measured, verdict, reason, violations = _answer(read, readings, mine, bounds, policies, holes)
    return Result(
        diagnostic=diagnostic,
        measured=measured,
        verdict=verdict,
        reason=reason,
        readings=readings,
        findings=read.findings,
        violations=violations,
        started_at=started_at,
        duration_s=duration_s,
        outputs=tuple(key for key, _ in read.used),
    )


Answer = tuple[Measured, Verdict, str, tuple[Violation, ...]]


def _answer(
    read: Read, readings: Sequence[Reading], limits: Sequence[Limit], bounds: Sequence[PhysicalBound],
    policies: Sequence[FindingPolicy], holes: Sequence[str],
) -> Answer:  # fmt: skip
    named = limit_checks.by_name(readings)
    wrong = limit_checks.impossible(named, bounds)
    checked = limit_checks.check_limits(limits, named, wrong)
    broken = dict.fromkeys(checked.violations)  # two tools that report the same reading break its limit once
    hardware = _graded(read, FindingClass.HARDWARE, policies)
    configuration = _graded(read, FindingClass.CONFIGURATION, policies)
    errors = [*read.errors, *wrong.values()]
    if not (errors or read.skips):  # a tool that gave nothing explains why its limits found nothing
        errors += [*checked.holes, *holes]
    said = [(v, limit_checks.sentence(v)) for v in broken]
    said += [(v, finding_checks.sentence(v)) for v in hardware]
    if any(v.severity.fails for v, _ in said):
        return _failed(said + [(v, finding_checks.sentence(v)) for v in configuration], [*errors, *read.skips])
    if errors:
        return Measured.ERROR, Verdict.NOT_APPLICABLE, _joined(errors), ()
    if read.skips:
        return Measured.SKIP, Verdict.NOT_APPLICABLE, _joined(read.skips), ()
    said += [(v, finding_checks.sentence(v)) for v in configuration]
    if any(v.severity.fails for v, _ in said):
        return _failed(said, [])
    if not (said or checked.compared or read.logs_read):
        return Measured.ERROR, Verdict.NOT_APPLICABLE, NOTHING_CHECKED, ()
    noted = f"noted: {_joined([text for _, text in said])}" if said else ""
    return Measured.COMPLETE, Verdict.PASS, noted, tuple(v for v, _ in said)


def _graded(read: Read, kind: FindingClass, policies: Sequence[FindingPolicy]) -> list[Violation]:
    found = finding_checks.of_class(finding_checks.concluded(read.findings, policies), kind)
    return [finding_checks.violation_of(finding, policies) for finding in found]


def _failed(said: Sequence[tuple[Violation, str]], holes: Sequence[str]) -> Answer:
    """A fault that was measured. The gravest is said first; what could not be measured is named after it."""
    ordered = sorted(said, key=lambda pair: not pair[0].severity.fails)
    reason = _joined([text for _, text in ordered])
    if holes:
        reason += f" (not measured: {_joined(holes)})"
    return Measured.COMPLETE, Verdict.FAIL, reason, tuple(v for v, _ in ordered)


def _joined(texts: Sequence[str]) -> str:
    distinct = list(dict.fromkeys(texts))
    shown = "; ".join(one_line(text, 200) for text in distinct[:_SAID_AT_MOST])
    return shown if len(distinct) <= _SAID_AT_MOST else f"{shown}; and {len(distinct) - _SAID_AT_MOST} more"
