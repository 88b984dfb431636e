"""What every criterion says, and the sorts of numbers that may be a threshold."""

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from gatehouse.catalog.base import Spec
from gatehouse.model.evidence import WantedReadings
from gatehouse.model.status import Severity

Text = Annotated[str, StringConstraints(min_length=1, strip_whitespace=True)]
Id = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9_.-]{0,63}$")]
Number = Annotated[float, Field(strict=True, allow_inf_nan=False)]
Positive = Annotated[float, Field(strict=True, allow_inf_nan=False, gt=0)]
Days = Annotated[float, Field(strict=True, allow_inf_nan=False, gt=0, le=36_500)]  # beyond a century a date is no date
Count = Annotated[int, Field(strict=True, ge=1)]
Share = Annotated[float, Field(strict=True, gt=0, le=1)]
# A lower bound never reaches 1, so a yield or a reliability of 1 can never be shown.
Fraction = Annotated[float, Field(strict=True, gt=0, lt=1)]
# At 50 % a bound is no better than the plain percentage.
Confidence = Annotated[float, Field(strict=True, gt=0.5, lt=1)]


class CriterionSpec(Spec):
    """What every criterion says beside its numbers. A ``blocker`` criterion can never be waived.

    ``note`` is shown behind what is required; a program that overrides the criterion says there how, and why.
    """

    id: Id
    title: str = ""
    source: Text
    severity: Literal[Severity.BLOCKER, Severity.MAJOR] = Severity.MAJOR
    note: str = ""

    @property
    def wanted(self) -> WantedReadings:
        """The readings that this criterion looks at one by one."""
        return WantedReadings()
