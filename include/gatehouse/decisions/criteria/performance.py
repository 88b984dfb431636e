"""Whether a reading's population keeps a limit, by a bound. The population is taken to be normal."""

import statistics as sample
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from gatehouse.catalog import criteria as spec
from gatehouse.catalog.addresses import matches_part
from gatehouse.decisions import statistics
from gatehouse.decisions.criteria.outcome import met_or, outcome
from gatehouse.decisions.evidence_index import EvidenceIndex
from gatehouse.decisions.forecasts import Outlook, ahead, units_pace
from gatehouse.decisions.statistics.distributions import normal_quantile
from gatehouse.decisions.wording import counted, decimal, listed, percent, sentences
from gatehouse.model.evidence import CriterionOutcome, Need, ValueRow
from gatehouse.model.readings import unit_of
from gatehouse.model.status import CriterionStatus

_NO_SAMPLE = 100_000
_BEYOND_SENSE = 1e300  # sums of such values overflow; NaN is not below it either


@dataclass(frozen=True, slots=True)
class Held:
    """A bound against its threshold. ``hopeful``: the sample itself keeps it; ``more`` values like these would do."""

    observed: str
    margin: float | None
    met: bool
    hopeful: bool
    more: int = 0


def performance(criterion: spec.Performance, index: EvidenceIndex) -> CriterionOutcome:
    """Judge the latest value of every unit and part."""
    rows = _latest(criterion, index)
    values = [row.value for row in rows]
    speaking = {row.unit for row in rows}
    silent = [unit for unit in index.units if unit not in speaking]
    lacking = max(0, (criterion.units_at_least or len(index.units)) - len(speaking))
    impossible = sorted({row.unit for row in rows if _beyond_peak(criterion, row.value)})
    nothing = _not_judgeable(criterion, values, impossible)
    held = Held(nothing, None, met=False, hopeful=True) if nothing else _hold(criterion, values)
    status = met_or(held.met and not lacking)
    worst = _worst(criterion, rows) if not (held.met or nothing) else []
    return outcome(
        criterion,
        status if held.hopeful else CriterionStatus.NOT_MET,
        observed=f"{counted(len(values), 'value')} of {counted(len(speaking), 'unit')}: {held.observed}",
        required=_asked(criterion),
        missing=sentences([_measure(criterion.reading, lacking, silent), _advice(held, worst, impossible)]),
        margin=held.margin,
        rests_on=(index.helping[row.result_id] for row in rows),
        units=[*(silent if lacking else ()), *worst, *impossible],
        needs=_needs(held, lacking, len(impossible)),
        outlook=_outlook(index, held, lacking, impossible),
    )


def without_gauge(found: CriterionOutcome) -> CriterionOutcome:
    """The outcome of a limit whose reading has no acceptable gauge study: whatever it reads, nothing is shown."""
    return replace(
        found,
        status=CriterionStatus.NOT_ENOUGH_EVIDENCE,
        missing=sentences(["show first that the gauge repeats: its study is not met", found.missing]),
        needs=(Need(1, "acceptable gauges"),),
        forecast=None,
        no_forecast="a gauge study has no rate",
    )


def _needs(held: Held, lacking: int, impossible: int) -> list[Need]:
    if impossible:
        return [Need(impossible, "units to measure again by a tool that can be believed")]
    if lacking:
        return [Need(lacking, "units to measure")]
    if held.met:
        return []
    if not held.hopeful:
        return [Need(1, "causes of low performance to find (more values do not help)")]
    return [Need(held.more, "more values like these")] if held.more else [Need(2, "values that differ")]


def _outlook(index: EvidenceIndex, held: Held, lacking: int, impossible: Sequence[str]) -> Outlook:
    if impossible:
        return "a measurement that cannot be must be explained first"
    if held.met or (lacking and held.hopeful):
        return ahead(index, lacking, units_pace(index))
    return "values of more parts come with more units" if held.hopeful else "more values do not help"


def _beyond_peak(criterion: spec.Performance, value: float) -> bool:
    """Whether a value is above what physics allows: such a measurement is wrong, not excellent."""
    return isinstance(criterion.peak, float) and value > criterion.peak


def _not_judgeable(criterion: spec.Performance, values: Sequence[float], impossible: Sequence[str]) -> str:
    """Why no bound can be computed; empty where one can."""
    if isinstance(criterion.peak, str):
        return "the peak is not known"
    if impossible:
        return f"{counted(len(impossible), 'unit')} above the physical peak of {decimal(criterion.peak or 0.0)}"
    if len(values) < 2:
        return "too few to judge"
    of_spread = criterion.cpk_at_least is not None or criterion.cv_at_most is not None
    if of_spread and len(set(values)) == 1:
        return "all equal, no spread to judge by"
    return "their mean is 0" if criterion.cv_at_most is not None and sample.fmean(values) == 0 else ""


def _advice(held: Held, worst: Sequence[str], impossible: Sequence[str]) -> str:
    if impossible:
        return f"find out what was measured instead on {listed(impossible)}: no reading lies above the peak"
    if held.met:
        return ""
    return f"more values, or less spread; worst: {listed(worst)}" if worst else "values that a bound can be drawn from"


def _latest(criterion: spec.Performance, index: EvidenceIndex) -> list[ValueRow]:
    """One value for each unit and part: repeated rounds must not pass for a larger population."""
    latest: dict[tuple[str, str], ValueRow] = {}
    found = index.values(criterion.reading)
    for row in sorted(found, key=lambda r: (index.helping[r.result_id].at, r.result_id, r.value)):
        if row.unit == index.helping[row.result_id].unit and matches_part(criterion.parts, row.part):
            latest[row.unit, row.part] = row
    return [row for _, row in sorted(latest.items()) if abs(row.value) < _BEYOND_SENSE]


