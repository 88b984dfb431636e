"""Criteria that rest on records instead of measurements: mostly those of the phase-out."""

from typing import Literal

from gatehouse.catalog.criteria.base import CriterionSpec, Positive, Text


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
