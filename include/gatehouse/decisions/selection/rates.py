"""How often defects come about on a fleet's machines: published rates, corrected by what the fleet saw itself."""

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

import numpy as np

from gatehouse.catalog.failure_mixes import FailureMix, FailureMode
from gatehouse.decisions.selection.attribution import Defect
from gatehouse.model.fleet_history import Care

DAY_S = 86400.0


@dataclass(frozen=True, slots=True)
class FleetRates:
    """Hidden defects of each mode: ``a_day`` on a settled machine, ``at_birth`` the share of new ones ([modes])."""

    a_day: np.ndarray
    at_birth: np.ndarray


def published_rates(mix: FailureMix, modes: Iterable[FailureMode]) -> FleetRates:
    """The mix's own rates: incidents a server-day, times the share that is there before a job meets it."""
    every = tuple(modes)
    return FleetRates(
        np.array([mode.incidents.value * mode.hidden.value / mix.server_days for mode in every]),
        np.array([mode.at_birth.value for mode in every]),
    )


def fleet_rates(mix: FailureMix, published: FleetRates, found: Iterable[Defect], care: Iterable[Care]) -> FleetRates:
    """The posterior means (r·b + events)/(b + server-days), b = ``prior_days``, and of birth alike (Gamma and Beta).

    ``found`` are the defects of the fleet that ``care`` tells of. Those of a unit's first visit came with it. What
    no diagnostic has found yet is not counted: the rates are of what comes to light.
    """
    seen = tuple(care)
    days = sum((each.last - each.first).total_seconds() for each in seen) / DAY_S
    later, born = np.zeros_like(published.a_day), np.zeros_like(published.a_day)
    for defect in found:
        if defect.visit.first:
            born += defect.modes
        else:
            later += defect.modes
    b, w = mix.prior_days.value, mix.prior_servers.value
    return FleetRates((published.a_day * b + later) / (b + days), (published.at_birth * w + born) / (w + len(seen)))


def lemon_factors(
    mix: FailureMix, rates: FleetRates, found: Iterable[Defect], care: Mapping[str, Care], now: datetime
) -> dict[str, float]:
    """How much more or less often than its kind each unit has defects: (k + n)/(k + expected), by serial.

    The posterior mean of a Gamma(k, k) spread of rates, k = ``spread``. Events n and the expected number both lose
    half of their weight in ``half_life_days``, so that what was repaired long ago is forgotten.
    """
    half_life, spread = mix.half_life_days.value, mix.spread.value
    events: dict[str, float] = defaultdict(float)
    for defect in found:
        if not defect.visit.first:
            events[defect.visit.serial] += 0.5 ** (_days(defect.visit.at, now) / half_life)
    a_day, days = float(rates.a_day.sum()), half_life / math.log(2)
    return {
        serial: (spread + events[serial]) / (spread + a_day * days * (1 - 0.5 ** (_days(each.first, now) / half_life)))
        for serial, each in care.items()
    }


def _days(since: datetime, now: datetime) -> float:
    return max(0.0, (now - since).total_seconds() / DAY_S)
