"""The bound that the values of agreeing hosts draw, with its guard band, within physics."""

from collections.abc import Sequence

from gatehouse.decisions.baselines.population import Bound, Direction, Physics, Rules
from gatehouse.decisions.baselines.robust import median, qn
from gatehouse.decisions.statistics import normal_tolerance_factor


def draw_bound(values: Sequence[float], hosts: int, direction: Direction, physics: Physics, rules: Rules) -> Bound:
    """Median less (or plus) a tolerance factor times Qn, or the guard band where that is wider; within physics.

    The factor is that of a normal population for as many values as there are hosts, at least two: parts of one host
    are no independent witnesses. Where physics asks more of a sound part than the population, physics stands.
    """
    centre = median(values)
    coverage = rules.coverage if direction is not Direction.BOTH else (1 + rules.coverage) / 2
    margin = max(normal_tolerance_factor(hosts, coverage, rules.confidence) * qn(values), rules.guard * abs(centre))
    low = None if direction is Direction.LOWER else _least(centre - margin, physics.floor)
    high = None if direction is Direction.HIGHER else -_least(-(centre + margin), _negative(physics.ceiling))
    return Bound(low, high)


def refusal(bound: Bound, physics: Physics) -> str:
    """Why a bound may not become a limit: one that nothing can break, or nothing can keep. Empty where it may."""
    low, high = bound.low, bound.high
    if low is not None and high is None and low <= 0:
        return f"a floor of {low:.6g} can never fail: the values spread too far for a bound"
    if low is not None and high is not None and low >= high:
        return "the values show no spread to draw a bound from both sides: ask for the value itself"
    if low is not None and physics.high is not None and low > physics.high:
        return f"a floor of {low:.6g} is beyond physics, which allows at most {physics.high:.6g}: nothing could keep it"
    if high is not None and physics.low is not None and high < physics.low:
        return (
            f"a ceiling of {high:.6g} is beyond physics, which allows at least {physics.low:.6g}: nothing could keep it"
        )
    if low is not None and physics.low is not None and low <= physics.low and high is None:
        return f"a floor of {low:.6g} lies where physics already ends ({physics.low:.6g}): nothing could break it"
    if high is not None and physics.high is not None and high >= physics.high and low is None:
        return f"a ceiling of {high:.6g} lies where physics already ends ({physics.high:.6g}): nothing could break it"
    return ""


def _least(end: float, required: float | None) -> float:
    return end if required is None else max(end, required)


def _negative(end: float | None) -> float | None:
    return None if end is None else -end
