"""The hosts that agree, found by repeated voting.

After SuperBench (Xiong et al., USENIX ATC 2024): the host that is most like all the others is the centre; hosts whose
similarity to it is below a threshold are taken out; the rest votes again, until nobody leaves. One-sided where one side
is no fault: with "higher is better" a host that is faster than the centre is like it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from gatehouse.decisions.baselines.distances import quantile_rows, summed_similarity, to_reference
from gatehouse.decisions.baselines.population import Direction

Samples = Mapping[str, Sequence[float]]


@dataclass(frozen=True, slots=True)
class Consensus:
    """The host in the centre, the hosts that agree with it, and every host's one-sided similarity to it."""

    centre: str
    agreeing: tuple[str, ...]
    similarities: Mapping[str, float]


def consensus(samples: Samples, direction: Direction, alpha: float) -> Consensus:
    """Vote until nobody leaves. Values must not be negative; at least one host."""
    hosts = sorted(samples)
    rows = quantile_rows([samples[host] for host in hosts])
    inside = list(range(len(hosts)))
    while True:
        votes = summed_similarity(rows[inside])
        best = max(range(len(inside)), key=lambda i: (round(float(votes[i]), 9), sorted(samples[hosts[inside[i]]])))
        centre = inside[best]
        alike = to_reference(rows, centre, direction)
        staying = [index for index in inside if alike[index] >= alpha]
        if len(staying) == len(inside):
            similarities = {host: float(alike[index]) for index, host in enumerate(hosts)}
            return Consensus(hosts[centre], tuple(hosts[index] for index in inside), similarities)
        inside = staying


def repeatability(samples: Samples) -> float | None:
    """Mean similarity of two different hosts; None for fewer than two."""
    size = len(samples)
    if size < 2:
        return None
    votes = summed_similarity(quantile_rows([samples[host] for host in sorted(samples)]))
    return (float(votes.sum()) - size) / (size * (size - 1))
