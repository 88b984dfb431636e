"""Machines of one SKU before the choice: what each diagnostic of the plan finds, and what may be hidden on each."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np

from gatehouse.catalog.failure_mixes import FailureMix, FailureMode
from gatehouse.decisions.selection.attribution import defects, learned_shares
from gatehouse.decisions.selection.hazards import Hidden, Proofs, hidden_defects
from gatehouse.decisions.selection.rates import DAY_S, fleet_rates, lemon_factors, published_rates
from gatehouse.model.fleet_history import FleetHistory, Proof

Params = Mapping[str, float]
SUREST = 0.99  # the share that the best of tests finds


@dataclass(frozen=True, slots=True)
class Asked:
    """One diagnostic of a plan as a SKU's machine would be asked.

    ``timed`` is how often its minutes were measured; 0 where they are the usual ones. ``skip`` says why it would be a
    SKIP: it then takes no time and finds nothing.
    """

    diagnostic: str
    minutes: float
    mandatory: bool
    params: Params
    timed: int = 0
    skip: str = ""
    finds: bool = True  # whether the mix says of any mode that it could find its defects


@dataclass(frozen=True, slots=True)
class Coverage:
    """The shares that diagnostics find of each mode: as the mix says, and as the fleet's own past corrected it.

    ``usual`` are the parameters of each diagnostic at which ``learned`` holds.
    """

    modes: tuple[FailureMode, ...]
    usual: Mapping[str, Params]
    learned: Mapping[str, np.ndarray]

    def finds(self, diagnostic: str, params: Params) -> np.ndarray:
        """Shares with some parameters, [modes]: the mix's, corrected as the fleet corrected the usual ones."""
        said = shares(self.modes, diagnostic, params)
        usual = shares(self.modes, diagnostic, self.usual.get(diagnostic, params))
        learned = self.learned.get(diagnostic, usual)
        ratio = np.divide(learned, usual, out=np.ones_like(said), where=usual > 0)
        found: np.ndarray = np.minimum(said * ratio, SUREST)
        return found

    def of(self, asked: Asked) -> np.ndarray:
        """What a diagnostic of the plan finds, [modes]; nothing where it would be a SKIP."""
        return self.finds(asked.diagnostic, asked.params) * (not asked.skip)


def shares(modes: Iterable[FailureMode], diagnostic: str, params: Params) -> np.ndarray:
    """What the mix says that a diagnostic finds of each mode, [modes]."""
    return np.array([mode.share(diagnostic, params) for mode in modes])


@dataclass(frozen=True, slots=True)
class Situation:
    """Machines of one SKU before a choice: what may be hidden on each, and what the plan's diagnostics find of it."""

    hidden: Hidden
    finds: np.ndarray  # [hosts, diagnostics, pieces, modes]


def situation(
    mix: FailureMix, modes: tuple[FailureMode, ...], asked: Sequence[Asked], history: FleetHistory,
    usual: Mapping[str, Params], by_plan: Mapping[tuple[str, str], Params], serials: Sequence[str], now: datetime,
) -> Situation:  # fmt: skip
    """What may be hidden on machines of one SKU, and what ``asked`` would find of it.

    ``history`` holds no other SKU's units. ``usual`` are parameters by diagnostic, ``by_plan`` those of proofs.
    """
    usual = {**usual, **{each.diagnostic: each.params for each in asked}}
    care = history.care
    published = published_rates(mix, modes)
    finds = {name: shares(modes, name, params) for name, params in usual.items()}
    found = list(defects(history.visits, finds, _weights(mix, modes)))
    coverage = Coverage(modes, usual, learned_shares(found, finds, mix.prior_defects.value))
    rates = fleet_rates(mix, published, found, care.values())
    lemons = lemon_factors(mix, rates, found, care, now)
    names = {name: place for place, name in enumerate(dict.fromkeys([*(each.diagnostic for each in asked), *usual]))}
    proofs = _proofs([history.proofs.get(serial, ()) for serial in serials], names, coverage, by_plan, now)
    ages = np.array([_days(care[serial].first, now) if serial in care else 0.0 for serial in serials])
    factors = np.array([lemons.get(serial, 1.0) for serial in serials])
    hidden = hidden_defects(rates, mix.early, factors, ages, proofs, len(names))
    planned = Hidden(hidden.expected, hidden.chanced[:, :, : len(asked)])
    return Situation(planned, planned.finds(np.array([coverage.of(each) for each in asked])))


def _weights(mix: FailureMix, modes: Iterable[FailureMode]) -> np.ndarray:
    """How often each mode is what a failure is about, [modes]: by the published rate, and never nothing."""
    return np.array([max(mode.incidents.value, 0.5) * mode.hidden.value / mix.server_days for mode in modes])


def _proofs(
    proofs: Sequence[Sequence[Proof]], names: Mapping[str, int], coverage: Coverage,
    by_plan: Mapping[tuple[str, str], Params], now: datetime,
) -> Proofs:  # fmt: skip
    """The proofs of each host as arrays; of what the mix speaks nothing of, none."""
    told = [[proof for proof in each if proof.diagnostic in names] for each in proofs]
    most = max((len(each) for each in told), default=0)
    days = np.full((len(told), most), np.inf)
    of = np.zeros((len(told), most), int)
    found = np.zeros((len(told), most, len(coverage.modes)))
    for host, each in enumerate(told):
        for place, proof in enumerate(each):
            days[host, place], of[host, place] = _days(proof.at, now), names[proof.diagnostic]
            found[host, place] = coverage.finds(proof.diagnostic, by_plan.get((proof.plan, proof.diagnostic), {}))
    return Proofs(days, of, found)


def _days(since: datetime, now: datetime) -> float:
    return max(0.0, (now - since).total_seconds() / DAY_S)
