"""Readings whose population must keep a limit, and the gauge that must tell good from bad before it may."""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from gatehouse.catalog.criteria.base import Confidence, Count, CriterionSpec, Fraction, Number, Positive, Text
from gatehouse.model.evidence import WantedReadings

FORMS = ("at_least", "at_most", "cpk_at_least", "cv_at_most", "share_of_peak_at_least")


class Performance(CriterionSpec):
    """A reading's population keeps a limit, by a bound and not by its mean. Exactly one of five forms:

    ``at_least`` or ``at_most``: one-sided normal tolerance bound for the share ``coverage`` of the population;
    ``share_of_peak_at_least``: the same, as a share of the physical peak; ``peak`` is a number in the reading's unit,
    ``accelerator`` (the SKU's dense BF16 peak) or ``physics`` (the upper end of the SKU's bound on the reading);
    ``cpk_at_least`` against ``lower_limit`` and/or ``upper_limit``: Bissell's lower bound of Cpk;
    ``cv_at_most``: upper bound of the coefficient of variation, a fraction.
    ``units_at_least`` is how many units must give a value; every unit of the build where it is not said.
    ``needs_gauge``: without an acceptable gauge study of the same set on this reading, nothing is shown.
    """

    kind: Literal["performance"]
    reading: Text
    parts: Text = "*"
    at_least: Positive | None = None
    at_most: Number | None = None
    cpk_at_least: Positive | None = None
    cv_at_most: Positive | None = None
    share_of_peak_at_least: Fraction | None = None
    peak: Positive | Literal["accelerator", "physics"] | None = None
    lower_limit: Number | None = None
    upper_limit: Number | None = None
    confidence: Confidence = 0.95
    coverage: Annotated[float, Field(strict=True, gt=0.5, lt=1)] = 0.95
    units_at_least: Annotated[int, Field(strict=True, ge=2)] | None = None
    needs_gauge: bool = False

    @model_validator(mode="after")
    def _one_form(self) -> Self:
        forms = [name for name in FORMS if getattr(self, name) is not None]
        if len(forms) != 1:
            raise ValueError(f"say exactly one of {', '.join(FORMS)}")
        limited = self.lower_limit is not None or self.upper_limit is not None
        if limited != (self.cpk_at_least is not None):
            raise ValueError("cpk_at_least needs lower_limit or upper_limit, and nothing else takes them")
        if (self.peak is not None) != (self.share_of_peak_at_least is not None):
            raise ValueError("share_of_peak_at_least needs peak, and nothing else takes it")
        _ordered(self.lower_limit, self.upper_limit)
        return self

    @property
    def floor(self) -> float | None:
        """The floor in the reading's own unit, where the form has one and its peak is known."""
        if self.share_of_peak_at_least is not None and isinstance(self.peak, float):
            return self.share_of_peak_at_least * self.peak
        return self.at_least

    @property
    def wanted(self) -> WantedReadings:
        """The reading that is held against the limit."""
        return WantedReadings(values=frozenset({self.reading}))


class Gauge(CriterionSpec):
    """A gauge study: repeated sound results of the same parts, no repair in between, vary little enough.

    The AIAG rule: the spread of repeats (GRR) below 10 % of the tolerance between ``lower_limit`` and ``upper_limit``,
    or of the whole variation where no limit is given; up to 30 % where ``conditional`` is accepted. It must tell
    ``categories_at_least`` groups of parts apart (ndc); null asks none, where limits give a tolerance.
    ``parts_at_least`` and ``repeats_at_least`` are the size of the study, as the manual's form has them.
    """

    kind: Literal["gauge"]
    reading: Text
    parts: Text = "*"
    lower_limit: Number | None = None
    upper_limit: Number | None = None
    conditional: bool = False
    categories_at_least: Count | None = 5
    parts_at_least: Annotated[int, Field(strict=True, ge=2)] = 10
    repeats_at_least: Annotated[int, Field(strict=True, ge=2)] = 3

    @model_validator(mode="after")
    def _asks_something(self) -> Self:
        _ordered(self.lower_limit, self.upper_limit)
        if self.categories_at_least is None and self.lower_limit is None and self.upper_limit is None:
            raise ValueError("categories_at_least may be left out only where limits give a tolerance")
        return self

    @property
    def wanted(self) -> WantedReadings:
        """The reading, in every sound result."""
        return WantedReadings(history=frozenset({self.reading}))


def _ordered(lower: float | None, upper: float | None) -> None:
    if lower is not None and upper is not None and lower >= upper:
        raise ValueError(f"lower_limit {lower} is not below upper_limit {upper}")
