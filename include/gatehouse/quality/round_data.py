"""A round's data as plain rows, free of any database: what was planned, who was visited, what came back.

Every time carries its zone; without one, the judgement raises ``TypeError`` rather than guess.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from gatehouse.quality.history_data import CheckHistory, PartMoved, PartShared, QuantityMoved


@dataclass(frozen=True, slots=True)
class PlannedResult:
    """One diagnostic that the plan asks of one unit. What is not mandatory is still asked, so it leaves a row too."""

    serial: str
    host: str
    diagnostic: str
    mandatory: bool


@dataclass(frozen=True, slots=True)
class UnitRow:
    """A unit of the round, and what its visit told of the machine itself.

    ``serial`` is the inventory's, ``claimed_serial`` the machine's own; ``boot_id`` is the kernel's, new at each boot;
    ``clock_skew_s`` is the host's clock minus ours, ``earlier_skew_s`` what it was at the visit of ``earlier_at``, in
    an earlier round. None is "not measured".
    """

    serial: str
    host: str
    site: str
    claimed_serial: str | None
    clock_skew_s: float | None
    boot_id: str | None
    measured_at: datetime | None
    unreachable: str | None
    sku: str = ""
    earlier_skew_s: float | None = None
    earlier_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class ResultRowData:
    """What one diagnostic said of one unit. ``measured`` and ``verdict`` are words, checked here and not before.

    ``outputs`` counts what it rests on, ``whole_outputs`` those that ended by themselves and were kept in full;
    ``failing_limits`` the limits and findings that condemn. ``id`` is the store's; 0 is a result of no store.
    """

    serial: str
    host: str
    diagnostic: str
    measured: str
    verdict: str
    started_at: datetime | None
    recorded_at: datetime
    duration_s: float | None
    id: int = 0
    reason: str = ""
    outputs: int = 1
    whole_outputs: int = 1
    failing_limits: int = 0


@dataclass(frozen=True, slots=True)
class ReadingData:
    """One numeric reading. ``low`` and ``high`` are the bounds that physics sets, ends included; None is "no bound".

    ``least`` and ``most`` are the limit that it was held against; ``also_a_word`` says that it has a text as well.
    """

    serial: str
    host: str
    diagnostic: str
    part: str
    name: str
    value: float | None
    unit: str
    low: float | None
    high: float | None
    least: float | None = None
    most: float | None = None
    also_a_word: bool = False


@dataclass(frozen=True, slots=True)
class QuantityData:
    """A reading on one unit, over all its parts: in which unit of measurement, and between which values."""

    serial: str
    host: str
    diagnostic: str
    name: str
    unit: str
    values: int
    least: float | None
    most: float | None


@dataclass(frozen=True, slots=True)
class FindingData:
    """Something that a tool said, or a limit that broke (``kind`` is ``violation``).

    ``part_known`` says whether the unit's readings know the part that it names.
    """

    serial: str
    host: str
    diagnostic: str
    kind: str
    part: str
    signature: str
    required: str | None
    severity: str | None
    part_known: bool


@dataclass(frozen=True, slots=True)
class OutputData:
    """What a command printed. ``kept`` says whether both its streams are in the raw store, ``intact`` that they are as
    they were put there, as far as that was looked at. ``hashes`` says whether its hashes are any.
    """

    serial: str
    host: str
    diagnostic: str
    key: str
    ended: str
    exit_code: int | None
    truncated: bool
    hashes: bool
    kept: bool
    intact: bool


@dataclass(frozen=True, slots=True)
class JobData:
    """A command that ran detached on a host; ``result`` is how its diagnostic was measured, empty without a result."""

    serial: str
    host: str
    diagnostic: str
    key: str
    result: str
    ended: bool
    acknowledged: bool
    elapsed_s: float
    limit_s: float


@dataclass(frozen=True, slots=True)
class AsideData:
    """A result that a person took out of the evidence: it is accounted for, and nothing of it is looked at."""

    result_id: int
    serial: str
    diagnostic: str
    who: str
    reason: str
    at: datetime


@dataclass(frozen=True, slots=True)
class EarlierJudgement:
    """A judgement of the same round that came before."""

    number: int
    at: datetime
    by: str
    admissible: bool
    set_aside: int
    has_docs: bool = True


@dataclass(frozen=True, slots=True)
class RoundData:
    """Everything the judgement looks at. ``expected_units`` maps a reading's name to the unit that it must have.

    ``results`` are all, with those set aside. ``readings`` need only hold the numbers that may be wrong, and
    ``quantities`` None is "see for yourself, from the readings"; ``numbers`` counts all that the store holds.
    ``described_skus`` are those whose limits the round fixed when it was opened.
    """

    round_id: str
    program: str
    phase: str
    plan: str
    opened_at: datetime
    judged_at: datetime
    planned: tuple[PlannedResult, ...]
    units: tuple[UnitRow, ...]
    results: tuple[ResultRowData, ...]
    readings: tuple[ReadingData, ...]
    expected_units: Mapping[str, str] = field(default_factory=dict)
    requested_by: str = "somebody"
    described_skus: frozenset[str] = frozenset({""})
    quantities: tuple[QuantityData, ...] | None = None
    numbers: int | None = None
    findings: tuple[FindingData, ...] = ()
    outputs: tuple[OutputData, ...] = ()
    jobs: tuple[JobData, ...] = ()
    parts: tuple[PartShared, ...] = ()
    moves: tuple[PartMoved, ...] = ()
    checks: tuple[CheckHistory, ...] = ()
    changes: tuple[QuantityMoved, ...] = ()
    set_aside: tuple[AsideData, ...] = ()
    number: int = 1
    by: str = "gatehouse"
    earlier: tuple[EarlierJudgement, ...] = ()
