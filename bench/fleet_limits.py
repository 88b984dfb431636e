"""Limits on performance, relative to what is nominal: one that everybody can keep, or learned from the fleet."""

import numpy as np

from gatehouse.decisions.baselines.learn import learn
from gatehouse.decisions.baselines.population import Direction

FIXED = 0.9  # a static limit that no sound machine of any batch breaks: 10 % below what is nominal
LEARNED_FROM = 200  # machines whose first runs the limits are learned from, bad ones among them
RUNS = 3


def learned_floor(values: np.ndarray) -> float:
    """The floor that Gatehouse learns from a population: ``values`` [machines, runs] of one diagnostic."""
    samples = {f"host-{i:04}": row.tolist() for i, row in enumerate(values)}
    bound = learn(samples, Direction.HIGHER).bound
    assert bound is not None, "the population draws no bound: nothing was learned"
    assert bound.low is not None
    return bound.low
