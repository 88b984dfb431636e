"""What a gate looks at, and what it answers."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from gatehouse.model.records import Records
from gatehouse.model.status import CriterionStatus, Measured, Phase, Severity, Verdict


@dataclass(frozen=True, slots=True)
class EvidenceRow:
    """One stored result, as a gate sees it. ``admissible`` is None while the round's data is not judged yet."""

    result_id: int
    round_id: str
    unit: str
    site: str
    diagnostic: str
    measured: Measured
    verdict: Verdict
    severity: Severity | None
    reason: str
    at: datetime
    admissible: bool | None
    set_aside: bool = False  # a person says that this row is no evidence; it never helps, a fault in it still stands


@dataclass(frozen=True, slots=True)
class ValueRow:
    """One numeric reading of an admissible round, for criteria on performance."""

    result_id: int
    unit: str
    part: str
    value: float


@dataclass(frozen=True, slots=True)
class WordRow:
    """One reading in words of an admissible round, for criteria on identities, such as a firmware's version."""

    result_id: int
    unit: str
    part: str
    word: str


@dataclass(frozen=True, slots=True)
class WantedReadings:
    """The names of the readings that criteria look at one by one; only those are loaded.

    ``values`` are numbers of the latest sound results, ``history`` numbers of every sound result of the phase,
    ``words`` texts of the latest sound results.
    """

    values: frozenset[str] = frozenset()
    history: frozenset[str] = frozenset()
    words: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class RoundSummary:
    """A round as a gate sees it. ``problems`` says why it is inadmissible; ``at`` is when it was judged."""

    round_id: str
    admissible: bool | None
    problems: tuple[str, ...]
    units: tuple[str, ...]
    at: datetime | None


@dataclass(frozen=True, slots=True)
class SignOff:
    """A person's answer at a gate. ``evidence_digest`` is the evidence that was on the table."""

    who: str
    role: str
    approved: bool
    comment: str
    evidence_digest: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Waiver:
    """A criterion that people decided to live without, for some units or all, until a date."""

    id: int
    criterion: str
    owner: str
    reason: str
    containment: str
    approved_by: tuple[str, ...]
    expires_at: datetime
    units: tuple[str, ...] = ()  # empty: every unit


@dataclass(frozen=True, slots=True)
class PhaseEvidence:
    """Everything a gate may look at: the build, what the plan asks of it, and what came back, as of ``now``.

    ``units`` are the serials of the phase's build; ``diagnostics`` those that its plan makes mandatory;
    ``rows`` every result of every round of the phase, oldest first; ``values`` and ``history`` numeric readings by
    name and ``words`` texts by name, only of admissible rounds: see ``WantedReadings``; ``records`` what people and
    outside systems said. In EOL ``units`` are those of every build.
    """

    program: str
    phase: Phase
    now: datetime
    units: tuple[str, ...]
    diagnostics: tuple[str, ...]
    rows: tuple[EvidenceRow, ...] = ()
    rounds: tuple[RoundSummary, ...] = ()
    values: Mapping[str, tuple[ValueRow, ...]] = field(default_factory=dict)
    sign_offs: tuple[SignOff, ...] = ()
    waivers: tuple[Waiver, ...] = ()
    sites: tuple[str, ...] = ()  # sites at which the units of the build stand
    history: Mapping[str, tuple[ValueRow, ...]] = field(default_factory=dict)
    words: Mapping[str, tuple[WordRow, ...]] = field(default_factory=dict)
    records: Records = field(default_factory=Records)


@dataclass(frozen=True, slots=True)
class Need:
    """Something that is still missing, counted: ``Need(11, "zero-failure units")``. ``of`` is in the plural."""

    amount: float
    of: str


@dataclass(frozen=True, slots=True)
class Forecast:
    """When a criterion would be met at the current rate. ``latest`` is None where the rate may as well be nothing.

    ``earliest`` and ``latest`` bound it at ``confidence``; ``basis`` says in words what rate it rests on.
    """

    at: datetime
    earliest: datetime
    latest: datetime | None
    confidence: float
    basis: str


@dataclass(frozen=True, slots=True)
class CriterionOutcome:
    """How one criterion stands: observed against required, and what is still missing in units a person can act on.

    ``observed``, ``required``, ``missing`` are text for people; ``margin`` is observed minus required in the
    criterion's own number, None where it has none. ``rests_on`` are result ids; ``units`` those that stand in the way.
    ``needs`` are ways to close the gap, any one of which would do; ``forecast`` when that would be at the current rate.
    """

    criterion: str
    title: str
    status: CriterionStatus
    observed: str
    required: str
    missing: str = ""
    margin: float | None = None
    rests_on: tuple[int, ...] = ()
    units: tuple[str, ...] = ()
    waiver: int | None = None
    needs: tuple[Need, ...] = ()
    forecast: Forecast | None = None


@dataclass(frozen=True, slots=True)
class GateDecision:
    """A gate's answer at one moment, with the digest of the evidence it rests on."""

    program: str
    phase: Phase
    status: CriterionStatus
    outcomes: tuple[CriterionOutcome, ...]
    evidence_digest: str
    decided_at: datetime

    @property
    def open(self) -> bool:
        """Whether the phase may exit: every criterion met or waived."""
        return self.status in (CriterionStatus.MET, CriterionStatus.WAIVED)

    @property
    def conditional(self) -> bool:
        """Whether it exits only by a live waiver."""
        return self.status is CriterionStatus.WAIVED
