"""First-pass and final yield with exact bounds: as they stand, cumulated round by round, and by site."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from gatehouse.catalog.criteria import CriteriaSet, FinalYield, FirstPassYield
from gatehouse.decisions import statistics
from gatehouse.decisions.evidence_index import EvidenceIndex, Pair
from gatehouse.model.evidence import EvidenceRow
from gatehouse.model.status import Measured, Verdict
from gatehouse.reports.review.facts import ReportFacts
from gatehouse.reports.review.plots import YieldPlot, YieldPoint

CONFIDENCE = 0.9  # of each bound, where no criterion of the phase names one
MOST_ROUNDS = 60  # points of a line; of more rounds, those with the last point kept
Steps = Mapping[str, bool]  # unit → whether it is good; units that cannot be counted are absent


@dataclass(frozen=True, slots=True)
class _Plotted:
    kind: str
    criterion: FirstPassYield | FinalYield | None
    by_round: Sequence[Steps]

    @property
    def confidence(self) -> float:
        return self.criterion.confidence if self.criterion else CONFIDENCE


def yield_plots(index: EvidenceIndex, criteria: CriteriaSet, facts: ReportFacts) -> list[YieldPlot]:
    """The two plots; none while no unit of the build can be counted."""
    rounds = _order(index, facts)
    first = next((c for c in criteria.criteria if isinstance(c, FirstPassYield)), None)
    final = next((c for c in criteria.criteria if isinstance(c, FinalYield)), None)
    plotted = (
        _Plotted("first-pass", first, _cumulated(index, {p: [row] for p, row in index.first.items()}, rounds)),
        _Plotted("final", final, _cumulated(index, _events(index, facts.history), rounds)),
    )
    sound = {name: state.admissible is True for name, state in index.rounds.items()}
    return [_plot(each, rounds, sound, facts) for each in plotted if each.by_round and each.by_round[-1]]


def _plot(
    plotted: _Plotted, rounds: Mapping[str, int], sound: Mapping[str, bool], facts: ReportFacts
) -> YieldPlot:  # fmt: skip
    about = {line.round_id: line for line in facts.rounds}
    points = []
    for round_id, steps in zip(rounds, plotted.by_round, strict=True):
        # Of a round that may not count only faults do, so that its point would be all faults; the last says what is.
        if steps and (sound[round_id] or steps is plotted.by_round[-1]):
            line = about.get(round_id)
            point = _point(steps, plotted.confidence, str(line.number) if line else round_id)
            points.append(point.model_copy(update={"round": round_id, "at": line.created_at if line else None}))
    now = plotted.by_round[-1]
    return YieldPlot(
        kind=plotted.kind,
        confidence=plotted.confidence,
        floor=plotted.criterion.at_least if plotted.criterion else None,
        criterion=plotted.criterion.id if plotted.criterion else None,
        now=_point(now, plotted.confidence, "now"),
        by_round=_thinned(points),
        by_site=[_point(steps, plotted.confidence, site) for site, steps in _by_site(now, facts.sites)],
    )


def _point(steps: Steps, confidence: float, label: str) -> YieldPoint:
    units, passed = len(steps), sum(steps.values())
    return YieldPoint(
        label=label,
        units=units,
        passed=passed,
        share=passed / units,
        low=statistics.clopper_pearson_lower(passed, units, confidence),
        high=statistics.clopper_pearson_upper(passed, units, confidence),
    )


def _by_site(now: Steps, sites: Mapping[str, str]) -> list[tuple[str, Steps]]:
    found: dict[str, dict[str, bool]] = defaultdict(dict)
    for unit, good in now.items():
        found[sites.get(unit, "")][unit] = good
    return sorted(found.items())


def _thinned(points: list[YieldPoint]) -> list[YieldPoint]:
    stride = -(-len(points) // MOST_ROUNDS)
    return points if stride <= 1 else points[::-stride][::-1]


def _order(index: EvidenceIndex, facts: ReportFacts) -> dict[str, int]:
    """Every round with its place, in the order in which they were opened."""
    known = [line.round_id for line in sorted(facts.rounds, key=lambda line: line.number)]
    seen = dict.fromkeys([*known, *index.rounds])
    return {round_id: place for place, round_id in enumerate(r for r in seen if r in index.rounds)}


def _events(index: EvidenceIndex, history: Iterable[EvidenceRow]) -> dict[Pair, list[EvidenceRow]]:
    """What is known of each pair, oldest first: all that counts of those that ever failed, else first and current."""
    events = {pair: [row] for pair, row in index.first.items()}
    of_failed: dict[Pair, list[EvidenceRow]] = defaultdict(list)
    for row in history:
        if (row.unit, row.diagnostic) in index.current and row.round_id in index.rounds and _counts(row, index):
            of_failed[row.unit, row.diagnostic].append(row)
    for pair, row in index.current.items():
        known = of_failed.get(pair, events[pair])
        events[pair] = known if known[-1] == row else [*known, row]
    return events


def _counts(row: EvidenceRow, index: EvidenceIndex) -> bool:
    """Whether a row of the history says anything about its unit, as the gate sees it."""
    if row.measured is not Measured.COMPLETE or row.verdict is Verdict.NOT_APPLICABLE:
        return False
    helps = row.admissible is True and not row.set_aside and row.at <= index.evidence.now
    return helps or row.verdict is Verdict.FAIL


def _cumulated(
    index: EvidenceIndex, events: Mapping[Pair, Sequence[EvidenceRow]], rounds: Mapping[str, int]
) -> list[Steps]:
    """For each round what the units are after it. A unit that fails counts even before it is fully measured."""
    changes: dict[int, list[tuple[str, bool | None]]] = defaultdict(list)
    for unit in index.units:
        _unit_changes(
            unit, {pair: events[pair] for pair in index.pairs(unit) if pair in events}, index, rounds, changes
        )
    now: dict[str, bool | None] = {}
    cumulated: list[Steps] = []
    for place in range(len(rounds)):
        now |= dict(changes[place])
        cumulated.append({unit: good for unit, good in now.items() if good is not None})
    return cumulated


def _unit_changes(
    unit: str, events: Mapping[Pair, Sequence[EvidenceRow]], index: EvidenceIndex, rounds: Mapping[str, int],
    changes: dict[int, list[tuple[str, bool | None]]],
) -> None:  # fmt: skip
    """Note what the unit is after each event: good, bad, or None while it cannot be counted."""
    verdicts: dict[Pair, Verdict] = {}
    failing: Counter[Verdict] = Counter()
    for place, pair, verdict in sorted(_placed(events, rounds), key=lambda event: event[0]):
        if pair in verdicts:
            failing[verdicts[pair]] -= 1
        verdicts[pair] = verdict
        failing[verdict] += 1
        whole = len(verdicts) == len(index.diagnostics)
        changes[place].append((unit, False if failing[Verdict.FAIL] else whole or None))


def _placed(
    events: Mapping[Pair, Sequence[EvidenceRow]], rounds: Mapping[str, int]
) -> Iterable[tuple[int, Pair, Verdict]]:
    """Events with their round's place; of rounds that overlap, a later event never comes before an earlier one."""
    for pair, rows in events.items():
        place = 0
        for row in rows:
            place = max(place, rounds[row.round_id])
            yield place, pair, row.verdict
