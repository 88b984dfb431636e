"""Rates of failure, bounded from hours under test."""

from typing import Literal, Self

from pydantic import Field, model_validator

from gatehouse.catalog.criteria.base import Confidence, Count, CriterionSpec, Positive, Text
from gatehouse.model.evidence import WantedReadings
from gatehouse.model.readings import unit_of

HOURS = {"h": 1.0, "s": 1 / 3600.0, "ms": 1 / 3.6e6}
DURATION = "duration_s"  # of a result, beside the readings that its tools gave


def duration_of(diagnostic: str) -> str:
    """The name under which a history holds how long each result of a diagnostic took, in seconds."""
    return f"{diagnostic}.{DURATION}"


class Mtbf(CriterionSpec):
    """Lower bound of the mean time between failures, in unit-hours.

    ``hours_reading`` names a reading that says how long a run loaded the unit; its values are summed over all runs.
    Without it the hours are those between a unit's first and last sound result in the phase.
    """

    kind: Literal["mtbf"]
    at_least_hours: Positive
    confidence: Confidence
    hours_reading: Text | None = None

    @property
    def wanted(self) -> WantedReadings:
        """The reading that tells the hours of each run."""
        return WantedReadings(history=frozenset({self.hours_reading} if self.hours_reading else ()))


class SdcRate(CriterionSpec):
    """Upper bound of the rate of silent data corruption, from device-hours in which ``diagnostics`` looked for it.

    Every FAIL of these counts as a corruption. The hours are how long their sound results took, or what ``reading``
    says in ``_hours``, ``_s`` or ``_ms``, times the devices that one value stands for. Exactly one of
    ``at_most_per_device_hour`` and ``at_most_per_device_day``.
    """

    kind: Literal["sdc_rate"]
    diagnostics: tuple[Text, ...] = Field(min_length=1)
    reading: Text | None = None
    devices: Count = 1
    at_most_per_device_hour: Positive | None = None
    at_most_per_device_day: Positive | None = None
    confidence: Confidence = 0.95

    @model_validator(mode="after")
    def _one_rate(self) -> Self:
        if (self.at_most_per_device_hour is None) == (self.at_most_per_device_day is None):
            raise ValueError("say exactly one of at_most_per_device_hour, at_most_per_device_day")
        if self.reading is not None and unit_of(self.reading) not in HOURS:
            raise ValueError(f"reading {self.reading!r} is no time: its name must end in _hours, _s or _ms")
        return self

    @property
    def per_hour(self) -> float:
        """The highest rate allowed, per device-hour."""
        return self.at_most_per_device_hour or (self.at_most_per_device_day or 0.0) / 24.0

    @property
    def exposures(self) -> tuple[str, ...]:
        """The names in the history whose values are times under test."""
        return (self.reading,) if self.reading else tuple(duration_of(name) for name in self.diagnostics)

    @property
    def wanted(self) -> WantedReadings:
        """How long each sound result looked."""
        if self.reading:
            return WantedReadings(history=frozenset({self.reading}))
        return WantedReadings(durations=frozenset(self.diagnostics))
