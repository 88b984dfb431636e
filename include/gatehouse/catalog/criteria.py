"""Exit criteria: what a phase must show. One YAML file holds the set of one phase.

Thresholds that nothing can fail, or nothing can pass, are refused when the file loads.
"""

from typing import Annotated, Literal, Self

from pydantic import Field, StringConstraints, model_validator

from gatehouse.catalog.base import Spec
from gatehouse.model.evidence import WantedReadings
from gatehouse.model.status import Phase, Severity

SIGN_OFF = "sign_off"  # every gate asks it by itself: does a rejection of this very evidence stand?

Text = Annotated[str, StringConstraints(min_length=1, strip_whitespace=True)]
Id = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9_.-]{0,63}$")]
Number = Annotated[float, Field(strict=True, allow_inf_nan=False)]
Positive = Annotated[float, Field(strict=True, allow_inf_nan=False, gt=0)]
Count = Annotated[int, Field(strict=True, ge=1)]
# A lower bound never reaches 1, so a yield or a reliability of 1 can never be shown.
Fraction = Annotated[float, Field(strict=True, gt=0, lt=1)]
# At 50 % a bound is no better than the plain percentage.
Confidence = Annotated[float, Field(strict=True, gt=0.5, lt=1)]


class CriterionSpec(Spec):
    """What every criterion says beside its numbers. A ``blocker`` criterion can never be waived."""

    id: Id
    title: str = ""
    source: Text
    severity: Literal[Severity.BLOCKER, Severity.MAJOR] = Severity.MAJOR

    @property
    def wanted(self) -> WantedReadings:
        """The readings that this criterion looks at one by one."""
        return WantedReadings()


class UnitsTested(CriterionSpec):
    """So many units have every mandatory diagnostic measured."""

    kind: Literal["units_tested"]
    at_least: Count


class Coverage(CriterionSpec):
    """Every unit × mandatory diagnostic, or that share of them, is measured in a round whose data is sound."""

    kind: Literal["coverage"]
    at_least: Annotated[float, Field(strict=True, gt=0, le=1)] = 1.0


class FirstPassYield(CriterionSpec):
    """Lower bound of the share of units that pass everything at their first measurement."""

    kind: Literal["first_pass_yield"]
    at_least: Fraction
    confidence: Confidence


class FinalYield(CriterionSpec):
    """Lower bound of the share of units that pass everything now, repairs included."""

    kind: Literal["final_yield"]
    at_least: Fraction
    confidence: Confidence


class SuccessRun(CriterionSpec):
    """A reliability shown at a confidence, with no more than the allowed units failing, ever, in the phase."""

    kind: Literal["success_run"]
    reliability: Fraction
    confidence: Confidence
    allowed_failures: Annotated[int, Field(strict=True, ge=0)] = 0


class NoOpenIssues(CriterionSpec):
    """No unit stands with an issue of these classes, and none is unknown."""

    kind: Literal["no_open_issues"]
    severities: tuple[Severity, ...] = Field(default=(Severity.BLOCKER, Severity.MAJOR), min_length=1)


class DataQuality(CriterionSpec):
    """No latest result lies in a round whose data is unsound or not judged, and the latest round is sound."""

    kind: Literal["data_quality"]


class Fresh(CriterionSpec):
    """Every unit's latest result of every mandatory diagnostic is young enough."""

    kind: Literal["fresh"]
    max_age_days: Positive


