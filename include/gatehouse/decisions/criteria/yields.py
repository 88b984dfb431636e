"""Bounds on the share of units that are good: first pass, final, and the success run.

All three use the one-sided exact bound, so what is missing is a number of units that must pass, none failing.
A bound that is short is *not enough evidence* while the share that was seen keeps the floor, or while the units of the
build that are still to be measured could lift it; else it is *not met*.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from gatehouse.catalog import criteria as spec
from gatehouse.decisions import statistics
from gatehouse.decisions.criteria import todo
from gatehouse.decisions.criteria.outcome import met_or, outcome
from gatehouse.decisions.evidence_index import EvidenceIndex, Pair
from gatehouse.decisions.forecasts import ahead, units_pace
from gatehouse.decisions.wording import counted, listed, percent, sentences
from gatehouse.model.evidence import CriterionOutcome, EvidenceRow, Need
from gatehouse.model.status import CriterionStatus, Verdict


@dataclass(frozen=True, slots=True)
class Tally:
    """Units sorted: ``passed`` everything, ``failed`` something, and the rest. ``faults`` are the failing rows."""

    passed: tuple[str, ...]
    failed: tuple[str, ...]
    untested: tuple[str, ...]
    rows: tuple[EvidenceRow, ...]
    faults: tuple[EvidenceRow, ...]

    @property
    def size(self) -> int:
        """How many units can be counted."""
        return len(self.passed) + len(self.failed)


def first_pass_yield(criterion: spec.FirstPassYield, index: EvidenceIndex) -> CriterionOutcome:
    """Units whose first counting result of every mandatory diagnostic is a PASS."""
    tally = _tally(index, index.first)
    failed_first = f"failed first: {listed(tally.failed)}" if tally.failed else ""
    return _yield(criterion, tally, index, "passed first time", failed_first)


def final_yield(criterion: spec.FinalYield, index: EvidenceIndex) -> CriterionOutcome:
    """Units whose current result of every mandatory diagnostic is a PASS."""
    tally = _tally(index, index.current)
    return _yield(criterion, tally, index, "pass now", todo.repair(tally.faults))


def success_run(criterion: spec.SuccessRun, index: EvidenceIndex) -> CriterionOutcome:
    """Units tested against units that ever failed: a repair does not take a failure out of a demonstration."""
    tally = _ever(index)
    failures = len(tally.failed)
    too_many = failures > criterion.allowed_failures
    tolerated = min(failures, criterion.allowed_failures)
    wanted = statistics.success_run_size(criterion.reliability, criterion.confidence, tolerated)
    need = max(0, wanted - tally.size)
    hopeless = f"more units cannot meet this: {failures} failed, {criterion.allowed_failures} allowed"
    causes = sentences([hopeless, todo.find_causes(tally.faults)])
    return outcome(
        criterion,
        CriterionStatus.NOT_MET if too_many else met_or(need == 0),
        observed=f"{counted(tally.size, 'unit')} tested, {failures} failed" + _shown(tally, criterion.confidence),
        required=(
            f"reliability {percent(criterion.reliability)} at {percent(criterion.confidence)} confidence: "
            f"{counted(wanted, 'unit')} with {counted(tolerated, 'failure')}, {criterion.allowed_failures} allowed"
        ),
        missing=causes if too_many else todo.more_units(need, tally.untested),
        margin=criterion.allowed_failures - failures if too_many else tally.size - wanted,
        rests_on=tally.rows,
        units=tally.failed + tally.untested,
        needs=[Need(len(tally.failed), "failed units to explain")] if too_many else [Need(need, "zero-failure units")],
        outlook="more units cannot meet it" if too_many else ahead(index, need, units_pace(index)),
    )


def _yield(
    criterion: spec.FirstPassYield | spec.FinalYield, tally: Tally, index: EvidenceIndex, verb: str, about_failed: str
) -> CriterionOutcome:
    floor, confidence = criterion.at_least, criterion.confidence
    size, failures = tally.size, len(tally.failed)
    need = statistics.units_still_needed(size, failures, floor, confidence)
    hopeful = len(tally.passed) >= floor * size or need <= len(tally.untested)
    bound = statistics.reliability_shown(size, failures, confidence) if size else 0.0
    return outcome(
        criterion,
        met_or(need == 0, CriterionStatus.NOT_ENOUGH_EVIDENCE if hopeful else CriterionStatus.NOT_MET),
        observed=f"{len(tally.passed):,} of {counted(size, 'unit')} {verb}" + _shown(tally, confidence),
        required=f"at least {percent(floor)} at {percent(confidence)} confidence",
        missing=sentences([todo.more_units(need, tally.untested), about_failed]),
        margin=bound - floor,
        rests_on=tally.rows,
        units=tally.failed + tally.untested,
        needs=[Need(need, "zero-failure units"), *_repairs(criterion, tally)],
        outlook=ahead(index, need, units_pace(index)),
    )


def _repairs(criterion: spec.FirstPassYield | spec.FinalYield, tally: Tally) -> list[Need]:
    """How many repairs would do instead: they mend the final yield, and never the first pass."""
    if not isinstance(criterion, spec.FinalYield) or not tally.failed:
        return []
    allowed = statistics.failures_allowed(tally.size, criterion.at_least, criterion.confidence)
    return [Need(len(tally.failed) - allowed, "failed units to repair and retest")] if allowed is not None else []


def _shown(tally: Tally, confidence: float) -> str:
    if not tally.size:
        return ""
    bound = statistics.reliability_shown(tally.size, len(tally.failed), confidence)
    return f": at least {percent(bound)} at {percent(confidence)} confidence"


def _tally(index: EvidenceIndex, table: Mapping[Pair, EvidenceRow]) -> Tally:
    """Sort units by the rows of a table. A failed unit counts even before its other diagnostics are measured."""
    passed, failed, untested = [], [], []
    rows: list[EvidenceRow] = []
    for unit in index.units:
        found = [table[pair] for pair in index.pairs(unit) if pair in table]
        if any(row.verdict is Verdict.FAIL for row in found):
            failed.append(unit)
        elif len(found) < len(index.diagnostics):
            untested.append(unit)
            continue
        else:
            passed.append(unit)
        rows += found
    faults = tuple(row for row in rows if row.verdict is Verdict.FAIL)
    return Tally(tuple(passed), tuple(failed), tuple(untested), tuple(rows), faults)


def _ever(index: EvidenceIndex) -> Tally:
    mandatory = set(index.diagnostics)
    faults = [row for rows in index.failed.values() for row in rows if row.diagnostic in mandatory]
    failed = tuple(sorted({row.unit for row in faults}))
    passed = tuple(unit for unit in index.complete_units if unit not in set(failed))
    counted_units = {*failed, *passed}
    rows = [row for (unit, name), row in index.current.items() if unit in counted_units and name in mandatory]
    untested = tuple(unit for unit in index.units if unit not in counted_units)
    return Tally(passed, failed, untested, (*rows, *faults), tuple(sorted(faults, key=lambda r: (r.at, r.result_id))))
