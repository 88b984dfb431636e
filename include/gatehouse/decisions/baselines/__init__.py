"""Criteria learned from a population, and the fingerprints of deterministic work. Pure; a person promotes them.

``learn({host: values}, Direction.HIGHER, Physics(high=64, floor=48))`` is the whole of it for one cohort.
"""

from gatehouse.decisions.baselines.distances import similarity
from gatehouse.decisions.baselines.fingerprints import Fingerprint, fingerprint
from gatehouse.decisions.baselines.learn import learn
from gatehouse.decisions.baselines.population import (
    Bound,
    Direction,
    Finding,
    HostScore,
    Learned,
    Physics,
    Rules,
    Why,
)

__all__ = [
    "Bound",
    "Direction",
    "Finding",
    "Fingerprint",
    "HostScore",
    "Learned",
    "Physics",
    "Rules",
    "Why",
    "fingerprint",
    "learn",
    "similarity",
]
