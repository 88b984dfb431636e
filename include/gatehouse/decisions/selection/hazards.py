"""What may be broken on a machine that nobody has noticed: by how it was proven last, and how long ago."""

import numpy as np

from gatehouse.catalog.failure_mixes import EarlyLife
from gatehouse.decisions.selection.rates import FleetRates


def settled_days(early: EarlyLife, age_days: np.ndarray) -> np.ndarray:
    """Days of a settled machine's hazard that a machine has seen by an age: early failures make them more.

    ∫h/λ with h/λ = (t/T)^(β-1) until T = ``until_days`` and 1 after it: (T/β)·(t/T)^β, then + (t - T).
    """
    age = np.maximum(age_days, 0.0)
    young = np.minimum(age, early.until_days) / early.until_days
    days: np.ndarray = early.until_days / early.shape * young**early.shape + np.maximum(age - early.until_days, 0.0)
    return days


def hidden_defects(
    rates: FleetRates, early: EarlyLife, factors: np.ndarray, age_days: np.ndarray, proven_days: np.ndarray,
    finds: np.ndarray,
) -> np.ndarray:  # fmt: skip
    """Probability of a hidden defect of each mode now, [hosts, modes].

    A defect is hidden when it came about at some time, and every proof passed since then overlooked it. ``factors``
    [hosts] multiply the rates; ``age_days`` [hosts] is the age; ``proven_days`` [hosts, proofs] how long ago each proof
    was passed, infinite for never; ``finds`` [proofs, modes] or [hosts, proofs, modes] the share that it finds. The
    time since birth falls into pieces between proofs; in a piece, rate × days × Π(1 - found by the later proofs).
    Proofs err independently of each other; of one diagnostic, give only the latest.
    """
    never = ~np.isfinite(proven_days)
    since = np.minimum(np.where(never, np.inf, np.maximum(proven_days, 0.0)), age_days[:, None])
    missed = np.where(never[:, :, None], 1.0, 1.0 - finds)
    order = np.argsort(since, axis=1, kind="stable")
    since = np.take_along_axis(since, order, axis=1)
    missed = np.take_along_axis(missed, order[:, :, None], axis=1)
    lived = settled_days(
        early, np.concatenate([age_days[:, None], age_days[:, None] - since, 0 * age_days[:, None]], 1)
    )
    pieces = lived[:, :-1] - lived[:, 1:]
    left = np.concatenate([np.ones_like(missed[:, :1]), np.cumprod(missed, axis=1)], axis=1)
    arisen = np.einsum("hp,hpm->hm", pieces, left) * factors[:, None] * rates.a_day
    born = -np.log1p(-rates.at_birth) * left[:, -1]
    probability: np.ndarray = -np.expm1(-(arisen + born))
    return probability
