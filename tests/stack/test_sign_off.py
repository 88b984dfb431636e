"""Rejected, asked again on new evidence, approved; and who may do what."""

import re
from collections.abc import Iterator

import pytest
from airflow_door import Airflow
from playing import Play, Stage
from small_programs import REJECTED, TITLES

from gatehouse.local.errors import AirflowApiError
from gatehouse.model.status import Phase
from gatehouse.operations.evaluate_gate import evaluate_gate

pytestmark = pytest.mark.stack
SIGN_OFF = "evt.sign_off"


@pytest.fixture(scope="module")
def play(stage: Stage, pm: Airflow) -> Iterator[Play]:
    """The program, its EVT gate open, its manager asked to sign off."""
    made = Play(stage, pm, REJECTED)
    made.start()
    made.asked()
    return made


@pytest.fixture(scope="module")
def first_request(play: Play) -> str:
    """What the manager was shown before anybody answered."""
    return play.asked()


def test_a_viewer_may_neither_trigger_nor_answer(play: Play, viewer: Airflow) -> None:
    """It should refuse with 403, and the question should still be there."""
    refused = []
    for act in (
        lambda: viewer.trigger("npi_round", {"program": REJECTED.name}),
        lambda: play.answer("Approve", who=viewer),
    ):
        with pytest.raises(AirflowApiError) as error:
            act()
        refused.append(error.value.status)
    assert refused == [403, 403]
    assert len(play.api.waiting_for_people("npi_program", REJECTED.name)) == 1
    assert viewer.question("npi_program", REJECTED.name, SIGN_OFF)["body"], "but a viewer may look"


def test_asking_holds_no_worker(play: Play) -> None:
    """It should wait for a person in no slot."""
    assert play.run.reach(SIGN_OFF, "awaiting_input")
    assert play.worker_of(SIGN_OFF) is None


def test_a_reject_sends_the_phase_back_to_waiting(play: Play, first_request: str) -> None:
    """It should wait for new evidence without a worker slot, and refuse a second answer."""
    play.answer("Reject", comment="measure them again, cold")
    with pytest.raises(AirflowApiError) as error:
        play.answer("Approve")
    assert error.value.status in (404, 409), "404 once the task has gone on to its next try"
    waits = play.run.reach(SIGN_OFF, "deferred")
    assert waits["try_number"] >= 2
    assert play.worker_of(SIGN_OFF) is None
    log = play.run.log(SIGN_OFF, try_number=waits["try_number"])
    assert "rejected EVT: NOT MET" in log
    assert "pm" in next(line for line in log.splitlines() if "sign" in line.lower())
    assert evaluate_gate(play.stage.workspace, REJECTED.name, Phase.EVT).evidence.sign_offs[-1].approved is False


def test_a_new_round_makes_it_ask_again_and_approve_closes(play: Play, first_request: str) -> None:
    """It should ask with a fresh gate table on the new evidence, and close once that is approved."""
    again = play.round("measured again, cold")
    assert again.end() == "success", again.explain()
    request = play.asked()
    assert _evidence(request) != _evidence(first_request)
    assert "2 rounds" in request
    assert all(f"| ✓ met | {title} |" in request for title in TITLES)
    play.answer("Approve", comment="now it holds")
    assert play.run.end() == "success", play.run.explain()
    with pytest.raises(AirflowApiError) as error:
        play.answer("Reject")
    assert error.value.status == 409
    answers = evaluate_gate(play.stage.workspace, REJECTED.name, Phase.EVT).evidence.sign_offs
    assert [(answer.approved, answer.comment) for answer in answers] == [
        (False, "measure them again, cold"),
        (True, "now it holds"),
    ]
    assert "measure them again, cold" in play.report(Phase.EVT).read_text(), "the report tells the whole story"


def _evidence(request: str) -> str:
    """The digest of the evidence that a request is about."""
    found = re.search(r"Evidence `([0-9a-f]+)`", request)
    assert found, request
    return found[1]
