"""Limits that readings must keep, and the bounds that physics sets to the readings themselves.

Every limit carries a value that passes and a value that fails, and refuses to load when it would answer otherwise:
a check must be able to fail.
"""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import Annotated, Literal, Self

from pydantic import Field, StringConstraints, model_validator

from gatehouse.catalog.addresses import matches_part
from gatehouse.catalog.base import Spec
from gatehouse.catalog.conditions import Condition
from gatehouse.catalog.values import is_number, same_sort, written
from gatehouse.model.readings import unit_of
from gatehouse.model.status import Action, Severity

Text = Annotated[str, StringConstraints(min_length=1, strip_whitespace=True)]
Number = Annotated[float, Field(strict=True, allow_inf_nan=False)]
Value = bool | int | float | str


class LimitSpec(Spec, ABC):
    """What every limit says beside its numbers.

    ``reading`` is a reading's name, or a glob where a tool numbers rows and columns; ``parts`` is a glob over part
    addresses (a ``*`` alone is all; else it stops at dots).
    Without ``count`` every such part that reports the reading must give a value, and at least one must;
    with ``count`` at least so many parts must. ``good`` is a sample that passes, ``bad`` one that fails.
    ``source`` says where the number comes from; ``unit`` must be the reading's own where its name tells one.
    ``when`` says for which firmware or driver it holds: other versions need a limit of their own.
    ``baseline`` is the number of the baseline that it was learned as.
    """

    diagnostic: Text
    reading: Text
    parts: Text | Annotated[tuple[Text, ...], Field(min_length=1)] = "*"
    count: int | None = Field(default=None, ge=1)
    severity: Severity
    action: Action
    source: Text
    good: Value
    bad: Value
    unit: str = ""
    title: str = ""
    when: Condition | None = None
    baseline: int | None = Field(default=None, ge=1)

    @abstractmethod
    def comparable(self, value: object) -> bool:
        """Whether the value is of a sort that this limit can judge."""

    @abstractmethod
    def holds(self, value: Value) -> bool:
        """Whether a comparable value keeps the limit."""

    @property
    @abstractmethod
    def required(self) -> str:
        """The requirement as words that follow "must be"."""

    @property
    def requirement(self) -> str:
        """The requirement, with the firmware for which it holds where not for all, and the baseline it comes from."""
        held = f"{self.required} (for {self.when.words})" if self.when else self.required
        return held if self.baseline is None else f"{held} (baseline {self.baseline})"

    @property
    def reading_unit(self) -> str:
        """The unit in which values are shown."""
        return self.unit or unit_of(self.reading)

    def matches(self, part: str) -> bool:
        """Whether the limit speaks of that part."""
        globs = (self.parts,) if isinstance(self.parts, str) else self.parts
        return any(matches_part(glob, part) for glob in globs)

    def _plausible(self) -> None:
        """Refuse numbers that can never fail or never pass."""

    @model_validator(mode="after")
    def _can_fail(self) -> Self:
        self._plausible()
        told = unit_of(self.reading)
        if self.unit and told and self.unit != told:
            raise ValueError(f"unit is {self.unit!r}, but {self.reading!r} is in {told!r}")
        for name, sample in (("good", self.good), ("bad", self.bad)):
            if not self.comparable(sample):
                raise ValueError(f"{name} is {written(sample)}, which this limit cannot judge")
        if not self.holds(self.good):
            raise ValueError(f"good is {written(self.good)}, which fails: must be {self.required}")
        if self.holds(self.bad):
            raise ValueError(f"bad is {written(self.bad)}, which passes: must be {self.required}")
        return self


class _NumericLimit(LimitSpec):
    def comparable(self, value: object) -> bool:
        """Only finite numbers."""
        return is_number(value)


class AtMost(_NumericLimit):
    """The reading must not exceed ``value``."""

    kind: Literal["at_most"]
    value: Number

    def holds(self, value: Value) -> bool:
        """Whether the value is not above the limit."""
        return not isinstance(value, str) and value <= self.value

    @property
    def required(self) -> str:
        """Such as "at most 85 degC"."""
        return f"at most {written(self.value, self.reading_unit)}"


class AtLeast(_NumericLimit):
    """The reading must reach ``value``, above 0: no count or measurement falls below a floor of 0."""

    kind: Literal["at_least"]
    value: Number

    def holds(self, value: Value) -> bool:
        """Whether the value reaches the floor."""
        return not isinstance(value, str) and value >= self.value

    @property
    def required(self) -> str:
        """Such as "at least 400 GB/s"."""
        return f"at least {written(self.value, self.reading_unit)}"

    def _plausible(self) -> None:
        if self.value <= 0:
            raise ValueError(f"at_least {written(self.value)} can never fail: the floor must be above 0")


