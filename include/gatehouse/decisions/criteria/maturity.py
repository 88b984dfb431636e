"""Whether the evidence was taken on the firmware and the parts of this phase, not on those of an earlier build.

Holding a later phase's exit against earlier parts is the schedule killer that people call the "XVT" build. A revision
that is not told, or that no phase lists, is a hole. So is a result of another round than the one that told it.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from gatehouse.catalog import criteria as spec
from gatehouse.catalog.addresses import matches_part
from gatehouse.catalog.values import one_line
from gatehouse.decisions.criteria.outcome import outcome
from gatehouse.decisions.evidence_index import EvidenceIndex
from gatehouse.decisions.forecasts import Outlook, ahead, units_pace
from gatehouse.decisions.wording import SHOWN, counted, listed
from gatehouse.model.evidence import CriterionOutcome, Need, WordRow
from gatehouse.model.status import CriterionStatus, Phase

_WORD_MAX = 40


@dataclass(frozen=True, slots=True)
class Flaw:
    """Why a unit's evidence does not count toward the phase. ``early``: its part is known to be of an earlier build."""

    unit: str
    text: str
    early: bool


@dataclass(frozen=True, slots=True)
class Asked:
    """An item of the baseline: what each unit tells of it, and what is wrong with each revision that was told."""

    item: spec.BaselineItem
    rows: Mapping[str, list[WordRow]]
    flaws: Mapping[str, tuple[str, bool]]


def maturity(criterion: spec.Maturity, index: EvidenceIndex) -> CriterionOutcome:
    """Every unit tells its revisions, all of them are mature, and its evidence was taken beside them."""
    items = [item for item in criterion.baseline if item.demanded(index.evidence.phase)]
    asked = [_asked(index, item) for item in items]
    flaws = [flaw for unit in index.units for flaw in _flaws(index, unit, asked)]
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
        rests_on=(index.helping[row.result_id] for each in asked for rows in each.rows.values() for row in rows),
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


def _flaws(index: EvidenceIndex, unit: str, asked: list[Asked]) -> Iterator[Flaw]:
    """What is wrong with a unit; of a unit without any evidence, that it tells no revision."""
    told_in: set[str] = set()
    for each in asked:
        rows = each.rows.get(unit, [])
        told_in |= {index.helping[row.result_id].round_id for row in rows}
        parts = len({row.part for row in rows})
        if parts < each.item.count:
            said = f"{each.item.reading} of {parts} of {each.item.count} parts"
            yield Flaw(unit, f"{each.item.title} unknown ({said})", early=False)
        for row in rows:
            why, early = each.flaws[row.word]
            if why:
                yield Flaw(unit, f"{each.item.title} of {row.part} {why}", early)
    measured_in = {
        name: index.sound[unit, name].round_id for _, name in index.pairs(unit) if (unit, name) in index.sound
    }
    apart = [name for name, round_id in measured_in.items() if round_id not in told_in]
    if apart and told_in:
        yield Flaw(unit, f"{listed(apart)} measured in another round than the revisions", early=False)


def _asked(index: EvidenceIndex, item: spec.BaselineItem) -> Asked:
    """What the units tell of an item of the baseline. Thousands of parts tell the same few revisions."""
    rows: dict[str, list[WordRow]] = defaultdict(list)
    for row in index.words(item.reading):
        if index.helping[row.result_id].unit == row.unit and matches_part(item.parts, row.part):
            rows[row.unit].append(row)
    words = {row.word for told in rows.values() for row in told}
    return Asked(item, rows, {word: _flaw(item, word, index.evidence.phase) for word in words})


def _flaw(item: spec.BaselineItem, word: str, phase: Phase) -> tuple[str, bool]:
    """Why a revision is not mature, and whether it is known to be of an earlier build; empty where it is mature."""
    order, reached = list(Phase), item.maturity(word)
    said = f"is {one_line(word, _WORD_MAX)}"
    if reached is None:
        return f"{said}, which no phase lists", False
    early = order.index(reached) < order.index(item.demanded(phase) or phase)
    return (f"{said}, of {reached}", True) if early else ("", False)


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
