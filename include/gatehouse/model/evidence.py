"""What a gate looks at, and what it answers."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from gatehouse.model.records import Records
from gatehouse.model.status import CriterionStatus, Measured, Phase, Severity, Verdict
from gatehouse.model.waivers import Waiver


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
    ``words`` texts of the latest sound results. ``durations`` are diagnostics: how long each of their sound results
    took, in seconds, stands in the history under ``DIAGNOSTIC.duration_s``.
    """

    values: frozenset[str] = frozenset()
    history: frozenset[str] = frozenset()
    words: frozenset[str] = frozenset()
    durations: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class RoundSummary:
    """A round as a gate sees it. ``problems`` says why it is inadmissible; ``at`` is when it was judged.

    ``overtaken``: it has results of the build that are not listed, because later ones stand in their place.
    """

    round_id: str
    admissible: bool | None
    problems: tuple[str, ...]
    units: tuple[str, ...]
    at: datetime | None
    overtaken: bool = False


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
class EarlierExit:
    """A phase before this one that exited on conditions, and whether it still stands.

    ``why`` says on what it stands, or why it does not; ``closes`` what would make it stand again.
    """

    phase: Phase
    stands: bool
    why: str
    closes: str = ""


@dataclass(frozen=True, slots=True)
class PhaseEvidence:
    """Everything a gate may look at: the build, what the plan asks of it, and what came back, as of ``now``.

    ``units`` are the serials of the phase's build; ``diagnostics`` those that its plan makes mandatory;
    ``rows`` the results of its rounds, in any order, at least those that can matter (``EvidenceIndex`` says which);
    ``values`` and ``history`` numeric readings by name and ``words`` texts by name, only of admissible rounds: see
    ``WantedReadings``. ``site_of`` is where each unit of the build stands;
    ``earlier`` are the phases before this one that exited on conditions.
    ``records`` are what people and outside systems said. In EOL ``units`` are those of every build.
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
    site_of: Mapping[str, str] = field(default_factory=dict)
    earlier: tuple[EarlierExit, ...] = ()
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
    ``needs`` are ways to close the gap, any one of which would do; ``forecast`` when that would be at the current rate,
    or else ``no_forecast`` why nobody can tell.
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
    no_forecast: str = ""


@dataclass(frozen=True, slots=True)
class GateDecision:
    """A gate's answer at one moment, with the digest of the evidence it rests on.

    ``signable``: all but the signatures is met or waived, so people may be asked; ``awaits`` are the roles that have
    not signed this evidence. ``forecast`` is the latest of what is not met, or ``no_forecast`` says what has none.
    ``notes`` say what the program changed in the phase's criteria.
    """

    program: str
    phase: Phase
    status: CriterionStatus
    outcomes: tuple[CriterionOutcome, ...]
    evidence_digest: str
    decided_at: datetime
    signable: bool = False
    awaits: tuple[str, ...] = ()
    forecast: Forecast | None = None
    no_forecast: str = ""
    notes: tuple[str, ...] = ()

    @property
    def open(self) -> bool:
        """Whether the phase may exit: every criterion met or waived."""
        return self.status in (CriterionStatus.MET, CriterionStatus.WAIVED)

    @property
    def conditional(self) -> bool:
        """Whether it exits only by a live waiver."""
        return self.status is CriterionStatus.WAIVED
