"""Whether a reading's population keeps a limit, by a bound. The population is taken to be normal."""

import statistics as sample
from collections.abc import Sequence
from dataclasses import dataclass

from gatehouse.catalog import criteria as spec
from gatehouse.catalog.addresses import matches_part
from gatehouse.decisions import statistics
from gatehouse.decisions.criteria.outcome import met_or, outcome
from gatehouse.decisions.evidence_index import EvidenceIndex
from gatehouse.decisions.statistics.distributions import normal_quantile
from gatehouse.decisions.wording import counted, decimal, listed, percent, sentences
from gatehouse.model.evidence import CriterionOutcome, ValueRow
from gatehouse.model.readings import unit_of
from gatehouse.model.status import CriterionStatus

_BEYOND_SENSE = 1e300  # sums of such values overflow; NaN is not below it either


@dataclass(frozen=True, slots=True)
class Held:
    """A bound against its threshold. ``hopeful``: the sample itself keeps it, so more values may do."""

    observed: str
    margin: float | None
    met: bool
    hopeful: bool


def performance(criterion: spec.Performance, index: EvidenceIndex) -> CriterionOutcome:
    """Judge the latest value of every unit and part."""
    rows = _latest(criterion, index)
    values = [row.value for row in rows]
    speaking = {row.unit for row in rows}
    silent = [unit for unit in index.units if unit not in speaking]
    lacking = max(0, (criterion.units_at_least or len(index.units)) - len(speaking))
    nothing = _not_judgeable(criterion, values)
    held = Held(nothing, None, met=False, hopeful=True) if nothing else _hold(criterion, values)
    status = met_or(held.met and not lacking)
    worst = _worst(criterion, rows) if not (held.met or nothing) else []
    return outcome(
        criterion,
        status if held.hopeful else CriterionStatus.NOT_MET,
        observed=f"{counted(len(values), 'value')} of {counted(len(speaking), 'unit')}: {held.observed}",
        required=_asked(criterion),
        missing=sentences([_measure(criterion.reading, lacking, silent), _advice(held, worst)]),
        margin=held.margin,
        rests_on=(index.helping[row.result_id] for row in rows),
        units=[*(silent if lacking else ()), *worst],
    )


def _not_judgeable(criterion: spec.Performance, values: Sequence[float]) -> str:
    """Why no bound can be computed; empty where one can."""
    if len(values) < 2:
        return "too few to judge"
    of_spread = criterion.cpk_at_least is not None or criterion.cv_at_most is not None
    if of_spread and len(set(values)) == 1:
        return "all equal, no spread to judge by"
    return "their mean is 0" if criterion.cv_at_most is not None and sample.fmean(values) == 0 else ""


def _advice(held: Held, worst: Sequence[str]) -> str:
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
    k = statistics.normal_tolerance_factor(len(values), criterion.coverage, criterion.confidence)
    z = normal_quantile(criterion.coverage)  # what k tends to with more values
    down = criterion.at_least is not None
    limit = criterion.at_least if criterion.at_least is not None else criterion.at_most or 0.0
    sign = 1.0 if down else -1.0
    bound, seen = mean - sign * k * std, mean - sign * z * std
    unit = unit_of(criterion.reading)
    text = f"{percent(criterion.coverage)} are {'at least' if down else 'at most'} {decimal(bound)} {unit}".rstrip()
    margin = sign * (bound - limit)
    return Held(
        observed=f"{text} at {percent(criterion.confidence)} confidence (mean {decimal(mean)})",
        margin=margin,
        met=margin >= 0,
        hopeful=sign * (seen - limit) >= 0,
    )


def _cpk(criterion: spec.Performance, floor: float, values: Sequence[float]) -> Held:
    mean, std = sample.fmean(values), sample.stdev(values)
    index = statistics.cpk(mean, std, criterion.lower_limit, criterion.upper_limit)
    bound = statistics.cpk_lower_bound(index, len(values), criterion.confidence)
    text = f"Cpk {decimal(index, 4)}, at least {decimal(bound, 4)} at {percent(criterion.confidence)} confidence"
    return Held(text, bound - floor, met=bound >= floor, hopeful=index >= floor)


def _cv(criterion: spec.Performance, ceiling: float, values: Sequence[float]) -> Held:
    variation = statistics.coefficient_of_variation(values)
    bound = statistics.cv_upper_bound(variation, len(values), criterion.confidence)
    text = f"coefficient of variation {percent(variation)}, at most {percent(bound)}"
    text = f"{text} at {percent(criterion.confidence)} confidence"
    return Held(text, ceiling - bound, met=bound <= ceiling, hopeful=variation <= ceiling)


def _asked(criterion: spec.Performance) -> str:
    confidence = f"at {percent(criterion.confidence)} confidence"
    if criterion.cpk_at_least is not None:
        return f"Cpk of {criterion.reading} at least {decimal(criterion.cpk_at_least)} {confidence}"
    if criterion.cv_at_most is not None:
        return f"coefficient of variation of {criterion.reading} at most {percent(criterion.cv_at_most)} {confidence}"
    word, limit = ("at least", criterion.at_least) if criterion.at_least is not None else ("at most", criterion.at_most)
    unit = unit_of(criterion.reading)
    asked = f"{percent(criterion.coverage)} of {criterion.reading} {word} {decimal(limit or 0.0)} {unit}".rstrip()
    return f"{asked} {confidence}"


def _worst(criterion: spec.Performance, rows: Sequence[ValueRow]) -> list[str]:
    """Units by how far they lie on the wrong side, worst first, the first five."""
    centre = sample.median(row.value for row in rows)
    low = criterion.at_least is not None or (criterion.cpk_at_least is not None and criterion.upper_limit is None)
    high = criterion.at_most is not None or (criterion.cpk_at_least is not None and criterion.lower_limit is None)

    def badness(row: ValueRow) -> float:
        if low or high:
            return row.value if low else -row.value
        return -abs(row.value - centre)

    return list(dict.fromkeys(row.unit for row in sorted(rows, key=lambda r: (badness(r), r.unit))))[:5]
