"""Whether the evidence was taken on the firmware and the parts of this phase, not on those of an earlier build.

Holding a later phase's exit against earlier parts is the schedule killer that people call the "XVT" build. A revision
that is not told, or that no phase lists, is a hole. So is a result of another round than the one that told it.
"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from gatehouse.catalog import criteria as spec
from gatehouse.catalog.addresses import matches_part
from gatehouse.catalog.values import one_line
from gatehouse.decisions.criteria.outcome import outcome
from gatehouse.decisions.evidence_index import EvidenceIndex
from gatehouse.decisions.forecasts import Outlook, ahead, units_pace
from gatehouse.decisions.wording import SHOWN, counted, listed
from gatehouse.model.evidence import CriterionOutcome, EvidenceRow, Need, WordRow
from gatehouse.model.status import CriterionStatus, Phase

_WORD_MAX = 40


@dataclass(frozen=True, slots=True)
class Flaw:
    """Why a unit's evidence does not count toward the phase. ``early``: its part is known to be of an earlier build."""

    unit: str
    text: str
    early: bool


def maturity(criterion: spec.Maturity, index: EvidenceIndex) -> CriterionOutcome:
    """Every unit tells its revisions, all of them are mature, and its evidence was taken beside them."""
    items = [item for item in criterion.baseline if item.demanded(index.evidence.phase)]
    words = {item.reading: _by_unit(index, item.reading) for item in items}
    flaws = [flaw for unit in index.units for flaw in _flaws(index, unit, items, words)]
    bad = {flaw.unit for flaw in flaws}
    early = {flaw.unit for flaw in flaws if flaw.early}
    mature = len(index.units) - len(bad)
    return outcome(
        criterion,
        _status(bool(items), bool(early), bool(bad)),
        observed=f"{mature:,} of {counted(len(index.units), 'unit')} mature"
        + (f", {counted(len(early), 'unit')} with parts of an earlier build" if early else ""),
        required=_required(criterion, index.evidence.phase),
        missing=_missing(flaws, bool(items)),
        margin=-len(bad) if items else None,
        rests_on=_rests_on(index, words),
        units=bad,
        needs=[Need(len(bad), "units to bring to this phase's revisions and measure")] if items
        else [Need(1, "baselines to write down")],
        outlook=_outlook(index, len(bad), bool(early), bool(items)),
    )  # fmt: skip


def _status(asked: bool, early: bool, bad: bool) -> CriterionStatus:
    if early:
        return CriterionStatus.NOT_MET
    return CriterionStatus.NOT_ENOUGH_EVIDENCE if bad or not asked else CriterionStatus.MET


def _outlook(index: EvidenceIndex, bad: int, early: bool, asked: bool) -> Outlook:
    if early or not asked:
        return "updates and swaps have no rate" if asked else "nobody has written the baseline down"
    return ahead(index, bad, units_pace(index))


def _by_unit(index: EvidenceIndex, reading: str) -> dict[str, list[WordRow]]:
    found: dict[str, list[WordRow]] = defaultdict(list)
    for row in index.words(reading):
        if index.helping[row.result_id].unit == row.unit:
            found[row.unit].append(row)
    return found


def _flaws(
    index: EvidenceIndex, unit: str, items: list[spec.BaselineItem], words: dict[str, dict[str, list[WordRow]]]
) -> Iterator[Flaw]:
    """What is wrong with a unit; of a unit without any evidence, that it has none."""
    told_in: set[str] = set()
    for item in items:
        rows = [row for row in words[item.reading].get(unit, ()) if matches_part(item.parts, row.part)]
        told_in |= {index.helping[row.result_id].round_id for row in rows}
        yield from _of_item(unit, item, rows, index.evidence.phase)
    apart = [
        name for _, name in index.pairs(unit) if (row := index.sound.get((unit, name))) and row.round_id not in told_in
    ]
    if apart and told_in:
        yield Flaw(unit, f"{listed(apart)} measured in another round than the revisions", early=False)


def _of_item(unit: str, item: spec.BaselineItem, rows: list[WordRow], phase: Phase) -> Iterator[Flaw]:
    order = list(Phase)
    demanded = item.demanded(phase) or phase
    parts = {row.part for row in rows}
    if len(parts) < item.count:
        yield Flaw(unit, f"{item.title} unknown ({item.reading} of {len(parts)} of {item.count} parts)", early=False)
    for row in rows:
        reached = item.maturity(row.word)
        said = f"{item.title} of {row.part} is {one_line(row.word, _WORD_MAX)}"
        if reached is None:
            yield Flaw(unit, f"{said}, which no phase lists", early=False)
        elif order.index(reached) < order.index(demanded):
            yield Flaw(unit, f"{said}, of {reached}", early=True)


def _required(criterion: spec.Maturity, phase: Phase) -> str:
    asked = [
        f"{item.title} {item.revisions[demanded].words}"
        for item in criterion.baseline
        if (demanded := item.demanded(phase))
    ]
    return f"on every unit: {listed(asked, between='; ')}" if asked else "the revisions of this phase"


def _missing(flaws: list[Flaw], asked: bool) -> str:
    if not asked:
        return "write the baseline of this phase into the program's file"
    by_unit: dict[str, list[str]] = {}
    for flaw in sorted(flaws, key=lambda f: (not f.early, f.unit)):
        by_unit.setdefault(flaw.unit, []).append(flaw.text)
    said = [f"{unit}: {listed(texts, shown=2, between=', ')}" for unit, texts in list(by_unit.items())[:SHOWN]]
    return "bring to this phase's revisions and measure again: " + listed([*said, *list(by_unit)[SHOWN:]], between="; ")


def _rests_on(index: EvidenceIndex, words: dict[str, dict[str, list[WordRow]]]) -> list[EvidenceRow]:
    rows = (row for by_unit in words.values() for each in by_unit.values() for row in each)
    return [index.helping[row.result_id] for row in rows]
