"""Failures by check: the longest bar first, with the share that the first so many make up."""

from collections.abc import Sequence

from markupsafe import Markup
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator, PercentFormatter

from gatehouse.decisions.wording import counted
from gatehouse.reports.charts.canvas import FULL, Frame, bare, beside, draw, label
from gatehouse.reports.charts.palette import INK, ORANGE, PAPER, SOFT
from gatehouse.reports.review.plots import FailureBar

MOST_BARS = 12


def pareto_chart(bars: Sequence[FailureBar]) -> Markup:
    """The chart of the first so many checks."""
    shown = bars[:MOST_BARS]
    names = [label(_name(bar), 52) for bar in shown]

    def paint(figure: Figure) -> None:
        axes = figure.subplots()
        places = range(len(shown))
        axes.barh(places, [bar.units for bar in shown], color=ORANGE, edgecolor=SOFT, linewidth=0.6, height=0.62)
        axes.set_yticks(places, names)
        axes.invert_yaxis()
        axes.xaxis.set_major_locator(MaxNLocator(integer=True))
        axes.set_xlim(0, max(bar.units for bar in shown) * 1.12)
        axes.set_xlabel("units")
        bare(axes, "x")
        for place, bar in zip(places, shown, strict=True):
            axes.annotate(
                f"{bar.units:,}", (bar.units, place), xytext=(3, 0), textcoords="offset points", va="center",
                fontsize=7.5, fontweight="bold", color=INK,
            )  # fmt: skip
        cumulated = axes.twiny()
        cumulated.plot(
            [bar.cumulated_pct for bar in shown], places, color=INK, marker="o", markersize=4.5,
            markeredgecolor=PAPER, linewidth=1.2,
            linestyle=(0, (4, 1.5)),
        )  # fmt: skip
        cumulated.set_xlim(0, 112)
        cumulated.set_xticks(range(0, 101, 20))
        cumulated.xaxis.set_major_formatter(PercentFormatter(100, symbol="\u202f%"))
        cumulated.spines["top"].set_visible(True)
        cumulated.set_xlabel("cumulated share (line)")

    frame = Frame(FULL, 0.95 + 0.24 * len(shown), left=beside(names), top=0.46)
    return draw("pareto", pareto_words(bars), frame, paint)


def pareto_words(bars: Sequence[FailureBar]) -> str:
    """The chart in words."""
    if not bars:
        return "No check failed in this phase."
    head = "; ".join(f"{label(_name(bar), 80)} on {counted(bar.units, 'unit')}" for bar in bars[:3])
    few = bars[min(len(bars), 3) - 1]
    rest = (
        f"; these {min(len(bars), 3)} of {len(bars)} checks are {few.cumulated_pct:g} % of all" if len(bars) > 3 else ""
    )
    cut = f" The chart shows the first {MOST_BARS}." if len(bars) > MOST_BARS else ""
    return f"Most units failed: {head}{rest}.{cut}"


def _name(bar: FailureBar) -> str:
    return f"{bar.diagnostic}: {bar.check}" if bar.diagnostic else bar.check
