"""When something would be there at the current rate, with the exact interval of that rate.

A rate is counted over the last four weeks, or since the phase's first result where that is less; events come as if by
chance (Poisson), so the interval is Garwood's. Less than a day of evidence, or no event, tells no rate: then the
outlook is a reason in words.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from gatehouse.decisions import statistics
from gatehouse.decisions.evidence_index import EvidenceIndex
from gatehouse.decisions.wording import decimal, one_of
from gatehouse.model.evidence import Forecast

Outlook = Forecast | str
CONFIDENCE = 0.90
_WINDOW_DAYS = 28.0
_SHORTEST_DAYS = 1.0
_LONGEST_DAYS = 3650.0  # beyond ten years a date is no help
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Pace:
    """So many events in so many days, each worth ``worth`` of what is counted: ``what`` in the plural."""

    events: int
    days: float
    what: str
    worth: float = 1.0

    @property
    def words(self) -> str:
        """Such as "12 units in 8 days"."""
        amount = self.events * self.worth
        return f"{decimal(amount)} {one_of(amount, self.what)} in {decimal(self.days, 3)} days"


def pace(index: EvidenceIndex, moments: Iterable[datetime], what: str) -> Pace | str:
    """How often something happened of late; why nobody can tell, where that is so."""
    known = _days_known(index)
    if known < _SHORTEST_DAYS:
        return "less than a day of evidence tells no rate"
    days = min(known, _WINDOW_DAYS)
    since = index.evidence.now - days * _DAY
    events = sum(since <= moment <= index.evidence.now for moment in moments)
    return Pace(events, days, what) if events else f"no {what} in the last {decimal(days, 3)} days"


def whole_pace(index: EvidenceIndex, events: int, amount: float, what: str) -> Pace | str:
    """The pace over the whole phase: so many events that together brought an amount."""
    known = _days_known(index)
    if known < _SHORTEST_DAYS:
        return "less than a day of evidence tells no rate"
    if not events or amount <= 0:
        return f"no {what} so far"
    return Pace(events, known, what, amount / events)


def units_pace(index: EvidenceIndex) -> Pace | str:
    """Units that became complete: the moment at which the last of their mandatory diagnostics was sound first."""
    first = index.first_sound
    moments = (max(first[pair].at for pair in index.pairs(unit)) for unit in index.complete_units)
    return pace(index, moments, "units completed")


def results_pace(index: EvidenceIndex) -> Pace | str:
    """Mandatory results that were sound for the first time."""
    first = index.first_sound
    return pace(index, (first[pair].at for pair in index.required if pair in first), "results measured")


def ahead(index: EvidenceIndex, amount: float, at: Pace | str) -> Outlook:
    """When so much more will be there; nothing to tell where nothing is missing."""
    if amount <= 0:
        return ""
    if isinstance(at, str):
        return at
    rate = at.events * at.worth / at.days
    low, high = statistics.poisson_rate_interval(at.events, at.days, CONFIDENCE)
    days = amount / rate
    if days > _LONGEST_DAYS:
        return f"more than ten years at {at.words}"
    now, latest = index.evidence.now, amount / (low * at.worth)
    return Forecast(
        at=now + days * _DAY,
        earliest=now + amount / (high * at.worth) * _DAY,
        latest=now + latest * _DAY if latest <= _LONGEST_DAYS else None,
        confidence=CONFIDENCE,
        basis=at.words,
    )


def certain(at: datetime, basis: str) -> Forecast:
    """What time alone brings."""
    return Forecast(at, at, at, 1.0, basis)


def overall(outlooks: Iterable[tuple[str, Outlook]]) -> Outlook:
    """The latest of what is needed, by title; a reason where one of them has no forecast."""
    every = list(outlooks)
    unknown = [title for title, outlook in every if isinstance(outlook, str)]
    if unknown:
        shown = ", ".join(unknown[:3]) + (f" and {len(unknown) - 3} more" if len(unknown) > 3 else "")
        return f"no forecast of {shown}"
    known = [(title, outlook) for title, outlook in every if isinstance(outlook, Forecast)]
    if not known:
        return ""
    last = max((outlook.at, title) for title, outlook in known)
    ends = [outlook.latest for _, outlook in known if outlook.latest is not None]
    return Forecast(
        at=last[0],
        earliest=max(outlook.earliest for _, outlook in known),
        latest=max(ends) if len(ends) == len(known) else None,
        confidence=min(outlook.confidence for _, outlook in known),
        basis=f"the latest of what is missing: {last[1]}",
    )


def _days_known(index: EvidenceIndex) -> float:
    begun = min((row.at for row in index.rows if row.at <= index.evidence.now), default=index.evidence.now)
    return (index.evidence.now - begun) / _DAY
