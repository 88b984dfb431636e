"""How much must be measured, and where."""

from typing import Literal

from gatehouse.catalog.criteria.base import Count, CriterionSpec, Share


class UnitsTested(CriterionSpec):
    """So many units have every mandatory diagnostic measured."""

    kind: Literal["units_tested"]
    at_least: Count


class Coverage(CriterionSpec):
    """Every unit × mandatory diagnostic, or that share of them, is measured in a round whose data is sound."""

    kind: Literal["coverage"]
    at_least: Share = 1.0


class Sites(CriterionSpec):
    """Units were measured at so many sites."""

    kind: Literal["sites"]
    at_least: Count


class SitesQualified(CriterionSpec):
    """So many sites are qualified: each has that many units with every mandatory diagnostic measured."""

    kind: Literal["sites_qualified"]
    at_least: Count
    units_each: Count
