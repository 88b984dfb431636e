"""Of every kind of criterion, whatever the evidence: answers are whole, faults open no gate, time only ages."""

from dataclasses import replace
from datetime import timedelta

from any_criteria import CRITERIA, MANDATORY, UNITS
from any_evidence import NOW, evidences
from hypothesis import given
from hypothesis import strategies as st

from gatehouse.catalog.criteria import EARLIER
from gatehouse.decisions.gates import evaluate
from gatehouse.model.evidence import CriterionOutcome, EvidenceRow, PhaseEvidence
from gatehouse.model.status import CriterionStatus, Measured, Verdict

MET = CriterionStatus.MET
RANK = {CriterionStatus.NOT_MET: 0, CriterionStatus.NOT_ENOUGH_EVIDENCE: 1, CriterionStatus.MET: 2}
BY_PEOPLE = {"sign_offs", "workloads_moved", "reservations_zero", "dispositioned", "attested"}
AGES = {"fresh", "workloads_moved", "reservations_zero"}  # an answer of a scheduler grows old too


@given(evidences())
def test_an_answer_is_whole(evidence: PhaseEvidence) -> None:
    """It should say what is missing, and when it may be there, where something is, and rest on rows that exist."""
    ids = {row.result_id for row in evidence.rows}
    for outcome in evaluate(evidence, CRITERIA).outcomes:
        assert (outcome.missing == "") == (outcome.status is MET), outcome
        assert set(outcome.rests_on) <= ids
        assert set(outcome.units) <= set(UNITS)
        if outcome.criterion == EARLIER:
            continue
        assert (outcome.needs == ()) == (outcome.status is MET), outcome
        assert all(need.amount > 0 and need.of for need in outcome.needs)
        assert outcome.forecast is None or outcome.forecast.at >= NOW, outcome
        told = (outcome.forecast is not None) + (outcome.no_forecast != "")
        assert told == (outcome.status is not MET), outcome
        assert outcome.status is not MET or outcome.rests_on or outcome.criterion in BY_PEOPLE


@given(evidences(), st.sampled_from(UNITS), st.sampled_from(MANDATORY), st.sampled_from([True, False, None]))
def test_a_fault_never_opens_a_gate(evidence: PhaseEvidence, unit: str, name: str, admissible: bool | None) -> None:
    """It should be shut by one more fault that was measured, in sound data or not."""
    fault = EvidenceRow(9999, "r99", unit, "lab", name, Measured.COMPLETE, Verdict.FAIL, None, "", NOW, admissible)
    after = replace(evidence, rows=(*evidence.rows, fault), waivers=())
    assert not evaluate(after, CRITERIA).open


@given(evidences(), st.integers(0, 100))
def test_time_alone_only_ages(evidence: PhaseEvidence, days: int) -> None:
    """It should let time alone change nothing but age and soak; what was said or dated ahead comes to count."""
    said = evidence.records
    known = replace(said, observations=tuple(o for o in said.observations if o.at <= NOW))
    past = replace(evidence, rows=tuple(r for r in evidence.rows if r.at <= NOW), waivers=(), records=known)
    now, later = evaluate(past, CRITERIA), evaluate(replace(past, now=NOW + timedelta(days=days)), CRITERIA)
    assert later.evidence_digest == now.evidence_digest
    for one, other in zip(now.outcomes, later.outcomes, strict=True):
        if one.criterion in AGES:
            assert RANK[other.status] <= RANK[one.status], (one, other)
        elif one.criterion == "soak_days":
            assert RANK[other.status] >= RANK[one.status]
        else:
            assert _timeless(one) == _timeless(other)


def _timeless(outcome: CriterionOutcome) -> CriterionOutcome:
    """An outcome without its forecast, which time alone moves."""
    return replace(outcome, forecast=None, no_forecast="")