class Between(_NumericLimit):
    """The reading must lie in ``low`` .. ``high``, ends included."""

    kind: Literal["between"]
    low: Number
    high: Number

    def holds(self, value: Value) -> bool:
        """Whether the value lies within."""
        return not isinstance(value, str) and self.low <= value <= self.high

    @property
    def required(self) -> str:
        """Such as "between 10 and 35 degC"."""
        return f"between {written(self.low)} and {written(self.high, self.reading_unit)}"

    def _plausible(self) -> None:
        if self.low >= self.high:
            raise ValueError(f"low {written(self.low)} is not below high {written(self.high)}")


class Equals(LimitSpec):
    """The reading must be exactly ``value``. A number is never compared with a word."""

    kind: Literal["equals"]
    value: Value

    def comparable(self, value: object) -> bool:
        """Values of the same sort."""
        return same_sort(value, self.value)

    def holds(self, value: Value) -> bool:
        """Whether it is that value."""
        return value == self.value

    @property
    def required(self) -> str:
        """The value itself."""
        return written(self.value, self.reading_unit)


class OneOf(LimitSpec):
    """The reading must be one of ``values``."""

    kind: Literal["one_of"]
    values: tuple[Value, ...] = Field(min_length=1)

    def comparable(self, value: object) -> bool:
        """Values of the same sort as one of the list."""
        return any(same_sort(value, allowed) for allowed in self.values)

    def holds(self, value: Value) -> bool:
        """Whether it is in the list."""
        return any(same_sort(value, allowed) and value == allowed for allowed in self.values)

    @property
    def required(self) -> str:
        """The list."""
        return "one of " + ", ".join(written(v, self.reading_unit) for v in self.values)

    def _plausible(self) -> None:
        for i, value in enumerate(self.values):
            if any(same_sort(value, other) and value == other for other in self.values[:i]):
                raise ValueError(f"{written(value)} stands twice")


Limit = Annotated[AtMost | AtLeast | Between | Equals | OneOf, Field(discriminator="kind")]


class PhysicalBound(Spec):
    """What physics allows of a reading. A value outside is a wrong measurement: neither excellent nor a fault.

    ``reading`` and ``parts`` are as those of a limit. ``share`` is the least share of ``high``, the peak, that a sound
    part reaches whatever its population says: what is learned from a population is held against it.
    """

    reading: Text
    parts: Text = "*"
    low: Number | None = None
    high: Number | None = None
    share: Annotated[Number, Field(gt=0, lt=1)] | None = None
    source: Text

    def allows(self, value: float) -> bool:
        """Whether a part can really show that value."""
        return (self.low is None or value >= self.low) and (self.high is None or value <= self.high)

    def matches(self, part: str) -> bool:
        """Whether the bound speaks of that part."""
        return matches_part(self.parts, part)

    @property
    def floor(self) -> float | None:
        """The least that a sound part reaches; None where the bound does not say."""
        return None if self.share is None or self.high is None else self.share * self.high

    @property
    def required(self) -> str:
        """The bound as words."""
        unit = unit_of(self.reading)
        ends = (("at least", self.low), ("at most", self.high))
        return " and ".join(f"{word} {written(end, unit)}" for word, end in ends if end is not None)

    @model_validator(mode="after")
    def _bounds_something(self) -> Self:
        if self.low is None and self.high is None:
            raise ValueError("a bound needs low, high, or both")
        if self.low is not None and self.high is not None and self.low >= self.high:
            raise ValueError(f"low {written(self.low)} is not below high {written(self.high)}")
        if self.share is not None and (self.high is None or self.high <= 0):
            raise ValueError("share is of high, which must be given and above 0")
        if self.floor is not None and self.low is not None and self.floor < self.low:
            raise ValueError(f"share asks for {written(self.floor)}, less than low, {written(self.low)}")
        return self


def beyond_physics(limits: Sequence[LimitSpec], bounds: Sequence[PhysicalBound]) -> list[tuple[int, str, str]]:
    """Samples that no part can show: such a limit can never pass, or never fail.

    One (index of the limit, ``good`` or ``bad``, what is wrong) for each.
    """
    problems = []
    for index, limit in enumerate(limits):
        for bound in bounds:
            if bound.reading != limit.reading or bound.parts not in ("*", limit.parts):
                continue
            for name, sample in (("good", limit.good), ("bad", limit.bad)):
                if is_number(sample) and not isinstance(sample, str) and not bound.allows(sample):
                    said = f"{limit.reading} of {written(sample)} is beyond physics: {bound.required} ({bound.source})"
                    problems.append((index, name, said))
    return problems
