"""Yield by round and by site, each point with its exact bounds, against the floor that a criterion asks."""

from collections.abc import Sequence

from markupsafe import Markup
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import PercentFormatter

from gatehouse.decisions.wording import counted, percent
from gatehouse.reports.charts.canvas import FULL, HALF, Frame, draw, label
from gatehouse.reports.charts.palette import BLUE, INK, SKY, SOFT, VERMILION
from gatehouse.reports.review.plots import YieldPlot, YieldPoint

_MOST_LABELS = 6  # of rounds: more would run into each other
_MOST_SITES = 8
_SITE_LETTERS = 38  # that stand side by side below the sites
_MOST_BARS = 20  # points with a bar each; of more, the band tells the bounds


def yield_chart(plot: YieldPlot) -> Markup:
    """The chart; its half of a page's width, or all of it where there are several sites."""
    several = len(plot.by_site) > 1

    def paint(figure: Figure) -> None:
        if several:
            by_round, by_site = figure.subplots(1, 2, sharey=True, width_ratios=(3, 2))
            _sites(by_site, plot.by_site[:_MOST_SITES])
            _floor(by_site, plot, named=False)
        else:
            by_round = figure.subplots()
        _rounds(by_round, plot)
        _floor(by_round, plot, named=True)

    name = f"yield-{plot.kind}"
    return draw(name, yield_words(plot), Frame(FULL if several else HALF, 2.15, bottom=0.56, left=0.62), paint)


def yield_words(plot: YieldPlot) -> str:
    """The chart in words, with its numbers."""
    now = plot.now
    if now is None:
        return f"{plot.kind} yield: no unit can be counted yet"
    asked = (
        f"; asked: at least {percent(plot.floor)}" if plot.floor is not None else "; no criterion of this phase asks it"
    )
    bounds = (
        f"at least {percent(now.low)} and at most {percent(now.high)}, each at {percent(plot.confidence)} confidence"
    )
    share = f"{now.passed:,} of {counted(now.units, 'unit')} ({percent(now.share)})"
    return f"{plot.kind.capitalize()} yield: {share}, {bounds}{asked}."


def _rounds(axes: Axes, plot: YieldPlot) -> None:
    points = plot.by_round
    places = range(len(points))
    shares = [point.share for point in points]
    many = len(points) > _MOST_BARS
    if not many:
        _bars(axes, points)
    if len(points) > 1:
        low, high = [point.low for point in points], [point.high for point in points]
        axes.fill_between(places, low, high, color=SKY, alpha=0.45, linewidth=0)
    axes.plot(places, shares, color=BLUE, linewidth=1.4, marker="o", markersize=2 if many else 4)
    stride = -(-len(points) // _MOST_LABELS)
    ticks = list(places)[::-stride][::-1]  # the last round always has its label
    axes.set_xticks(ticks, [_tick(points[place], 12) for place in ticks])
    axes.set_xlim(-0.6, (len(points) - 1) * 1.22 + 0.6)
    axes.set_xlabel("up to round (units counted)")
    axes.grid(axis="y")
    least = min([point.low for point in [*points, *plot.by_site]] + ([plot.floor] if plot.floor else []))
    axes.set_ylim(max(0.0, least - 0.06), 1.015)
    axes.yaxis.set_major_formatter(PercentFormatter(1.0, decimals=0 if least < 0.97 else 1, symbol="\u202f%"))
    axes.annotate(
        percent(shares[-1]), (len(points) - 1, shares[-1]), xytext=(5, 0), textcoords="offset points", va="center",
        fontsize=7.5, color=INK, fontweight="bold",
    )  # fmt: skip


def _tick(point: YieldPoint, longest: int) -> str:
    return f"{label(point.label or 'no site', longest)}\n({point.units:,})"


def _sites(axes: Axes, points: Sequence[YieldPoint]) -> None:
    _bars(axes, points)
    axes.plot(range(len(points)), [point.share for point in points], "s", color=BLUE, markersize=4.5)
    room = int(_SITE_LETTERS / len(points))
    axes.set_xticks(range(len(points)), [_tick(point, max(room, 3)) for point in points])
    axes.set_xlim(-0.6, len(points) - 0.4)
    axes.set_xlabel("site (units counted)")
    axes.grid(axis="y")


def _bars(axes: Axes, points: Sequence[YieldPoint]) -> None:
    below = [max(0.0, point.share - point.low) for point in points]
    above = [max(0.0, point.high - point.share) for point in points]
    shares = [point.share for point in points]
    axes.errorbar(range(len(points)), shares, yerr=(below, above), fmt="none", ecolor=SOFT, elinewidth=1, capsize=2.5)


def _floor(axes: Axes, plot: YieldPlot, *, named: bool) -> None:
    if plot.floor is None:
        return
    axes.axhline(plot.floor, color=VERMILION, linewidth=1.3, linestyle=(0, (5, 2)))
    if named:
        axes.annotate(
            f"floor {percent(plot.floor)}", (0, plot.floor), xycoords=("axes fraction", "data"), xytext=(3, -3),
            textcoords="offset points", va="top", fontsize=7.5, color=VERMILION,
        )  # fmt: skip
