"""More evidence in which nothing fails never loosens a verdict, of any kind, but for those whose nature it is."""

from dataclasses import replace
from datetime import timedelta

from any_criteria import BY_ID, CRITERIA, DURATION, EXTRA, HOURS, MANDATORY, MATURE, SPEED, UNITS, VERSION
from any_evidence import HOME, NOW, Die, dice, evidence_of, rows_and_rounds, speed_of
from hypothesis import given, settings
from hypothesis import strategies as st

from gatehouse.decisions.evidence_index import EvidenceIndex
from gatehouse.decisions.gates import evaluate
from gatehouse.model.evidence import EvidenceRow, PhaseEvidence, RoundSummary, ValueRow, WordRow
from gatehouse.model.status import CriterionStatus, Measured, Verdict

MET = CriterionStatus.MET
RANK = {
    CriterionStatus.NOT_MET: 0,
    CriterionStatus.NOT_ENOUGH_EVIDENCE: 1,
    CriterionStatus.WAIVED: 2,
    CriterionStatus.MET: 3,
}
SPEEDS = tuple(name for name in BY_ID if name.startswith("performance"))
# Kinds that one more sound round of passes may loosen, by their nature.
MAY_LOOSEN = {
    **dict.fromkeys(SPEEDS, "a value is no pass: one more may widen the spread, or lie where the limit is"),
    "gauge": "a repeat is no pass: it shows how far repeats lie apart",
    "gauge_of_tolerance": "a repeat is no pass: it shows how far repeats lie apart",
    "sign_offs": "people signed what was on the table then: they must look at what is there now",
}


@given(dice, st.sets(st.tuples(st.sampled_from(UNITS), st.sampled_from([*MANDATORY, EXTRA])), min_size=1))
@settings(max_examples=150)
def test_more_zero_failure_evidence_never_loosens_a_verdict(die: Die, pairs: set[tuple[str, str]]) -> None:
    """It should stand no worse, and by no smaller margin, after one more sound round in which all passed.

    The round tells good revisions, and measures each unit where it was. One that measures a unit in part, on whatever
    revisions, leaves the rest of its evidence in another round than them: maturity may ask for the rest then.
    """
    before, after = one_more_round(die, pairs)
    whole_units = all({(unit, name) for name in MANDATORY} <= pairs for unit, _ in pairs)
    for was, now in zip(evaluate(before, CRITERIA).outcomes, evaluate(after, CRITERIA).outcomes, strict=False):
        if was.criterion in MAY_LOOSEN or (was.criterion == "maturity" and not whole_units):
            continue
        no_hours_yet = was.criterion.startswith("mtbf") and was.observed.startswith("0 unit-hours")
        if was.status is MET or not no_hours_yet:
            # Hours show whether a failure rate is hopeless: without any, nobody knows yet.
            assert RANK[now.status] >= RANK[was.status], (was, now)
        if was.margin is not None:
            assert now.margin is not None
            assert now.margin >= was.margin - 1e-9, (was, now)


def one_more_round(die: Die, pairs: set[tuple[str, str]]) -> tuple[PhaseEvidence, PhaseEvidence]:
    """A phase, and the same phase after a sound round, as of now, in which each of the pairs passes."""
    rows, rounds = rows_and_rounds(die)
    past = [replace(row, at=min(row.at, NOW - timedelta(minutes=1))) for row in rows]
    judged = [replace(s, at=min(s.at, NOW - timedelta(minutes=1)) if s.at else None) for s in rounds]
    before = evidence_of(die, past, judged)
    known = EvidenceIndex(before).sound
    more = [
        EvidenceRow(9000 + n, "r9", unit, known[unit, name].site if (unit, name) in known else HOME[unit], name,
                    Measured.COMPLETE, Verdict.PASS, None, "", NOW, True)
        for n, (unit, name) in enumerate(sorted(pairs))
    ]  # fmt: skip
    speeds = tuple(ValueRow(r.result_id, r.unit, "gpu0", speed_of(r.unit, 0)) for r in more)
    timed = [r for r in more if r.diagnostic == MANDATORY[0]]
    told = {
        SPEED: speeds,
        HOURS: tuple(ValueRow(r.result_id, r.unit, "host", 3.0) for r in more),
        DURATION: tuple(ValueRow(r.result_id, r.unit, "host", 60.0) for r in timed),
    }
    versions = tuple(WordRow(r.result_id, r.unit, "gpu0", MATURE[0]) for r in more)
    units = tuple(sorted({unit for unit, _ in pairs}))
    return before, replace(
        before,
        rows=(*past, *more),
        rounds=(*judged, RoundSummary("r9", True, (), units, NOW)),
        values={SPEED: (*before.values[SPEED], *speeds)},
        history={name: (*said, *told[name]) for name, said in before.history.items()},
        words={VERSION: (*before.words[VERSION], *versions)},
    )
