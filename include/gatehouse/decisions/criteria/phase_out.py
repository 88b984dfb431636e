"""Criteria that rest on records: what schedulers and people said, and where each unit went.

A scheduler that said nothing, or nothing lately, has not said zero.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from gatehouse.catalog import criteria as spec
from gatehouse.catalog.values import one_line
from gatehouse.decisions.criteria.outcome import met_or, outcome
from gatehouse.decisions.evidence_index import EvidenceIndex
from gatehouse.decisions.forecasts import Outlook
from gatehouse.decisions.wording import counted, decimal, listed, sentences
from gatehouse.model.evidence import CriterionOutcome, Forecast, Need
from gatehouse.model.records import Attestation, Disposition, Observation, UnitDisposition
from gatehouse.model.status import CriterionStatus

Recorded = spec.WorkloadsMoved | spec.ReservationsZero | spec.Dispositioned | spec.Attested
Count = Callable[[Observation], int | None]
_DAY = timedelta(days=1)
_CERTAIN = 1.0


def recorded(criterion: Recorded, index: EvidenceIndex) -> CriterionOutcome:
    """How a criterion on records stands."""
    match criterion:
        case spec.WorkloadsMoved():
            return workloads_moved(criterion, index)
        case spec.ReservationsZero():
            return reservations_zero(criterion, index)
        case spec.Dispositioned():
            return dispositioned(criterion, index)
        case spec.Attested():
            return attested(criterion, index)


@dataclass(frozen=True, slots=True)
class Silence:
    """What one source said: its latest count and when, and since when it has said zero without a gap."""

    source: str
    count: int | None
    at: datetime | None
    since: datetime | None

    @property
    def days(self) -> float:
        """How long the zeros reach: from the first to the latest."""
        return (self.at - self.since) / _DAY if self.at and self.since else 0.0


def silence(source: str, observations: Iterable[Observation], count: Count, every: timedelta) -> Silence:
    """The latest unbroken row of zeros of a source; two answers further apart than ``every`` are a break.

    Of two answers of one moment the larger holds; an answer without a number says nothing.
    """
    numbers = {(o.at, n) for o in observations if o.source == source and (n := count(o)) is not None}
    said = sorted(numbers, reverse=True)
    if not said:
        return Silence(source, None, None, None)
    latest, number = said[0]
    since = None
    before = latest
    for at, n in said:
        if n or before - at > every:
            break
        since = before = at
    return Silence(source, number, latest, since)


def workloads_moved(criterion: spec.WorkloadsMoved, index: EvidenceIndex) -> CriterionOutcome:
    """Days without a job, by the scheduler that lags behind."""
    needed = criterion.for_days
    answers = _answers(criterion, index, lambda o: o.jobs)
    problems = _problems(answers, criterion.observed_every_days, index.evidence.now, "job")
    shortest = min(answers, key=lambda s: s.days, default=None)
    days = shortest.days if shortest and not problems else 0.0
    busy = any(s.count for s in answers)
    left = max(0.0, needed - days)
    return outcome(
        criterion,
        CriterionStatus.NOT_MET if busy else met_or(bool(answers) and not problems and left <= 0),
        observed=listed(_said(answers, "job"), between="; ") or "no scheduler has answered",
        required=f"no job for {decimal(needed)} days, asked at least every {decimal(criterion.observed_every_days)}",
        missing=sentences([*problems, f"{decimal(left, 3)} more days without a job" if left else ""]),
        margin=days - needed,
        needs=[Need(left, "days without a job")],
        outlook=_quiet_until(shortest, problems, needed, index.evidence.now),
    )


def _quiet_until(shortest: Silence | None, problems: list[str], needed: float, now: datetime) -> Outlook:
    """When the zeros will be long enough; where they are by now, an answer of now would tell."""
    if problems or shortest is None or shortest.since is None:
        return "days begin to count when every scheduler says zero"
    at = max(now, shortest.since + needed * _DAY)
    return Forecast(at, at, None, _CERTAIN, "if no job runs until then, and the schedulers are asked")


def reservations_zero(criterion: spec.ReservationsZero, index: EvidenceIndex) -> CriterionOutcome:
    """Reservations by the latest word of each scheduler."""
    answers = _answers(criterion, index, lambda o: o.reservations)
    now = index.evidence.now
    problems = _problems(answers, criterion.observed_every_days, now, "reservation")
    total = sum(s.count or 0 for s in answers)
    return outcome(
        criterion,
        CriterionStatus.NOT_MET if total else met_or(bool(answers) and not problems),
        observed=listed(_said(answers, "reservation"), between="; ") or "no scheduler has answered",
        required=f"no reservation, by an answer not older than {decimal(criterion.observed_every_days)} days",
        missing=sentences(problems),
        margin=-total if answers else None,
        needs=[Need(total, "reservations to release") if total else Need(len(problems), "answers of schedulers")],
    )


def dispositioned(criterion: spec.Dispositioned, index: EvidenceIndex) -> CriterionOutcome:
    """Every serial has a disposition, and a word on its data."""
    known = {d.unit: d for d in sorted(index.evidence.records.dispositions, key=_by_moment)}
    without = [unit for unit in index.units if unit not in known]
    unerased = [unit for unit in index.units if unit in known and not known[unit].final]
    tally = {kind: sum(known[u].disposition is kind for u in index.units if u in known) for kind in Disposition}
    done = len(index.units) - len(without) - len(unerased)
    words = ", ".join(f"{number:,} {kind.value}" for kind, number in tally.items() if number)
    made = outcome(
        criterion,
        met_or(done == len(index.units)),
        observed=f"{done:,} of {counted(len(index.units), 'unit')} done" + (f" ({words})" if words else ""),
        required="every unit of every build has a disposition, and its data is erased",
        missing=sentences([
            f"say where {counted(len(without), 'unit')} went: {listed(without)}" if without else "",
            f"erase and certify {counted(len(unerased), 'unit')}: {listed(unerased)}" if unerased else "",
        ]),
        margin=done - len(index.units),
        units=[*without, *unerased],
    )  # fmt: skip
    needs = [(len(without), "dispositions"), (len(unerased), "erase certificates")]
    return replace(made, needs=tuple(Need(number, what) for number, what in needs if number))


def attested(criterion: spec.Attested, index: EvidenceIndex) -> CriterionOutcome:
    """A person vouches for it."""
    said = [a for a in index.evidence.records.attestations if a.about == criterion.id]
    found = max(said, key=_by_moment, default=None)
    how = f"`gatehouse calendar attest {index.evidence.program} {index.evidence.phase} {criterion.id}`"
    return outcome(
        criterion,
        met_or(found is not None),
        observed=f"{one_line(found.link)}, by {one_line(found.who)} on {found.at:%Y-%m-%d}" if found else "nobody",
        required="a person vouches for it, with a link",
        missing=f"attest it: {how}",
        needs=[Need(1, "attestations")],
    )


def _by_moment(said: Attestation | UnitDisposition) -> tuple[datetime, str]:
    """Of two words on one thing the later holds, whatever the order they are told in."""
    return said.at, repr(said)


def _answers(
    criterion: spec.WorkloadsMoved | spec.ReservationsZero, index: EvidenceIndex, count: Count
) -> list[Silence]:
    """What each source said that must answer, and each other one that said more than zero of late."""
    said = [o for o in index.evidence.records.observations if o.at <= index.evidence.now]
    every = criterion.observed_every_days * _DAY
    heard = {o.source for o in said if count(o) is not None}
    found = {source: silence(source, said, count, every) for source in heard | set(criterion.sources)}
    asked = set(criterion.sources) or heard
    return [found[s] for s in sorted(found) if s in asked or found[s].count]


def _problems(answers: list[Silence], every_days: float, now: datetime, what: str) -> list[str]:
    """Sources that have not answered, not lately, or not with zero."""
    if not answers:
        return ["record what the scheduler says: `gatehouse eol observe`"]
    return [said for each in answers if (said := _problem(each, every_days, now, what))]


def _problem(said: Silence, every_days: float, now: datetime, what: str) -> str:
    name = one_line(said.source)
    if said.at is None:
        return f"ask {name}: it has not answered"
    if said.count:
        return f"end {counted(said.count, what)} of {name}"
    age = (now - said.at) / _DAY
    return f"ask {name} again: its answer is {decimal(age, 3)} days old" if age > every_days else ""


def _said(answers: list[Silence], what: str) -> Iterator[str]:
    """``slurm: 0 jobs since 2026-03-02, asked last on 2026-03-30`` of each source."""
    for each in answers:
        since = f" since {each.since:%Y-%m-%d}" if each.since else ""
        asked = f", asked last on {each.at:%Y-%m-%d}" if each.at else ""
        said = "no answer" if each.count is None else f"{counted(each.count, what)}{since}"
        yield f"{one_line(each.source)}: {said}{asked}"
