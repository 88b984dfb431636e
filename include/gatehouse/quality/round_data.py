"""A round's data as plain rows, free of any database: what was planned, who was visited, what came back.

Every time carries its zone; without one, the judgement raises ``TypeError`` rather than guess.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime


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
    ``clock_skew_s`` is the host's clock minus ours. None is "not measured".
    """

    serial: str
    host: str
    site: str
    claimed_serial: str | None
    clock_skew_s: float | None
    boot_id: str | None
    measured_at: datetime | None
    unreachable: str | None


@dataclass(frozen=True, slots=True)
class ResultRowData:
    """What one diagnostic said of one unit. ``measured`` and ``verdict`` are words, checked here and not before."""

    serial: str
    host: str
    diagnostic: str
    measured: str
    verdict: str
    started_at: datetime | None
    recorded_at: datetime
    duration_s: float | None


@dataclass(frozen=True, slots=True)
class ReadingData:
    """One numeric reading. ``low`` and ``high`` are the bounds that physics sets, ends included; None is "no bound"."""

    serial: str
    host: str
    diagnostic: str
    part: str
    name: str
    value: float | None
    unit: str
    low: float | None
    high: float | None


@dataclass(frozen=True, slots=True)
class RoundData:
    """Everything the judgement looks at. ``expected_units`` maps a reading's name to the unit that it must have."""

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
