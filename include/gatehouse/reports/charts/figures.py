"""All figures of a report, each with its words."""

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from gatehouse.reports.charts.capability_chart import capability_chart, capability_words, subject
from gatehouse.reports.charts.coverage_chart import coverage_chart, coverage_words
from gatehouse.reports.charts.pareto_chart import pareto_chart, pareto_words
from gatehouse.reports.charts.progress_chart import progress_chart, progress_words
from gatehouse.reports.charts.timeline_chart import timeline_chart, timeline_words
from gatehouse.reports.charts.yield_chart import yield_chart, yield_words
from gatehouse.reports.review.document import ReviewDocument
from gatehouse.reports.review.plots import CapabilityPlot


@dataclass(frozen=True, slots=True)
class Drawn:
    """A figure: its title, its drawing, and what it says in words. A ``wide`` one takes the page's width."""

    title: str
    svg: Markup
    words: str
    wide: bool = True


@dataclass(frozen=True, slots=True)
class Figures:
    """The figures of a report; what there is nothing to draw of is empty or None."""

    timeline: Drawn | None
    progress: Drawn | None
    yields: Sequence[Drawn]
    failures: Drawn | None
    coverage: Drawn | None
    capability: Sequence[Drawn]


def figures(document: ReviewDocument) -> Figures:
    """Draw them."""
    timeline = timeline_chart(document)
    bars, lines, failures = document.progress, document.coverage, document.failures
    tried = any(line.passed or line.failed or line.error or line.skipped or line.unsound for line in lines)
    return Figures(
        timeline=Drawn("Dates and forecast", timeline, timeline_words(document)) if timeline else None,
        progress=Drawn("Time under test", progress_chart(bars), progress_words(bars)) if bars else None,
        yields=[
            Drawn(f"{plot.kind.capitalize()} yield", yield_chart(plot), yield_words(plot), len(plot.by_site) > 1)
            for plot in document.yields
        ],
        failures=Drawn("Failures by check", pareto_chart(failures), pareto_words(failures)) if failures else None,
        coverage=Drawn("Coverage", coverage_chart(lines), coverage_words(lines)) if tried else None,
        capability=[
            Drawn(_title(plot), capability_chart(plot, number), capability_words(plot), wide=False)
            for number, plot in enumerate(document.capability, start=1)
        ],
    )


def _title(plot: CapabilityPlot) -> str:
    asked = f"criterion {plot.criterion}, {plot.status}" if plot.criterion else "limit of the SKU"
    return f"{subject(plot)} ({asked})"
