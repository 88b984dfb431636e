"""Demonstrations over time: how much of the hours or days that are asked has been shown."""

from collections.abc import Sequence

from markupsafe import Markup
from matplotlib.figure import Figure
from matplotlib.ticker import PercentFormatter

from gatehouse.decisions.wording import decimal
from gatehouse.reports.charts.canvas import FULL, Frame, bare, beside, draw, label
from gatehouse.reports.charts.palette import BLUE, GRID, INK, SOFT
from gatehouse.reports.review.plots import ProgressBar


def progress_chart(bars: Sequence[ProgressBar]) -> Markup:
    """One bar a criterion, in per cent of what is asked; more than that is told in numbers."""

    names = [label(bar.title, 44) for bar in bars]

    def paint(figure: Figure) -> None:
        axes = figure.subplots()
        places = range(len(bars))
        shares = [min(1.0, bar.shown / bar.required) for bar in bars]
        axes.barh(places, [1.0] * len(bars), height=0.5, color=GRID, edgecolor=SOFT, linewidth=0.6)
        axes.barh(places, shares, height=0.5, color=BLUE)
        axes.set_yticks(places, names)
        axes.invert_yaxis()
        axes.set_xlim(0, 1.35)
        axes.set_xticks([0, 0.25, 0.5, 0.75, 1.0])
        axes.xaxis.set_major_formatter(PercentFormatter(1.0, symbol="\u202f%"))
        bare(axes, "x")
        for place, bar in zip(places, bars, strict=True):
            axes.annotate(f"{decimal(bar.shown, 3)} of {decimal(bar.required, 3)} {bar.unit}", (1.02, place),
                          va="center", fontsize=7.5, color=INK)  # fmt: skip

    frame = Frame(FULL, 0.4 + 0.26 * len(bars), left=beside(names), bottom=0.28)
    return draw("progress", progress_words(bars), frame, paint)


def progress_words(bars: Sequence[ProgressBar]) -> str:
    """The chart in words."""
    return (
        "; ".join(
            f"{bar.title}: {decimal(bar.shown, 3)} of {decimal(bar.required, 3)} {bar.unit} shown" for bar in bars
        )
        + "."
    )
