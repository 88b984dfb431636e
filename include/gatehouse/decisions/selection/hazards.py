"""What may be broken on a machine that nobody has noticed: by how it was proven last, and how long ago."""

from dataclasses import dataclass

import numpy as np

from gatehouse.catalog.failure_mixes import EarlyLife
from gatehouse.decisions.selection.rates import FleetRates


@dataclass(frozen=True, slots=True)
class Proofs:
    """Passes of diagnostics on some hosts, in any order: ``days`` [hosts, proofs] ago, infinite for none; of which
    diagnostic, as its place in the plan or elsewhere ``of`` [hosts, proofs]; ``shares`` [hosts, proofs, modes] of the
    defects that each would have found.
    """

    days: np.ndarray
    of: np.ndarray
    shares: np.ndarray


@dataclass(frozen=True, slots=True)
class Hidden:
    """Hidden defects by when they came about: ``expected`` [hosts, pieces, modes], pieces of time between proofs.

    ``chanced`` [hosts, pieces, diagnostics, modes] is the share that each diagnostic would have found in the passes
    since then: it has had that chance, and a pass now finds only what it would find beyond it.
    """

    expected: np.ndarray
    chanced: np.ndarray

    def finds(self, shares: np.ndarray) -> np.ndarray:
        """What a pass now finds, [hosts, diagnostics, pieces, modes], by the ``shares`` [diagnostics, modes]."""
        had = self.chanced.swapaxes(1, 2)
        found: np.ndarray = np.maximum(shares[None, :, None, :] - had, 0.0) / (1.0 - had)
        return found


def settled_days(early: EarlyLife, age_days: np.ndarray) -> np.ndarray:
    """Days of a settled machine's hazard that a machine has seen by an age: early failures make them more.

    ∫h/λ with h/λ = (t/T)^(β-1) until T = ``until_days`` and 1 after it: (T/β)·(t/T)^β, then + (t - T).
    """
    age = np.maximum(age_days, 0.0)
    young = np.minimum(age, early.until_days) / early.until_days
    days: np.ndarray = early.until_days / early.shape * young**early.shape + np.maximum(age - early.until_days, 0.0)
    return days


def hidden_defects(
    rates: FleetRates, early: EarlyLife, factors: np.ndarray, age_days: np.ndarray, proofs: Proofs, diagnostics: int
) -> Hidden:
    """Hidden defects now: those that came about at some time, and that every proof passed since then overlooked.

    ``factors`` [hosts] multiply the rates; ``age_days`` [hosts] is the age; ``diagnostics`` how many places ``of`` the
    proofs has. The time since birth falls into pieces between proofs; in a piece, days × rate × Π(1 - share of each
    diagnostic that passed since). What came with the machine is in the oldest piece. Diagnostics overlook
    independently of each other; one diagnostic overlooks the same again, so of its passes the surest counts.
    """
    since = np.minimum(np.maximum(proofs.days, 0.0), age_days[:, None])
    order = np.argsort(since, axis=1, kind="stable")
    hosts, modes = np.arange(len(since)), proofs.shares.shape[-1]
    age = age_days[:, None]
    lived = settled_days(early, np.concatenate([age, age - np.take_along_axis(since, order, 1), 0 * age], axis=1))
    days = lived[:, :-1] - lived[:, 1:]
    chanced = np.zeros((len(since), days.shape[1], diagnostics, modes), proofs.shares.dtype)
    for piece, proof in enumerate(order.T, start=1):
        place = proofs.of[hosts, proof]
        passed = np.isfinite(proofs.days[hosts, proof])[:, None]
        chanced[:, piece] = chanced[:, piece - 1]
        before = chanced[hosts, piece, place]
        chanced[hosts, piece, place] = np.where(passed, np.maximum(before, proofs.shares[hosts, proof]), before)
    left = (1.0 - chanced).prod(axis=2)
    expected = days[:, :, None] * factors[:, None, None] * rates.a_day * left
    expected[:, -1] -= np.log1p(-rates.at_birth) * left[:, -1]
    return Hidden(expected, chanced)