def _measure(reading: str, lacking: int, silent: Sequence[str]) -> str:
    return f"measure {reading} on {counted(lacking, 'more unit')}: {listed(silent)}" if lacking else ""


def _hold(criterion: spec.Performance, values: Sequence[float]) -> Held:
    if criterion.cpk_at_least is not None:
        return _cpk(criterion, criterion.cpk_at_least, values)
    if criterion.cv_at_most is not None:
        return _cv(criterion, criterion.cv_at_most, values)
    return _tolerance(criterion, values)


def _tolerance(criterion: spec.Performance, values: Sequence[float]) -> Held:
    mean, std = sample.fmean(values), sample.stdev(values)
    k = _factor(criterion, len(values))
    z = normal_quantile(criterion.coverage)  # what k tends to with more values
    floor = criterion.floor
    down = floor is not None
    limit = floor if floor is not None else criterion.at_most or 0.0
    sign = 1.0 if down else -1.0
    bound, seen = mean - sign * k * std, mean - sign * z * std
    unit = unit_of(criterion.reading)
    text = f"{percent(criterion.coverage)} are {'at least' if down else 'at most'} {decimal(bound)} {unit}".rstrip()
    margin, hopeful = sign * (bound - limit), sign * (seen - limit) >= 0
    return Held(
        observed=f"{text} at {percent(criterion.confidence)} confidence (mean {decimal(mean)})",
        margin=margin,
        met=margin >= 0,
        hopeful=hopeful,
        more=_more(len(values), lambda n: sign * (mean - limit) >= _factor(criterion, n) * std) if hopeful else 0,
    )


def _factor(criterion: spec.Performance, size: int) -> float:
    return statistics.normal_tolerance_factor(size, criterion.coverage, criterion.confidence)


def _more(size: int, enough: Callable[[int], bool]) -> int:
    """How many more values like these would do, to within 5 % of the sample; 0 where a hundred thousand would not."""
    total = size
    while not enough(total):
        total += max(1, total // 20)
        if total > _NO_SAMPLE:
            return 0
    return total - size


def _cpk(criterion: spec.Performance, floor: float, values: Sequence[float]) -> Held:
    mean, std = sample.fmean(values), sample.stdev(values)
    index = statistics.cpk(mean, std, criterion.lower_limit, criterion.upper_limit)
    bound = statistics.cpk_lower_bound(index, len(values), criterion.confidence)
    text = f"Cpk {decimal(index, 4)}, at least {decimal(bound, 4)} at {percent(criterion.confidence)} confidence"
    more = _more(len(values), lambda n: statistics.cpk_lower_bound(index, n, criterion.confidence) >= floor)
    return Held(text, bound - floor, met=bound >= floor, hopeful=index >= floor, more=more if index >= floor else 0)


def _cv(criterion: spec.Performance, ceiling: float, values: Sequence[float]) -> Held:
    variation = statistics.coefficient_of_variation(values)
    bound = statistics.cv_upper_bound(variation, len(values), criterion.confidence)
    text = f"coefficient of variation {percent(variation)}, at most {percent(bound)}"
    text = f"{text} at {percent(criterion.confidence)} confidence"
    more = _more(len(values), lambda n: statistics.cv_upper_bound(variation, n, criterion.confidence) <= ceiling)
    return Held(
        text,
        ceiling - bound,
        met=bound <= ceiling,
        hopeful=variation <= ceiling,
        more=more if variation <= ceiling else 0,
    )


def _asked(criterion: spec.Performance) -> str:
    confidence = f"at {percent(criterion.confidence)} confidence"
    if criterion.cpk_at_least is not None:
        return f"Cpk of {criterion.reading} at least {decimal(criterion.cpk_at_least)} {confidence}"
    if criterion.cv_at_most is not None:
        return f"coefficient of variation of {criterion.reading} at most {percent(criterion.cv_at_most)} {confidence}"
    floor = criterion.floor
    word, limit = ("at least", floor) if floor is not None else ("at most", criterion.at_most)
    unit = unit_of(criterion.reading)
    if criterion.share_of_peak_at_least is not None:
        peak = f"{decimal(criterion.peak)} {unit}".rstrip() if isinstance(criterion.peak, float) else "unknown"
        share = percent(criterion.share_of_peak_at_least)
        return f"{percent(criterion.coverage)} of {criterion.reading} at least {share} of the peak, {peak} {confidence}"
    asked = f"{percent(criterion.coverage)} of {criterion.reading} {word} {decimal(limit or 0.0)} {unit}".rstrip()
    return f"{asked} {confidence}"


def _worst(criterion: spec.Performance, rows: Sequence[ValueRow]) -> list[str]:
    """Units by how far they lie on the wrong side, worst first, the first five."""
    centre = sample.median(row.value for row in rows)
    low = criterion.floor is not None or (criterion.cpk_at_least is not None and criterion.upper_limit is None)
    high = criterion.at_most is not None or (criterion.cpk_at_least is not None and criterion.lower_limit is None)

    def badness(row: ValueRow) -> float:
        if low or high:
            return row.value if low else -row.value
        return -abs(row.value - centre)

    return list(dict.fromkeys(row.unit for row in sorted(rows, key=lambda r: (badness(r), r.unit))))[:5]
