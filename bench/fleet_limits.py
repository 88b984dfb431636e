"""Limits on performance, relative to what is nominal: one that everybody can keep, or learned from the fleet."""

from importlib.util import find_spec

import numpy as np

FIXED = 0.9  # a static limit that no sound machine of any batch breaks: 10 % below what is nominal
LEARNED_FROM = 200  # machines whose first runs the limits are learned from, bad ones among them
RUNS = 3


def learned_floor(values: np.ndarray) -> float:
    """The floor that a population draws: ``values`` [machines, runs] of one diagnostic.

    By Gatehouse's learned criteria, where this checkout has them; else by their bound alone: the median less a
    tolerance factor of robust standard deviations, or 1 %.
    """
    if find_spec("gatehouse.decisions.baselines") is not None:
        from gatehouse.decisions.baselines.learn import learn
        from gatehouse.decisions.baselines.population import Direction

        samples = {f"host-{i:04}": row.tolist() for i, row in enumerate(values)}
        bound = learn(samples, Direction.HIGHER).bound
        assert bound is not None, "the population draws no bound: nothing was learned"
        assert bound.low is not None
        return bound.low
    from gatehouse.decisions.statistics import normal_tolerance_factor

    centre = float(np.median(values))
    scale = 1.4826 * float(np.median(np.abs(values - centre)))
    return centre - max(normal_tolerance_factor(len(values), 0.9999, 0.95) * scale, 0.01 * centre)
