"""What a fleet remembers that tells how likely a machine is to have a defect now."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Care:
    """Since when and until when a unit was seen by rounds that may be trusted."""

    sku: str
    first: datetime
    last: datetime


@dataclass(frozen=True, slots=True)
class Proof:
    """A diagnostic that passed on a unit, as a plan asks it: the last time."""

    diagnostic: str
    plan: str
    at: datetime


@dataclass(frozen=True, slots=True)
class DefectVisit:
    """A visit at which at least one diagnostic failed that had not failed the time before.

    ``new`` are those diagnostics, ``failed`` all that failed, ``measured`` all that were measured at that visit.
    ``first`` says that it was the unit's first visit: such a defect came with the machine.
    """

    serial: str
    sku: str
    at: datetime
    first: bool
    new: frozenset[str]
    failed: frozenset[str]
    measured: frozenset[str]


@dataclass(frozen=True, slots=True)
class Duration:
    """What a diagnostic really took on units of a SKU, by one plan: the median of ``times`` visits."""

    median_s: float
    times: int


@dataclass(frozen=True, slots=True)
class FleetHistory:
    """The memory of a fleet, by serial or by SKU: of all units of the SKUs that were asked about.

    ``proofs`` and ``failing`` (diagnostics whose last answer is FAIL) are only of the units that were asked about.
    """

    care: Mapping[str, Care] = field(default_factory=dict)
    visits: tuple[DefectVisit, ...] = ()
    proofs: Mapping[str, tuple[Proof, ...]] = field(default_factory=dict)
    failing: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    durations: Mapping[tuple[str, str], Duration] = field(default_factory=dict)  # (SKU, diagnostic)
