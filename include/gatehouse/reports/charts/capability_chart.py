"""How a reading's values lie between their limits: bars, the mean with its spread, and the bound that must keep."""

from markupsafe import Markup
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from gatehouse.decisions.wording import counted, decimal, percent
from gatehouse.reports.charts.canvas import HALF, Frame, draw, label
from gatehouse.reports.charts.palette import BLUE, INK, PAPER, SKY, SOFT, VERMILION
from gatehouse.reports.review.plots import CapabilityPlot

_BEHIND = {"facecolor": PAPER, "edgecolor": "none", "pad": 0.6}  # so that no line runs through a name
_MOST_ROOM = 8.0  # spreads of the data: a limit farther away is named at the edge instead of drawn


def capability_chart(plot: CapabilityPlot, number: int) -> Markup:
    """The chart; ``number`` keeps its ids apart from the others of the page."""

    def paint(figure: Figure) -> None:
        axes = figure.subplots()
        left, right = _range(plot)
        axes.bar(
            [b.low for b in plot.histogram], [b.count for b in plot.histogram],
            width=[b.high - b.low for b in plot.histogram], align="edge", color=SKY, edgecolor=BLUE, linewidth=0.6,
        )  # fmt: skip
        top = max(b.count for b in plot.histogram)
        axes.set_ylim(0, top * 1.45)
        axes.set_xlim(left, right)
        axes.yaxis.set_major_locator(MaxNLocator(4, integer=True))
        axes.xaxis.set_major_locator(MaxNLocator(6))
        axes.ticklabel_format(
            axis="x", useOffset=False, style="plain" if abs(right) < 1e7 and right - left > 1e-3 else "sci"
        )
        axes.set_ylabel("values")
        axes.set_xlabel(label(subject(plot) + (f", {plot.unit}" if plot.unit else ""), 60))
        axes.grid(axis="y")
        _spread(axes, plot, top * 1.16)
        _limit(axes, plot.low_limit, left, right, "at least")
        _limit(axes, plot.high_limit, left, right, "at most")
        _outliers(axes, plot, top)

    return draw(f"capability-{number}", capability_words(plot), Frame(HALF, 2.1, left=0.46), paint)


def capability_words(plot: CapabilityPlot) -> str:
    """The chart in words, with its numbers."""
    unit = f" {plot.unit}" if plot.unit else ""
    spread = f"mean {decimal(plot.mean, 4)} ± {decimal(plot.std, 2)}{unit}"
    ends = f"from {decimal(plot.minimum, 4)} to {decimal(plot.maximum, 4)}"
    counts = f"{counted(plot.values, 'value')} of {counted(plot.units, 'unit')}"
    asked = limits(plot)
    parts = [f"{counts}, {spread}, {ends}", *([f"limit {asked}"] if asked else [])]
    if plot.cpk is not None and plot.cpk_low is not None:
        parts.append(
            f"Cpk {decimal(plot.cpk, 3)}, at least {decimal(plot.cpk_low, 3)} at {percent(plot.confidence)} confidence"
        )
    for bound, word in ((plot.tolerance_low, "at least"), (plot.tolerance_high, "at most")):
        if bound is not None:
            parts.append(f"{percent(plot.coverage)} are {word} {decimal(bound, 4)}{unit}")
    if plot.beyond:
        parts.append(f"{counted(plot.beyond, 'value')} beyond the limit")
    if plot.outliers:
        named = ", ".join(f"{o.host} {o.part} {decimal(o.value, 4)}" for o in plot.outliers)
        parts.append(f"far from the others: {named}")
    return "; ".join(parts) + "."


def subject(plot: CapabilityPlot) -> str:
    """``temp_c of gpu*``; what is of the whole host needs no part."""
    return plot.reading if plot.parts in ("*", "host") else f"{plot.reading} of {plot.parts}"


def limits(plot: CapabilityPlot) -> str:
    """``at most 85 degC``, ``10 to 35 degC``; empty where the spread is held to something, and no value is."""
    unit = f" {plot.unit}" if plot.unit else ""
    low, high = (None if end is None else decimal(end) for end in (plot.low_limit, plot.high_limit))
    if low is not None and high is not None:
        return f"{low} to {high}{unit}"
    if low is None and high is None:
        return ""
    return f"at least {low}{unit}" if low is not None else f"at most {high}{unit}"


def _range(plot: CapabilityPlot) -> tuple[float, float]:
    """From the least to the greatest of what is drawn; limits only where they lie near enough to see the data."""
    spread = plot.maximum - plot.minimum
    drawn = [plot.minimum, plot.maximum, plot.mean - 3 * plot.std, plot.mean + 3 * plot.std]
    near = (plot.minimum - _MOST_ROOM * spread, plot.maximum + _MOST_ROOM * spread)
    ends = (plot.low_limit, plot.high_limit, plot.tolerance_low, plot.tolerance_high)
    drawn += [end for end in ends if end is not None and near[0] <= end <= near[1]]
    room = (max(drawn) - min(drawn)) * 0.06
    return min(drawn) - room, max(drawn) + room


def _spread(axes: Axes, plot: CapabilityPlot, height: float) -> None:
    """The mean with three standard deviations to either side, and the tolerance bound as a bracket."""
    axes.errorbar(
        [plot.mean], [height], xerr=[3 * plot.std], fmt="D", markersize=4, color=INK, elinewidth=1.1, capsize=3
    )
    axes.annotate("mean ± 3σ", (plot.mean, height), xytext=(0, 5), textcoords="offset points", ha="center", fontsize=7)
    for bound in (plot.tolerance_low, plot.tolerance_high):
        if bound is not None:
            axes.axvline(bound, color=SOFT, linewidth=1, linestyle=(0, (1, 1.5)))


def _limit(axes: Axes, limit: float | None, left: float, right: float, words: str) -> None:
    if limit is None:
        return
    told = f"{words} {decimal(limit)}"
    inside = left <= limit <= right
    if inside:
        axes.axvline(limit, color=VERMILION, linewidth=1.5, linestyle=(0, (5, 2)))
    at_left = limit <= (left + right) / 2
    text = told if inside else f"← {told}" if at_left else f"{told} →"
    axes.annotate(
        text, (limit if inside else (left if at_left else right), 0.985), xycoords=("data", "axes fraction"),
        xytext=(3 if at_left else -3, 0), textcoords="offset points", ha="left" if at_left else "right", va="top",
        fontsize=7.5, color=VERMILION, bbox=_BEHIND,
    )  # fmt: skip


def _outliers(axes: Axes, plot: CapabilityPlot, top: float) -> None:
    """Marks for all of them; the first two by name, the caption has the others."""
    if not plot.outliers:
        return
    height = top * 0.06
    axes.plot([o.value for o in plot.outliers], [height] * len(plot.outliers), "v", color=VERMILION, markersize=5,
              markeredgecolor=PAPER, markeredgewidth=0.5)  # fmt: skip
    middle = (plot.minimum + plot.maximum) / 2
    for place, one in enumerate(plot.outliers[:2]):
        axes.annotate(
            label(f"{one.host} {one.part}", 26), (one.value, height), xytext=(0, 6 + 9 * place),
            textcoords="offset points", ha="left" if one.value < middle else "right", fontsize=7, color=INK,
            bbox=_BEHIND,
        )  # fmt: skip
