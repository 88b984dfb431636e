"""What a phase report tells beside decision and evidence: what the store and the catalogue know of the phase."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from gatehouse.model.evidence import EvidenceRow


@dataclass(frozen=True, slots=True)
class FailureCount:
    """A check of a diagnostic that failed in a phase: on how many units, and how often."""

    diagnostic: str
    check: str
    units: int
    times: int


@dataclass(frozen=True, slots=True)
class SignatureCount:
    """Something that tools said in a phase: whose trouble it is, on how many units, how often, and an example."""

    kind: str
    signature: str
    units: int
    times: int
    example: str


@dataclass(frozen=True, slots=True)
class RoundFacts:
    """A round beside its judgement: who asked, why, its units by how the visit went, and results set aside."""

    round_id: str
    number: int
    requested_by: str
    reason: str
    created_at: datetime
    planned: int
    visited: int
    unreachable: int
    set_aside: int = 0


@dataclass(frozen=True, slots=True)
class BrokenLimit:
    """A limit that a result broke: of which part, by which check, and the rung of the ladder that it asks for."""

    part: str
    check: str
    action: str


@dataclass(frozen=True, slots=True)
class Measure:
    """A number that was measured, with the limits that it was held against."""

    result_id: int
    part: str
    name: str
    value: float
    unit: str
    low: float | None
    high: float | None


@dataclass(frozen=True, slots=True)
class PhaseDates:
    """When a phase was to open and exit, and when it did; None is "not known" or "not yet"."""

    phase: str
    planned_start: datetime | None = None
    planned_exit: datetime | None = None
    opened_at: datetime | None = None
    closed_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class ReportFacts:
    """``failures`` and ``signatures`` are of the whole phase, repaired ones included.

    ``sites`` maps serials to where they stand; ``history`` holds every result of the unit × diagnostic pairs that ever
    failed, oldest first; ``broken`` the broken limits of open issues by result; ``measures`` the numbers of the latest
    sound results that have limits; ``phases`` the dates of all phases of the program, in order. ``on_conditions`` tells
    an exit on waivers from a clean one; ``reopened`` says why it does not stand any more.
    """

    sku: str = ""
    owner: str = ""
    planned_units: int | None = None
    opened_at: datetime | None = None
    closed_at: datetime | None = None
    closed_by: str = ""
    on_conditions: bool = False
    reopened: str = ""
    failures: tuple[FailureCount, ...] = ()
    signatures: tuple[SignatureCount, ...] = ()
    rounds: tuple[RoundFacts, ...] = ()
    sites: Mapping[str, str] = field(default_factory=dict)
    history: tuple[EvidenceRow, ...] = ()
    broken: Mapping[int, tuple[BrokenLimit, ...]] = field(default_factory=dict)
    measures: tuple[Measure, ...] = ()
    phases: tuple[PhaseDates, ...] = ()
