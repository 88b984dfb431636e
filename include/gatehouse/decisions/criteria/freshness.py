"""Time: how old the evidence is, and how long the phase has run."""

from datetime import timedelta

from gatehouse.catalog import criteria as spec
from gatehouse.decisions.criteria import todo
from gatehouse.decisions.criteria.outcome import met_or, outcome
from gatehouse.decisions.evidence_index import EvidenceIndex
from gatehouse.decisions.forecasts import ahead, certain, results_pace
from gatehouse.decisions.wording import counted, decimal
from gatehouse.model.evidence import CriterionOutcome, Need
from gatehouse.model.status import CriterionStatus

_DAY = timedelta(days=1)


def fresh(criterion: spec.Fresh, index: EvidenceIndex) -> CriterionOutcome:
    """The latest sound result of every unit and mandatory diagnostic is no older than allowed."""
    ages = {p: (index.evidence.now - index.sound[p].at) / _DAY for p in index.required if p in index.sound}
    stale = [pair for pair, age in ages.items() if age > criterion.max_age_days]
    oldest = max(ages.values(), default=None)
    lacking = [*stale, *index.unmeasured]
    told = f", {len(stale):,} too old" if stale else ""
    if oldest is not None and not lacking:
        until = index.evidence.now + (criterion.max_age_days - oldest) * _DAY
        told = f", fresh until {until:%Y-%m-%d}"
    return outcome(
        criterion,
        met_or(not lacking),
        observed="no results" if oldest is None else f"oldest latest result is {_days(oldest)} old{told}",
        required=f"none older than {_days(criterion.max_age_days)}",
        missing=todo.measure(index, lacking),
        margin=None if oldest is None else criterion.max_age_days - oldest,
        rests_on=(index.sound[pair] for pair in ages),
        units=(unit for unit, _ in lacking),
        needs=[Need(len(lacking), "results to measure")],
        outlook="met as soon as they are measured again" if stale else ahead(index, len(lacking), results_pace(index)),
    )


def soak_days(criterion: spec.SoakDays, index: EvidenceIndex) -> CriterionOutcome:
    """Days since the first sound result of the phase."""
    first = min(index.first_sound.values(), key=lambda row: (row.at, row.result_id), default=None)
    required = f"at least {_days(criterion.at_least)} since the first sound result"
    if first is None:
        missing = "run a round whose data is sound"
        needs, why = [Need(criterion.at_least, "days of soak")], "it begins with the first sound result"
        status = CriterionStatus.NOT_ENOUGH_EVIDENCE
        return outcome(criterion, status, "not begun", required, missing, needs=needs, outlook=why)
    soaked = (index.evidence.now - first.at) / _DAY
    left = criterion.at_least - soaked
    until = first.at + criterion.at_least * _DAY
    return outcome(
        criterion,
        met_or(left <= 0),
        observed=f"{_days(soaked)} since {first.at:%Y-%m-%d}",
        required=required,
        missing=f"{_days(left)} more, until {until:%Y-%m-%d %H:%M %Z}".strip(),
        margin=-left,
        rests_on=(first,),
        needs=[Need(left, "days of soak")],
        outlook=certain(until, "time alone"),
    )


def _days(days: float) -> str:
    """A span as people say it: minutes under an hour, hours under two days, days beyond."""
    if days == int(days):
        return counted(int(days), "day")
    minutes = days * 24 * 60
    if minutes < 60:
        return counted(max(1, round(minutes)), "minute")
    if days < 2:
        return f"{decimal(days * 24, 2)} hours"
    return f"{decimal(days, 3)} days"
