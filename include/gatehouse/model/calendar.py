"""The calendar of a phase: what was planned, what happened, what is expected, and why it slipped."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum


class SlipCause(StrEnum):
    """Why a phase slipped, in a fixed vocabulary, so that slips can be counted."""

    LATE_ENTRY = "late-entry"
    SUPPLIER_PARTS = "supplier-parts"
    FAILURES_FOUND = "failures-found"
    FIRMWARE = "firmware"
    DESIGN_CHANGE = "design-change"
    REQUIREMENT_CHANGE = "requirement-change"
    TEST_CAPACITY = "test-capacity"
    DATA_QUALITY = "data-quality"
    DECISION_LATE = "decision-late"
    PLAN_TOO_SHORT = "plan-too-short"
    WORKLOADS_NOT_MOVED = "workloads-not-moved"
    LOGISTICS = "logistics"
    OTHER = "other"


class Known(StrEnum):
    """What a date on the calendar rests on."""

    ACTUAL = "actual"
    FORECAST = "forecast"
    OVERDUE = "overdue"  # the planned day has passed, and nobody knows a better one: today, at the earliest
    SHIFTED = "shifted"  # the plan, moved by what goes before it
    PLANNED = "planned"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Milestone:
    """A phase's entry or exit. ``baseline`` was planned first, ``planned`` holds now; days are UTC's.

    ``slip_days`` is ``day`` after ``planned``: negative where it is early, None where one of them is not known.
    """

    baseline: date | None
    planned: date | None
    day: date | None
    known: Known

    @property
    def slip_days(self) -> int | None:
        """Days after the plan."""
        return (self.day - self.planned).days if self.day and self.planned else None


@dataclass(frozen=True, slots=True)
class Look:
    """A gate's kept answer from ``at`` on: whether the phase might exit, and by id and title what stood in the way."""

    at: datetime
    open: bool
    blocking: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Share:
    """So many days of a slip, and what they went on. ``criterion`` is empty where it was none."""

    days: int
    what: str
    criterion: str
    suggests: SlipCause


@dataclass(frozen=True, slots=True)
class ConditionOutcome:
    """An entry condition as it stands. ``holds``: the phase stays shut without it."""

    condition: str
    title: str
    met: bool
    holds: bool
    observed: str
    missing: str = ""
