"""Where charts are painted: one drawing at a time, the same bytes for the same numbers."""

import io
import threading
import warnings
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import matplotlib as mpl
from markupsafe import Markup
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from gatehouse.reports.charts.palette import GRID, INK, SOFT
from gatehouse.reports.charts.svg import page_svg
from gatehouse.reports.plain_text import on_one_line

FULL, HALF = 7.4, 3.6  # inches: the width of a printed page, and of half of it
_LETTER = 0.068  # inches: a letter of 8 points, a little more than the mean
_LONGEST_WORDS = 2000  # characters that a screen reader is given of a chart
_drawing = threading.Lock()  # matplotlib's caches are not made for threads
_STYLE: Mapping[Any, Any] = MappingProxyType({
    "svg.fonttype": "none",  # text stays text: small, sharp, found by a search
    "svg.hashsalt": "gatehouse",
    "text.parse_math": False,  # a $ in a name is a $
    "font.family": ["DejaVu Sans"],  # comes with matplotlib: the layout is the same everywhere
    "font.size": 8.0,
    "axes.titlesize": 8.5,
    "axes.titleweight": "bold",
    "axes.titlelocation": "left",
    "axes.labelsize": 8.0,
    "axes.edgecolor": SOFT,
    "axes.labelcolor": INK,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.linewidth": 0.8,
    "axes.axisbelow": True,
    "grid.color": GRID,
    "grid.linewidth": 0.6,
    "text.color": INK,
    "xtick.color": SOFT,
    "ytick.color": SOFT,
    "xtick.labelcolor": INK,
    "ytick.labelcolor": INK,
    "legend.frameon": False,
    "legend.fontsize": 7.5,
    "hatch.linewidth": 0.7,
})  # fmt: skip
# The drawing's date and maker would make equal evidence give unequal pages.
_NO_METADATA = MappingProxyType({"Date": None, "Creator": None, "Format": None, "Type": None})


@dataclass(frozen=True, slots=True)
class Frame:
    """A drawing's size and the room around its axes, in inches. Fixed room draws in half the time of a fitted one."""

    width: float
    height: float
    left: float = 0.5
    bottom: float = 0.42
    right: float = 0.12
    top: float = 0.08

    def fit(self, figure: Figure) -> None:
        """Leave that room."""
        figure.subplots_adjust(
            left=self.left / self.width,
            right=1 - self.right / self.width,
            bottom=self.bottom / self.height,
            top=1 - self.top / self.height,
            wspace=0.06,
        )


def beside(names: Iterable[str]) -> float:
    """The room (inches) that names of bars take at their left."""
    return 0.16 + _LETTER * max((len(name) for name in names), default=0)


def draw(name: str, told: str, frame: Frame, paint: Callable[[Figure], None]) -> Markup:
    """What ``paint`` paints on a figure of that frame, as SVG of a page. ``told`` says it in words."""
    drawn = io.BytesIO()
    with _drawing, mpl.rc_context(dict(_STYLE)), warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Glyph .* missing")  # the browser's fonts have it, or show a box
        figure = Figure(figsize=(frame.width, frame.height))
        frame.fit(figure)
        paint(figure)
        figure.savefig(drawn, format="svg", metadata=dict(_NO_METADATA), transparent=True)
    return page_svg(drawn.getvalue(), name, label(told, _LONGEST_WORDS))


def label(text: str, longest: int = 34) -> str:
    """Text of a machine or a person as it may stand in a drawing: one bounded line that XML can hold."""
    shown = on_one_line(text, longest)
    return "".join("\ufffd" if 0xD800 <= ord(c) <= 0xDFFF or ord(c) & 0xFFFE == 0xFFFE else c for c in shown)


def bare(axes: Axes, grid: str) -> None:
    """Axes of bars: lines across ``x`` or ``y`` only, and no ticks beside the names."""
    axes.grid(axis="x" if grid == "x" else "y")
    axes.tick_params(axis="y" if grid == "x" else "x", length=0)
