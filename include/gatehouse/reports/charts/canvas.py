"""Where charts are painted: one drawing at a time, the same bytes for the same numbers."""

import io
import threading
import warnings
from collections.abc import Callable, Mapping
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


def draw(name: str, told: str, size: tuple[float, float], paint: Callable[[Figure], None]) -> Markup:
    """What ``paint`` paints on a figure of that size (inches), as SVG of a page. ``told`` says it in words."""
    drawn = io.BytesIO()
    with _drawing, mpl.rc_context(dict(_STYLE)), warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Glyph .* missing")  # the browser's fonts have it, or show a box
        figure = Figure(figsize=size, layout="constrained")
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
