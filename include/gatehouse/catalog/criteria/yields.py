"""Shares of units that are good, held by their bounds."""

from typing import Annotated, Literal

from pydantic import Field

from gatehouse.catalog.criteria.base import Confidence, CriterionSpec, Fraction


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
