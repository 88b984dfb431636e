"""How readings lie between their limits: those that exit criteria ask for, and those that the SKU limits.

Statistics take the population to be normal, as the criteria do. A reading whose values are all equal has no spread to
plot: a counter that must be 0 and is 0 everywhere says so in its verdict already.
"""

import re
import statistics as sample
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from gatehouse.catalog.addresses import matches_part
from gatehouse.catalog.criteria import CriteriaSet, Performance
from gatehouse.decisions import statistics
from gatehouse.decisions.evidence_index import EvidenceIndex
from gatehouse.model.evidence import GateDecision
from gatehouse.model.readings import unit_of
from gatehouse.reports.review.facts import Measure
from gatehouse.reports.review.plots import Bin, CapabilityPlot, Outlier

MOST_PLOTS = 8  # of readings that no criterion asks for, those with the least capability
FEWEST = 5  # values, below which no distribution can be seen
MOST_OUTLIERS = 5
CONFIDENCE, COVERAGE = 0.95, 0.95  # where no criterion says them
_FENCE = 3.0  # interquartile ranges beyond the quartiles: Tukey's outer fence
_BEYOND_SENSE = 1e300  # sums of such values overflow
_BINS = 24
_CELLS = re.compile(r"\b(row|col)\d+")  # tools that measure every pair number the cells of a matrix
_LAST_NUMBER = re.compile(r"\d+(?=\.|$)")


@dataclass(frozen=True, slots=True)
class _Point:
    unit: str
    part: str
    value: float


@dataclass(frozen=True, slots=True)
class _Population:
    reading: str
    parts: str
    unit: str
    low: float | None
    high: float | None
    points: Sequence[_Point]
    criterion: Performance | None = None
    status: str | None = None


def capability_plots(
    index: EvidenceIndex, criteria: CriteriaSet, decision: GateDecision, measures: Iterable[Measure],
    names: Mapping[str, str],
) -> list[CapabilityPlot]:  # fmt: skip
    """First what criteria ask for, then what the SKU limits, the least capable first."""
    asked = [c for c in criteria.criteria if isinstance(c, Performance)]
    status = {outcome.criterion: outcome.status.value for outcome in decision.outcomes}
    populations = [_asked(criterion, index, status.get(criterion.id)) for criterion in asked]
    plots = [_plot(population, names) for population in populations if _plottable(population)]
    spoken_for = {criterion.reading for criterion in asked}
    limited = [_plot(p, names) for p in _limited(index, measures) if p.reading not in spoken_for and _plottable(p)]
    limited.sort(key=lambda plot: (plot.cpk is None, plot.cpk, plot.reading, plot.parts))
    return plots + limited[:MOST_PLOTS]


def _asked(criterion: Performance, index: EvidenceIndex, status: str | None) -> _Population:
    latest = {
        (row.unit, row.part): _Point(row.unit, row.part, row.value)
        for row in sorted(index.values(criterion.reading), key=lambda r: (index.helping[r.result_id].at, r.result_id))
        if matches_part(criterion.parts, row.part)
    }
    low = criterion.floor if criterion.floor is not None else criterion.lower_limit
    high = criterion.at_most if criterion.at_most is not None else criterion.upper_limit
    points = [point for _, point in sorted(latest.items())]
    unit = unit_of(criterion.reading)
    return _Population(criterion.reading, criterion.parts, unit, low, high, points, criterion, status)


def _limited(index: EvidenceIndex, measures: Iterable[Measure]) -> list[_Population]:
    """Numbers with limits, put together where only their numbering differs: ``gpu0``, ``gpu1`` are ``gpu*``."""
    groups: dict[tuple[str, str, str, float, float], list[_Point]] = defaultdict(list)
    for measure in measures:
        row = index.helping.get(measure.result_id)
        low = measure.low if measure.low is not None else -float("inf")
        high = measure.high if measure.high is not None else float("inf")
        if row and (high > 0 or low > -float("inf")):  # a ceiling of 0 is kept or broken: nothing to distribute
            reading, parts = _CELLS.sub(r"\1*", measure.name), _family(measure.part)
            point = _Point(row.unit, measure.part, measure.value)
            groups[reading, parts, measure.unit, low, high].append(point)
    return [
        _Population(
            reading, parts, unit, low if low > -float("inf") else None, high if high < float("inf") else None, found
        )
        for (reading, parts, unit, low, high), found in sorted(groups.items())
    ]


