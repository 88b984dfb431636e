"""Two populations under one name: told apart, never averaged."""

import math
from collections.abc import Mapping

from gatehouse.decisions.baselines.population import Rules
from gatehouse.decisions.baselines.robust import median, qn

_APART = 5.0  # robust standard deviations of the wider group: a gap in a normal population is far less
_FEWEST = 3  # hosts that make a population; fewer lie out


def two_populations(medians: Mapping[str, float], rules: Rules) -> tuple[tuple[str, ...], tuple[str, ...]] | None:
    """The hosts of the lower and of the upper group, by name; None where they are one population.

    They are two where the widest gap that leaves a real minority on either side is wider than five robust standard
    deviations of the wider group, and than the guard band: a change of mode (a driver, a power cap), no tail.
    """
    ordered = sorted(medians, key=lambda host: (medians[host], host))
    fewest = max(_FEWEST, math.ceil(rules.minority * len(ordered)))
    cuts = range(fewest, len(ordered) - fewest + 1)
    if not cuts:
        return None
    gaps = {cut: medians[ordered[cut]] - medians[ordered[cut - 1]] for cut in cuts}
    cut = max(gaps, key=lambda at: (gaps[at], -at))
    lower, upper = ordered[:cut], ordered[cut:]
    spread = max(qn([medians[host] for host in group]) for group in (lower, upper))
    least = max(_APART * spread, rules.guard * abs(median(list(medians.values()))))
    return (tuple(sorted(lower)), tuple(sorted(upper))) if gaps[cut] > least else None
