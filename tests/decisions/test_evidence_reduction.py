"""What the index keeps of a phase's rows is all that matters: the same answers, the same digest, by fewer rows."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import timedelta
from typing import Any

from any_criteria import CRITERIA, EXTRA, FOREIGN, MANDATORY, UNITS
from any_evidence import NOW, ROUNDS, SITES, evidences
from hypothesis import given, settings
from hypothesis import strategies as st

from gatehouse.decisions.evidence_digest import evidence_digest
from gatehouse.decisions.evidence_index import EvidenceIndex
from gatehouse.decisions.evidence_reduction import reduce
from gatehouse.decisions.evidence_snapshot import snapshot_of
from gatehouse.decisions.gates import evaluate
from gatehouse.model.evidence import EvidenceRow, PhaseEvidence
from gatehouse.model.records import Records
from gatehouse.model.status import Measured, Severity, Verdict


@given(evidences())
@settings(max_examples=100)
def test_reducing_changes_no_answer_and_no_digest(evidence: PhaseEvidence) -> None:
    """It should decide alike, to the last word, on the whole evidence and on what is kept of it."""
    assert evaluate(reduce(evidence), CRITERIA) == evaluate(evidence, CRITERIA)


@given(evidences())
def test_reducing_twice_changes_nothing_more(evidence: PhaseEvidence) -> None:
    """It should keep all that it kept."""
    once = reduce(evidence)
    assert reduce(once) == once


@given(evidences(), st.data())
@settings(max_examples=100)
def test_rows_beside_those_that_matter_do_no_harm(evidence: PhaseEvidence, data: st.DataObject) -> None:
    """It should come to the same with any of the other rows: a store may fetch a few too many."""
    least = reduce(evidence)
    kept = {row.result_id for row in least.rows}
    others = sorted({row.result_id for row in evidence.rows} - kept)
    chosen = data.draw(st.sets(st.sampled_from(others)) if others else st.just(set[int]()))
    more = [row for row in evidence.rows if row.result_id in chosen]
    fetched = replace(evidence, rows=(*least.rows, *more), rounds=least.rounds)
    assert reduce(fetched) == least


@given(evidences(), st.randoms(use_true_random=False))
def test_the_order_of_what_was_fetched_never_matters(evidence: PhaseEvidence, random: Any) -> None:
    """It should keep the same and answer alike, whatever the order of rows, rounds, readings, waivers and records."""

    def shuffled(items: tuple[Any, ...]) -> tuple[Any, ...]:
        return tuple(random.sample(items, len(items)))

    mixed = replace(
        evidence,
        rows=shuffled(evidence.rows),
        rounds=shuffled(evidence.rounds),
        units=shuffled(evidence.units),
        diagnostics=shuffled(evidence.diagnostics),
        waivers=shuffled(evidence.waivers),
        sign_offs=shuffled(evidence.sign_offs),
        sites=shuffled(evidence.sites),
        site_of=dict(shuffled(tuple(evidence.site_of.items()))),
        earlier=shuffled(evidence.earlier),
        records=Records(
            shuffled(evidence.records.attestations),
            shuffled(evidence.records.observations),
            shuffled(evidence.records.dispositions),
        ),
        history={name: shuffled(values) for name, values in evidence.history.items()},
        values={name: shuffled(values) for name, values in evidence.values.items()},
        words={name: shuffled(words) for name, words in evidence.words.items()},
    )
    assert reduce(mixed) == reduce(evidence)
    assert evaluate(mixed, CRITERIA) == evaluate(evidence, CRITERIA)
    assert snapshot_of(mixed, CRITERIA) == snapshot_of(evidence, CRITERIA)


@given(evidences())
def test_few_rows_are_kept(evidence: PhaseEvidence) -> None:
    """It should keep a handful of each pair beside its faults, however many rounds there were."""
    index = EvidenceIndex(evidence)
    of_pair: dict[tuple[str, str], list[EvidenceRow]] = {}
    told = {value.result_id for values in evidence.history.values() for value in values}
    sites = {row.result_id for row in index.first_at.values()}
    for row in index.rows:
        if row.result_id not in told | sites:
            of_pair.setdefault((row.unit, row.diagnostic), []).append(row)
    for rows in of_pair.values():
        faults = [r for r in rows if r.verdict is Verdict.FAIL]
        assert len(rows) <= 5 + 2 * len(faults)


# What each table of the index must hold, said plainly, of all rows.


def _told(evidence: PhaseEvidence) -> tuple[list[EvidenceRow], Callable[[EvidenceRow], bool | None]]:
    """The build's rows, each once, oldest first, and whether a row's round is sound."""
    rows: dict[int, EvidenceRow] = {}
    for row in sorted(evidence.rows, key=_worse):
        if row.unit in evidence.units:
            rows[row.result_id] = row
    ordered = sorted(rows.values(), key=lambda r: (r.at, r.result_id))
    said = {r.round_id: r.admissible for r in ordered} | {s.round_id: s.admissible for s in evidence.rounds}

    def sound(row: EvidenceRow) -> bool | None:
        both = {row.admissible, said[row.round_id]}
        return False if False in both else None if None in both else True

    return ordered, sound


def _worse(row: EvidenceRow) -> tuple[bool, bool, int, str]:
    """A fault is worse than a doubt, a doubt worse than an issue, and a grave issue worse than a light one."""
    complete = row.measured is Measured.COMPLETE
    judged = complete and row.verdict is not Verdict.NOT_APPLICABLE
    doubtful = not judged or row.admissible is not True or row.set_aside
    gravity = {None: 0, Severity.OBSERVATION: 1, Severity.MINOR: 2, Severity.MAJOR: 3, Severity.BLOCKER: 4}
    return complete and row.verdict is Verdict.FAIL, doubtful, gravity[row.severity], repr(row)


@given(evidences())
@settings(max_examples=100)
def test_the_index_holds_what_it_says(evidence: PhaseEvidence) -> None:
    """It should find the same first, last and failed rows as somebody who reads all rows one by one."""
    rows, sound = _told(evidence)
    index = EvidenceIndex(evidence)

    def helps(r: EvidenceRow) -> bool:
        judged = r.measured is Measured.COMPLETE and r.verdict is not Verdict.NOT_APPLICABLE and sound(r) is True
        return judged and not r.set_aside and r.at <= NOW

    def counts(r: EvidenceRow) -> bool:
        return helps(r) or (r.measured is Measured.COMPLETE and r.verdict is Verdict.FAIL)

    def by_pair(chosen: Iterable[EvidenceRow]) -> dict[tuple[str, str], EvidenceRow]:
        return {(r.unit, r.diagnostic): r for r in chosen}

    assert index.latest == by_pair(rows)
    assert index.sound == by_pair(filter(helps, rows))
    assert index.first_sound == by_pair(filter(helps, reversed(rows)))
    assert index.current == by_pair(filter(counts, rows))
    assert index.first == by_pair(filter(counts, reversed(rows)))
    assert index.first_at == {r.site: r for r in reversed(rows) if helps(r)}
    faults = [r for r in rows if counts(r) and r.verdict is Verdict.FAIL]
    assert index.failed == {unit: [r for r in faults if r.unit == unit] for unit in {r.unit for r in faults}}
    assert index.helping == {r.result_id: r for r in index.rows if helps(r)}
    assert {row.result_id for row in index.began} == _began([r for r in rows if counts(r)])
    assert index.measured == _last_measured(rows, counts, sound)


def _began(counting: list[EvidenceRow]) -> set[int]:
    """Failures that follow no failure of the same unit and diagnostic."""
    begun = set()
    for row in counting:
        of_pair = [r for r in counting if (r.unit, r.diagnostic) == (row.unit, row.diagnostic)]
        before = of_pair[: of_pair.index(row)]
        if row.verdict is Verdict.FAIL and not (before and before[-1].verdict is Verdict.FAIL):
            begun.add(row.result_id)
    return begun


def _last_measured(
    rows: list[EvidenceRow], counts: Callable[[EvidenceRow], bool], sound: Callable[[EvidenceRow], bool | None]
) -> dict[tuple[str, str], tuple[EvidenceRow, ...]]:
    found = {}
    for pair in {(r.unit, r.diagnostic) for r in rows}:
        heard = [
            r for r in rows
            if (r.unit, r.diagnostic) == pair
            and (counts(r) or (r.measured is Measured.COMPLETE and sound(r) is not True))
        ]  # fmt: skip
        judged = [r for r in heard if sound(r) is not None]
        doubtful = judged[-1:] if heard and sound(heard[-1]) is None and judged and sound(judged[-1]) is False else []
        if heard:
            found[pair] = (*doubtful, heard[-1])
    return found


CHANGES: dict[str, Any] = {
    "unit": st.sampled_from([*UNITS, FOREIGN]),
    "site": st.sampled_from(SITES),
    "diagnostic": st.sampled_from([*MANDATORY, EXTRA]),
    "severity": st.sampled_from([None, Severity.BLOCKER]),
    "reason": st.just("another reason"),
    "at": st.integers(-13, 3).map(lambda hours: NOW + timedelta(hours=hours, minutes=7)),
    "admissible": st.sampled_from([True, False, None]),
    "set_aside": st.booleans(),
    "round_id": st.sampled_from(ROUNDS),
}


@given(evidences(), st.data())
@settings(max_examples=100)
def test_equal_digests_mean_equal_answers(evidence: PhaseEvidence, data: st.DataObject) -> None:
    """It should give another digest whenever a change of a row, or its loss, changes any answer."""
    rows = list(evidence.rows)
    if not rows:
        return
    which = data.draw(st.integers(0, len(rows) - 1))
    field = data.draw(st.sampled_from([*CHANGES, "gone"]))
    if field == "gone":
        del rows[which]
    else:
        rows[which] = replace(rows[which], **{field: data.draw(CHANGES[field])})
    other = replace(evidence, rows=tuple(rows))
    one, two = evaluate(evidence, CRITERIA), evaluate(other, CRITERIA)
    if one.evidence_digest == two.evidence_digest:
        assert one == two
    if reduce(evidence) == reduce(other):
        assert one.evidence_digest == two.evidence_digest


@given(evidences(), st.randoms(use_true_random=False))
def test_equal_digests_mean_equal_answers_of_readings(evidence: PhaseEvidence, random: Any) -> None:
    """It should give another digest whenever a lost value, time, hour or word changes any answer."""
    for table in ("values", "history", "words"):
        for name, said in getattr(evidence, table).items():
            fewer = tuple(one for one in said if random.random() < 0.9)
            other = replace(evidence, **{table: {**getattr(evidence, table), name: fewer}})
            if evidence_digest(EvidenceIndex(other), CRITERIA) == evidence_digest(EvidenceIndex(evidence), CRITERIA):
                assert evaluate(other, CRITERIA) == evaluate(evidence, CRITERIA)


@given(evidences(), st.data())
def test_every_row_that_is_kept_is_in_the_digest(evidence: PhaseEvidence, data: st.DataObject) -> None:
    """It should notice any change of what a kept row says."""
    least = reduce(evidence)
    if not least.rows:
        return
    which = data.draw(st.integers(0, len(least.rows) - 1))
    said = replace(least.rows[which], reason="it said something else", site="elsewhere")
    rows = (*least.rows[:which], said, *least.rows[which + 1 :])
    assert evaluate(replace(least, rows=rows), CRITERIA).evidence_digest != evaluate(least, CRITERIA).evidence_digest
