"""Every mandatory diagnostic over the units of the build: good, bad, or not measured, and why not."""

from collections.abc import Sequence

from markupsafe import Markup
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from gatehouse.reports.charts.canvas import FULL, Frame, bare, beside, draw, label
from gatehouse.reports.charts.palette import GREEN, GREY, ORANGE, PAPER, PURPLE, SKY, VERMILION
from gatehouse.reports.review.plots import CoverageLine

# (field, words, colour, pattern): what is not measured has a pattern, so that it never reads as good.
_PARTS = (
    ("passed", "good", GREEN, ""),
    ("failed", "bad", VERMILION, ""),
    ("unsound", "measured, may not count", SKY, "\\\\\\\\"),
    ("error", "not measured: error", ORANGE, "////"),
    ("skipped", "not measured: skipped", PURPLE, "xxxx"),
    ("untried", "never asked", GREY, "----"),
)


def coverage_chart(lines: Sequence[CoverageLine]) -> Markup:
    """One bar a diagnostic; every bar is as long as the build."""

    names = [label(line.diagnostic) for line in lines]

    def paint(figure: Figure) -> None:
        axes = figure.subplots()
        places = range(len(lines))
        so_far = [0] * len(lines)
        for field, words, colour, pattern in _PARTS:
            counts = [int(getattr(line, field)) for line in lines]
            if any(counts):
                axes.barh(
                    places, counts, left=so_far, height=0.66, color=colour, edgecolor=PAPER, hatch=pattern, label=words
                )
            so_far = [one + other for one, other in zip(so_far, counts, strict=True)]
        axes.set_yticks(places, names)
        axes.invert_yaxis()
        axes.set_xlim(0, max(*so_far, 1))
        axes.xaxis.set_major_locator(MaxNLocator(integer=True))
        axes.set_xlabel("units of the build")
        bare(axes, "x")
        figure.legend(loc="upper left", ncols=6, handlelength=1.4, columnspacing=1.2, handletextpad=0.5)

    frame = Frame(FULL, 0.75 + 0.155 * len(lines), left=beside(names), top=0.3)
    return draw("coverage", coverage_words(lines), frame, paint)


def coverage_words(lines: Sequence[CoverageLine]) -> str:
    """The chart in words: the diagnostics that are not good on every unit."""
    lacking = [line for line in lines if line.passed < _units(line)]
    if not lacking:
        return f"All {len(lines)} mandatory diagnostics are good on all {_units(lines[0]):,} units." if lines else ""
    told = "; ".join(f"{label(line.diagnostic)}: {_said(line)}" for line in lacking[:4])
    rest = f"; and {len(lacking) - 4} more" if len(lacking) > 4 else ""
    good = f"{len(lines) - len(lacking)} of {len(lines)} mandatory diagnostics are good on every unit"
    return f"{good}. Not so: {told}{rest}."


def _units(line: CoverageLine) -> int:
    return sum(int(getattr(line, field)) for field, *_ in _PARTS)


def _said(line: CoverageLine) -> str:
    return ", ".join(f"{getattr(line, field):,} {words}" for field, words, *_ in _PARTS if getattr(line, field))
