"""In which condition build and data must be: no open issue, sound data, fresh evidence, time gone by."""

from typing import Literal

from pydantic import Field

from gatehouse.catalog.criteria.base import CriterionSpec, Days
from gatehouse.model.status import Severity


class NoOpenIssues(CriterionSpec):
    """No unit stands with an issue of these classes that nobody approved, and none is unknown.

    A major may be approved: by a waiver of this criterion for its unit, which takes two people. A blocker may not.
    """

    kind: Literal["no_open_issues"]
    severities: tuple[Severity, ...] = Field(default=(Severity.BLOCKER, Severity.MAJOR), min_length=1)


class DataQuality(CriterionSpec):
    """No latest result lies in a round whose data is unsound or not judged, and the latest round is sound."""

    kind: Literal["data_quality"]


class Fresh(CriterionSpec):
    """Every unit's latest result of every mandatory diagnostic is young enough."""

    kind: Literal["fresh"]
    max_age_days: Days


class SoakDays(CriterionSpec):
    """So many days have gone since the first sound result of the phase."""

    kind: Literal["soak_days"]
    at_least: Days
