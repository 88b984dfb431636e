"""What a gate's queries fetch from a real PostgreSQL, held against all rows of the same phase."""

from contextlib import closing
from dataclasses import replace
from random import Random

import pytest
from any_criteria import CRITERIA, MANDATORY, OF_DVT, UNITS
from any_evidence import NOW, SITES, Die, dice
from filed_phase import Filed, file, round_values
from hypothesis import HealthCheck, given, settings
from sqlalchemy import Engine, insert

from gatehouse.decisions.evidence_index import EvidenceIndex
from gatehouse.decisions.evidence_reduction import reduce
from gatehouse.decisions.gates import evaluate
from gatehouse.model.evidence import PhaseEvidence
from gatehouse.model.status import Measured, Phase, Verdict
from gatehouse.store.engine import transaction
from gatehouse.store.plain_reading import reading
from gatehouse.store.tables import ResultRow, RoundRow, SetAsideRow

PROPERTY = settings(deadline=None, max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture])


@given(dice)
@PROPERTY
def test_the_store_gives_what_matters(shared_store: Engine, die: Die) -> None:
    """It should find by its indexes what reading every row would have kept, and decide alike."""
    filed = file(shared_store, die)
    fetched, whole = filed.fetched(), filed.everything
    assert reduce(fetched) == reduce(whole)
    assert evaluate(fetched, OF_DVT) == evaluate(whole, OF_DVT)


@given(dice)
@settings(PROPERTY, max_examples=40)
def test_the_store_gives_what_matters_to_the_end_of_a_program(shared_store: Engine, die: Die) -> None:
    """It should decide EOL alike too, which asks of every unit that the program ever had, whoever left its file."""
    filed = file(shared_store, die, phase=Phase.EOL)
    fetched, whole = filed.fetched(), filed.everything
    assert reduce(fetched) == reduce(whole)
    assert evaluate(fetched, CRITERIA) == evaluate(whole, CRITERIA)


@given(dice)
@settings(PROPERTY, max_examples=20)
def test_the_number_of_rounds_hardly_matters(shared_store: Engine, die: Die) -> None:
    """It should fetch a handful of rows of each unit and diagnostic beside faults and told hours."""
    filed = file(shared_store, Die(die.random, 0.95), tuple(f"r{number}" for number in range(40)))
    fetched = filed.fetched()
    told = {value.result_id for values in fetched.history.values() for value in values}
    faults = [r for r in fetched.rows if r.measured is Measured.COMPLETE and r.verdict is Verdict.FAIL]
    pairs = {(row.unit, row.diagnostic) for row in fetched.rows}
    others = [row for row in fetched.rows if row.result_id not in told]
    assert len(others) <= 6 * len(pairs) + 2 * len(faults) + len(SITES)


def test_an_empty_phase_is_no_evidence(shared_store: Engine) -> None:
    """It should find nothing of a program that nobody measured, and of a build without units."""
    nothing = Filed(shared_store, PhaseEvidence("nobody", Phase.DVT, NOW, UNITS, MANDATORY)).fetched()
    assert (nothing.rows, nothing.rounds, nothing.waivers) == ((), (), ())
    assert Filed(shared_store, PhaseEvidence("nobody", Phase.DVT, NOW, (), MANDATORY)).fetched().rows == ()


@given(dice)
@settings(PROPERTY, max_examples=10)
def test_the_driver_alone_reads_the_same(shared_store: Engine, die: Die) -> None:
    """It should give the shell the same evidence as everybody else, and let it write nothing."""
    filed = file(shared_store, die)
    with reading(shared_store.url.render_as_string(hide_password=False)) as cursor:
        alone = filed.question.evidence(cursor, NOW)
        with pytest.raises(Exception, match="read-only transaction"), closing(cursor):
            cursor.execute("DELETE FROM waiver")
    assert replace(alone, earlier=filed.everything.earlier) == filed.fetched()


def test_a_result_belongs_to_the_gate_of_itsround_values(shared_store: Engine) -> None:
    """It should write the round's program and phase into a result, whatever an inserter says, and hold them there."""
    with transaction(shared_store) as session:
        session.execute(insert(RoundRow).values(**round_values("owner", "PVT", "one")))
        said = {"round_id": "owner-one", "program": "thief", "phase": "EVT", "serial": "u0", "diagnostic": "nic_link",
                "measured": "COMPLETE", "verdict": "PASS", "action": "NONE", "reason": ""}  # fmt: skip
        row = session.execute(insert(ResultRow).values(**said).returning(ResultRow.program, ResultRow.phase)).one()
    assert tuple(row) == ("owner", "PVT")


def test_a_round_that_is_judged_again_changes_the_digest(shared_store: Engine) -> None:
    """It should follow a later judgement of a round, and a row that is set aside, without being told."""
    filed = file(shared_store, Die(Random(5), 1.0))
    digests = [evaluate(filed.fetched(), OF_DVT).evidence_digest]
    newest = EvidenceIndex(filed.fetched()).rows[-1]
    with transaction(shared_store) as session:
        session.execute(RoundRow.__table__.update().where(RoundRow.id == newest.round_id).values(admissible=False))
    digests.append(evaluate(filed.fetched(), OF_DVT).evidence_digest)
    with transaction(shared_store) as session:
        session.execute(insert(SetAsideRow).values(result_id=newest.result_id, who="me", reason="a loose cable"))
    digests.append(evaluate(filed.fetched(), OF_DVT).evidence_digest)
    assert len(set(digests)) == 3
    assert evaluate(filed.fetched(), OF_DVT).evidence_digest == digests[-1]