def _family(part: str) -> str:
    """``gpu3.link1`` is one of ``gpu*.link*``; PCI addresses are one family."""
    return "*" if ":" in part else _LAST_NUMBER.sub("*", part)


def _plottable(population: _Population) -> bool:
    values = {point.value for point in population.points if abs(point.value) < _BEYOND_SENSE}
    return len(population.points) >= FEWEST and len(values) > 1


def _plot(population: _Population, names: Mapping[str, str]) -> CapabilityPlot:
    points = [point for point in population.points if abs(point.value) < _BEYOND_SENSE]
    values = sorted(point.value for point in points)
    mean, std = sample.fmean(values), sample.stdev(values)
    low, high, criterion = population.low, population.high, population.criterion
    confidence, coverage = (criterion.confidence, criterion.coverage) if criterion else (CONFIDENCE, COVERAGE)
    k = statistics.normal_tolerance_factor(len(values), coverage, confidence) * std
    limited = std > 0 and (low is not None or high is not None)
    cpk = statistics.cpk(mean, std, low, high) if limited else None
    return CapabilityPlot(
        reading=population.reading,
        parts=population.parts,
        unit=population.unit,
        criterion=criterion.id if criterion else None,
        status=population.status,
        low_limit=low,
        high_limit=high,
        values=len(values),
        units=len({point.unit for point in points}),
        mean=mean,
        std=std,
        minimum=values[0],
        median=sample.median(values),
        maximum=values[-1],
        confidence=confidence,
        coverage=coverage,
        tolerance_low=mean - k if low is not None else None,
        tolerance_high=mean + k if high is not None else None,
        cpk=cpk,
        cpk_low=statistics.cpk_lower_bound(cpk, len(values), confidence) if cpk is not None else None,
        beyond=sum(_beyond(value, low, high) for value in values),
        histogram=_histogram(values),
        outliers=_outliers(points, values, low, high, names),
    )


def _beyond(value: float, low: float | None, high: float | None) -> bool:
    return (low is not None and value < low) or (high is not None and value > high)


def _histogram(values: Sequence[float]) -> list[Bin]:
    """Equal bars over all values: about the square root of them, within reason.

    A bar is as wide as some steps of the reading, so that whole numbers do not leave every other bar empty.
    """
    bars = min(_BINS, max(6, round(len(values) ** 0.5)))
    low, high = values[0], values[-1]
    step = min(other - one for one, other in pairwise(values) if other > one)
    width = max(1, round((high - low) / bars / step)) * step
    start = low - step / 2
    counts = Counter(int((value - start) / width) for value in values)
    last = max(counts)
    return [Bin(low=start + i * width, high=start + (i + 1) * width, count=counts[i]) for i in range(last + 1)]


def _outliers(
    points: Sequence[_Point], values: Sequence[float], low: float | None, high: float | None, names: Mapping[str, str]
) -> list[Outlier]:
    """Values beyond a limit, then those outside Tukey's outer fences; the farthest from the median first."""
    first, median, third = sample.quantiles(values, n=4, method="inclusive")
    fences = (first - _FENCE * (third - first), third + _FENCE * (third - first))
    far = [p for p in points if _beyond(p.value, low, high) or (third > first and _beyond(p.value, *fences))]
    far.sort(key=lambda p: (not _beyond(p.value, low, high), -abs(p.value - median), p.unit, p.part))
    return [
        Outlier(
            serial=p.unit,
            host=names.get(p.unit, p.unit),
            part=p.part,
            value=p.value,
            beyond_limit=_beyond(p.value, low, high),
        )
        for p in far[:MOST_OUTLIERS]
    ]
