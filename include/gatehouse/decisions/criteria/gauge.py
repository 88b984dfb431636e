"""Whether a reading repeats well enough to tell good parts from bad: the AIAG rule, from rounds that were run again.

Repeats are sound results of the same part of the same unit with no repair in between: a FAIL of the unit ends a series,
for what follows it may be another machine. Only repeatability is seen; who ran a round plays no part in a pipeline.
"""

from dataclasses import dataclass

from gatehouse.catalog import criteria as spec
from gatehouse.catalog.addresses import matches_part
from gatehouse.decisions import statistics
from gatehouse.decisions.criteria.outcome import outcome
from gatehouse.decisions.evidence_index import EvidenceIndex
from gatehouse.decisions.statistics.gauge import ACCEPT_BELOW_PCT, REJECT_ABOVE_PCT
from gatehouse.decisions.wording import counted, decimal, sentences
from gatehouse.model.evidence import CriterionOutcome, Need, ValueRow
from gatehouse.model.readings import unit_of
from gatehouse.model.status import CriterionStatus

_BEYOND_SENSE = 1e300
Series = list[ValueRow]


@dataclass(frozen=True, slots=True)
class Found:
    """What a study says: the share that decides, of what, and how many groups of parts it tells apart."""

    study: statistics.GaugeStudy
    pct: float
    of_what: str
    categories: int | None


def gauge(criterion: spec.Gauge, index: EvidenceIndex) -> CriterionOutcome:
    """Hold the spread of repeats against the tolerance, or against the whole variation."""
    repeated = [series for series in _series(criterion, index) if len(series) >= criterion.repeats_at_least]
    lacking = max(0, criterion.parts_at_least - len(repeated))
    study = None if len(repeated) < 2 else statistics.gauge_study([[row.value for row in s] for s in repeated])
    still = study is not None and study.gauge_std == 0
    found = None if study is None or still else _held(criterion, study)
    parts = f"{counted(len(repeated), 'part')} measured {criterion.repeats_at_least} times or more"
    return outcome(
        criterion,
        CriterionStatus.NOT_ENOUGH_EVIDENCE if lacking or found is None else _status(criterion, found),
        observed=f"{parts}: {_observed(criterion, found, still)}",
        required=_required(criterion),
        missing=sentences([_repeat(criterion, lacking), _mend(criterion, found, still)]),
        margin=None if found is None else _ceiling(criterion) - found.pct,
        rests_on=(index.helping[r.result_id] for s in repeated for r in s if r.result_id in index.helping),
        units=index.units if lacking else (),
        needs=[Need(lacking, "parts to measure again")] if lacking else [Need(1, "better ways to measure it")],
        outlook="rounds are repeated on request, not at a rate" if lacking else "more rounds do not help",
    )


def _series(criterion: spec.Gauge, index: EvidenceIndex) -> list[Series]:
    """The longest run of repeats of every unit and part, the latest of equally long ones."""
    runs: dict[tuple[str, str], dict[int, Series]] = {}
    for row in index.history(criterion.reading):  # by result id: as they were stored
        if abs(row.value) < _BEYOND_SENSE and matches_part(criterion.parts, row.part):
            run = runs.setdefault((row.unit, row.part), {})
            run.setdefault(_repairs_before(index, row), []).append(row)
    return [max(reversed(by_repair.values()), key=len) for _, by_repair in sorted(runs.items())]


def _repairs_before(index: EvidenceIndex, row: ValueRow) -> int:
    """In how many earlier rounds the unit failed. Results of a unit are stored in the order of its visits."""
    own = index.helping.get(row.result_id)
    failed = index.failed.get(row.unit, ())
    return len({f.round_id for f in failed if f.result_id < row.result_id and (not own or f.round_id != own.round_id)})


def _held(criterion: spec.Gauge, study: statistics.GaugeStudy) -> Found:
    if criterion.lower_limit is None and criterion.upper_limit is None:
        return Found(study, study.of_study_pct, "the variation seen", study.categories)
    pct = study.of_tolerance_pct(criterion.lower_limit, criterion.upper_limit)
    return Found(study, pct, "the tolerance", study.categories)


def _ceiling(criterion: spec.Gauge) -> float:
    return REJECT_ABOVE_PCT if criterion.conditional else ACCEPT_BELOW_PCT


def _status(criterion: spec.Gauge, found: Found) -> CriterionStatus:
    sort = statistics.gauge_class(found.pct) if found.pct < float("inf") else statistics.GaugeClass.REJECT
    good = sort is statistics.GaugeClass.ACCEPT or (criterion.conditional and sort is statistics.GaugeClass.CONDITIONAL)
    return CriterionStatus.MET if good and not _too_few_categories(criterion, found) else CriterionStatus.NOT_MET


def _too_few_categories(criterion: spec.Gauge, found: Found) -> bool:
    return criterion.categories_at_least is not None and (found.categories or 0) < criterion.categories_at_least


def _observed(criterion: spec.Gauge, found: Found | None, still: bool) -> str:
    if found is None:
        return "the repeats do not vary at all" if still else "no study"
    unit = unit_of(criterion.reading)
    spread = f"repeats spread by {decimal(found.study.gauge_std, 3)} {unit}".rstrip()
    sort = statistics.gauge_class(found.pct) if found.pct < float("inf") else statistics.GaugeClass.REJECT
    study = "" if found.of_what != "the tolerance" else f" ({decimal(found.study.of_study_pct, 3)} % of the variation)"
    return f"{spread}, {decimal(found.pct, 3)} % of {found.of_what}{study}: {sort}; ndc {found.categories}"


def _required(criterion: spec.Gauge) -> str:
    of_what = "the variation" if criterion.lower_limit is None and criterion.upper_limit is None else "the tolerance"
    share = f"at most {REJECT_ABOVE_PCT:g} %" if criterion.conditional else f"below {ACCEPT_BELOW_PCT:g} %"
    ndc = f", ndc at least {criterion.categories_at_least}" if criterion.categories_at_least else ""
    return f"GRR of {criterion.reading} {share} of {of_what}{ndc}; {criterion.parts_at_least} parts"


def _repeat(criterion: spec.Gauge, lacking: int) -> str:
    if not lacking:
        return ""
    parts = counted(lacking, "more part")
    return f"measure {criterion.reading} of {parts} {criterion.repeats_at_least} times without a repair in between"


def _mend(criterion: spec.Gauge, found: Found | None, still: bool) -> str:
    if still:
        return "find out why the repeats are all equal: a stuck sensor is no gauge"
    if found is None:
        return ""
    few = f"it tells {found.categories} groups of parts apart" if _too_few_categories(criterion, found) else ""
    wide = "measure it with less spread: longer, warmer, or by another tool" if found.pct >= _ceiling(criterion) else ""
    return sentences([wide, few])