class Performance(CriterionSpec):
    """A reading's population keeps a limit, by a bound and not by its mean. Exactly one of four forms:

    ``at_least`` or ``at_most``: one-sided normal tolerance bound for the share ``coverage`` of the population;
    ``cpk_at_least`` against ``lower_limit`` and/or ``upper_limit``: Bissell's lower bound of Cpk;
    ``cv_at_most``: upper bound of the coefficient of variation, a fraction.
    ``units_at_least`` is how many units must give a value; every unit of the build where it is not said.
    """

    kind: Literal["performance"]
    reading: Text
    parts: Text = "*"
    at_least: Positive | None = None
    at_most: Number | None = None
    cpk_at_least: Positive | None = None
    cv_at_most: Positive | None = None
    lower_limit: Number | None = None
    upper_limit: Number | None = None
    confidence: Confidence = 0.95
    coverage: Annotated[float, Field(strict=True, gt=0.5, lt=1)] = 0.95
    units_at_least: Annotated[int, Field(strict=True, ge=2)] | None = None

    @model_validator(mode="after")
    def _one_form(self) -> Self:
        forms = [n for n in ("at_least", "at_most", "cpk_at_least", "cv_at_most") if getattr(self, n) is not None]
        if len(forms) != 1:
            raise ValueError("say exactly one of at_least, at_most, cpk_at_least, cv_at_most")
        limited = self.lower_limit is not None or self.upper_limit is not None
        if limited != (self.cpk_at_least is not None):
            raise ValueError("cpk_at_least needs lower_limit or upper_limit, and nothing else takes them")
        if self.lower_limit is not None and self.upper_limit is not None and self.lower_limit >= self.upper_limit:
            raise ValueError(f"lower_limit {self.lower_limit} is not below upper_limit {self.upper_limit}")
        return self

    @property
    def wanted(self) -> WantedReadings:
        """The reading that is held against the limit."""
        return WantedReadings(values=frozenset({self.reading}))


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


class Sites(CriterionSpec):
    """Units were measured at so many sites."""

    kind: Literal["sites"]
    at_least: Count


class SoakDays(CriterionSpec):
    """So many days have gone since the first sound result of the phase."""

    kind: Literal["soak_days"]
    at_least: Positive


class WorkloadsMoved(CriterionSpec):
    """No job has run on the SKU for so many days, by the word of every scheduler, asked often enough.

    ``sources`` are those that must have answered; where none is named, all that ever did.
    """

    kind: Literal["workloads_moved"]
    for_days: Positive = 30.0
    observed_every_days: Positive = 7.0
    sources: tuple[Text, ...] = ()


class ReservationsZero(CriterionSpec):
    """Nobody has reserved a machine of the SKU, by the latest word of every scheduler, which is young enough."""

    kind: Literal["reservations_zero"]
    observed_every_days: Positive = 7.0
    sources: tuple[Text, ...] = ()


class Dispositioned(CriterionSpec):
    """Every serial of every build has gone somewhere for good, and what it held is erased."""

    kind: Literal["dispositioned"]


class Attested(CriterionSpec):
    """A person vouches for it with a link, under the criterion's own id."""

    kind: Literal["attested"]


OF_PHASE_OUT = (WorkloadsMoved, ReservationsZero, Dispositioned)  # nobody records such things before
RECORDED = (*OF_PHASE_OUT, Attested)  # rest on records, not on measurements

Criterion = Annotated[
    UnitsTested
    | Coverage
    | FirstPassYield
    | FinalYield
    | SuccessRun
    | NoOpenIssues
    | DataQuality
    | Fresh
    | Performance
    | Mtbf
    | Sites
    | SoakDays
    | WorkloadsMoved
    | ReservationsZero
    | Dispositioned
    | Attested,
    Field(discriminator="kind"),
]


class CriteriaSet(Spec):
    """The exit criteria of a phase."""

    title: Text
    phase: Phase
    criteria: tuple[Criterion, ...] = Field(min_length=1)

    @property
    def wanted(self) -> WantedReadings:
        """The readings that any of these criteria looks at one by one."""
        asked = [criterion.wanted for criterion in self.criteria]
        return WantedReadings(
            values=frozenset().union(*(one.values for one in asked)),
            history=frozenset().union(*(one.history for one in asked)),
            words=frozenset().union(*(one.words for one in asked)),
        )

    @model_validator(mode="after")
    def _ids(self) -> Self:
        ids = [criterion.id for criterion in self.criteria]
        twins = sorted({i for i in ids if ids.count(i) > 1})
        if twins:
            raise ValueError(f"two criteria are called {', '.join(twins)}")
        if SIGN_OFF in ids:
            raise ValueError(f"{SIGN_OFF!r} is asked by every gate itself; call the criterion otherwise")
        return self

    @model_validator(mode="after")
    def _can_be_met(self) -> Self:
        early = [c.id for c in self.criteria if isinstance(c, OF_PHASE_OUT) and self.phase is not Phase.EOL]
        if early:
            raise ValueError(f"{', '.join(early)}: only EOL can meet it, not {self.phase}")
        return self
