"""Dates: each phase as planned and as it was, and when what is in the way would be met at the current rate."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from markupsafe import Markup
from matplotlib.axes import Axes
from matplotlib.dates import AutoDateLocator, ConciseDateFormatter, date2num
from matplotlib.figure import Figure

from gatehouse.reports.charts.canvas import FULL, Frame, beside, draw, label
from gatehouse.reports.charts.palette import BLUE, GREY, INK, PAPER, SKY, SOFT, VERMILION
from gatehouse.reports.review.document import CriterionLine, ReviewDocument
from gatehouse.reports.review.plots import PhaseLine
from gatehouse.reports.signs import day

_MOST_CRITERIA = 10
_OPEN_END = timedelta(days=14)  # how far a bound without an end is drawn beyond all others, at least


def timeline_chart(document: ReviewDocument) -> Markup | None:
    """The chart; None where there is nothing but this phase without any date ahead."""
    phases = [line for line in document.phases if any((line.planned_start, line.planned_exit, line.opened_at))]
    waiting = [line for line in document.criteria if line.forecast and line.id in document.blocking][:_MOST_CRITERIA]
    if not waiting and len(phases) < 2 and not any(line.planned_exit for line in phases):
        return None

    names = [line.phase for line in phases] + [label(line.title, 40) for line in waiting]

    def paint(figure: Figure) -> None:
        axes = figure.subplots()
        now = document.decided_at
        ahead = _last(waiting, phases, now)
        for place, phase in enumerate(phases):
            _phase(axes, place, phase, now)
        for place, line in enumerate(waiting, start=len(phases)):
            _forecast(axes, place, line, ahead)
        axes.axvline(_at(now), color=INK, linewidth=1)
        axes.annotate("today", (_at(now), 1), xycoords=("data", "axes fraction"), xytext=(0, 2),
                      textcoords="offset points", ha="center", fontsize=7.5)  # fmt: skip
        axes.set_yticks(range(len(names)), names)
        axes.set_ylim(len(names) - 0.4, -0.6)
        locator = AutoDateLocator(maxticks=8)
        axes.xaxis.set_major_locator(locator)
        axes.xaxis.set_major_formatter(ConciseDateFormatter(locator, show_offset=True))
        axes.tick_params(axis="y", length=0)
        axes.grid(axis="x")

    frame = Frame(FULL, 0.62 + 0.27 * len(names), left=beside(names), right=0.2, top=0.2)
    return draw("timeline", timeline_words(document), frame, paint)


def timeline_words(document: ReviewDocument) -> str:
    """The chart in words."""
    told = []
    for phase in document.phases:
        planned = f"planned to exit {day(phase.planned_exit)}, " if phase.planned_exit else ""
        if phase.opened_at:
            ended = f"exited {day(phase.closed_at)}" if phase.closed_at else "still open"
            told.append(f"{phase.phase} {planned}opened {day(phase.opened_at)}, {ended}")
    for line in document.criteria:
        if line.forecast and line.id in document.blocking:
            end = day(line.forecast.latest) if line.forecast.latest else "no end in sight"
            told.append(f"{line.title}: {day(line.forecast.at)} ({day(line.forecast.earliest)} to {end})")
    return "; ".join(told) + "." if told else "No dates yet."


def _phase(axes: Axes, place: int, phase: PhaseLine, now: datetime) -> None:
    if phase.planned_start and phase.planned_exit:
        _bar(axes, place - 0.18, phase.planned_start, phase.planned_exit, color=PAPER, edgecolor=SOFT, height=0.26)
    elif phase.planned_exit:
        axes.plot([_at(phase.planned_exit)], [place - 0.18], "D", color=SOFT, markersize=4)
    if phase.opened_at:
        colour, pattern = (BLUE, "") if phase.closed_at else (SKY, "////")
        _bar(axes, place + 0.14, phase.opened_at, phase.closed_at or now, color=colour, edgecolor=BLUE, hatch=pattern,
             height=0.32)  # fmt: skip


def _forecast(axes: Axes, place: int, line: CriterionLine, ahead: datetime) -> None:
    forecast = line.forecast
    if forecast is None:
        return
    _bar(axes, place, forecast.earliest, forecast.latest or ahead, color=GREY, edgecolor=SOFT, height=0.22,
         hatch="" if forecast.latest else "----")  # fmt: skip
    axes.plot([_at(forecast.at)], [place], "o", color=VERMILION, markersize=5)


def _bar(axes: Axes, place: float, start: datetime, end: datetime, **look: Any) -> None:
    left, right = _at(start), _at(end)
    axes.barh(place, max(right - left, 1e-6), left=left, linewidth=0.8, **look)


def _last(waiting: Sequence[CriterionLine], phases: Sequence[PhaseLine], now: datetime) -> datetime:
    """Where a bound without an end is cut off: a tenth beyond all that is known."""
    known = [now, *(phase.planned_exit for phase in phases if phase.planned_exit)]
    for line in waiting:
        known += [moment for moment in (line.forecast and (line.forecast.at, line.forecast.latest)) or () if moment]
    return max(known) + max(_OPEN_END, (max(known) - min(known)) / 10)


def _at(moment: datetime) -> float:
    number: float = date2num(moment)
    return number
