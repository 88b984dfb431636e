"""What was learned, as lines for a terminal."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

_BAR = 40  # columns of the longest bar
_QUANTILES = ("least", "5 %", "25 %", "median", "75 %", "95 %", "greatest")


def quantile_line(quantiles: Sequence[float]) -> str:
    """``least 54.9, 5 % 55.0, … greatest 56.1``; empty where there are none."""
    return ", ".join(f"{name} {value:.6g}" for name, value in zip(_QUANTILES, quantiles, strict=False))


def physics_line(physics: Mapping[str, Any]) -> str:
    """What the SKU asks of a sound part whatever the population says; that it asks nothing, where it does."""
    ends = (("at least", physics["floor"]), ("at most", physics["ceiling"]))
    asked = " and ".join(f"{word} {end:.6g}" for word, end in ends if end is not None)
    if asked:
        return f"the SKU asks {asked} of a sound part ({physics['source']})"
    return "the SKU asks nothing of a sound part: a population that is bad as a whole would not be seen"


def histogram_lines(steps: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    """A line for each step that holds a value: ``█`` agrees, ``░`` lies out; a gap between steps is one line."""
    held = list(steps)
    most = max((step["agreeing"] + step["outlying"] for step in held), default=0)
    empty = False
    for step in held:
        total = step["agreeing"] + step["outlying"]
        if not total:
            if not empty:
                yield f"{'':>12}  ⋮"
            empty = True
            continue
        empty = False
        out = round(_BAR * step["outlying"] / most) or bool(step["outlying"])
        good = round(_BAR * step["agreeing"] / most) or bool(step["agreeing"])
        yield f"{step['low']:>12.6g}  {'█' * good}{'░' * out} {total}"


def score_rows(scores: Iterable[Mapping[str, Any]], only_out: bool = True) -> Iterator[tuple[str, ...]]:
    """(host, values, median, worst, similarity, deviation, why) of each host, those that lie out only."""
    for score in scores:
        if score["why"] or not only_out:
            yield (
                score["host"],
                str(score["values"]),
                f"{score['median']:.6g}",
                f"{score['worst']:.6g}",
                _number(score["similarity"], ".4f"),
                _number(score["deviation"], ".1f"),
                score["why"] or "agrees",
            )


def _number(value: float | None, form: str) -> str:
    return "–" if value is None else format(value, form)
