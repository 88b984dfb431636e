"""Rejected, asked again on new evidence, approved; and who may do what."""

import re

import pytest
from airflow_door import Airflow
from playing import BY_PEOPLE, Play, Stage
from small_programs import REJECTED, TITLES

from gatehouse.local.errors import AirflowApiError
from gatehouse.model.status import Phase
from gatehouse.operations.evaluate_gate import evaluate_gate

pytestmark = pytest.mark.stack
SIGN_OFF = "evt.sign_off"


@pytest.fixture(scope="module")
def play(stage: Stage, pm: Airflow) -> Play:
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
    assert play.holds_no_worker(SIGN_OFF)


@pytest.fixture(scope="module")
def rejected(play: Play, first_request: str) -> int:
    """Rejected, and answered once more: the status of that second answer. The program waits again."""
    play.answer("Reject", comment="measure them again, cold")
    with pytest.raises(AirflowApiError) as error:
        play.answer("Approve")
    play.run.reach(SIGN_OFF, "deferred")
    return error.value.status


def test_a_second_answer_is_refused(rejected: int) -> None:
    """It should take one answer a question, with 409 for whoever comes too late."""
    assert rejected == 409


def test_a_reject_sends_the_phase_back_to_waiting(play: Play, rejected: int) -> None:
    """It should wait for new evidence without a worker slot, and say who rejected."""
    waits = play.run.reach(SIGN_OFF, "deferred")
    assert waits["try_number"] >= 2
    assert play.holds_no_worker(SIGN_OFF)
    look = play.looks(SIGN_OFF)[-1]
    assert look.pop(BY_PEOPLE) == "not met"
    assert look == dict.fromkeys(TITLES, "met")
    assert "rejected by pm" in play.run.log(SIGN_OFF, try_number=waits["try_number"])


@pytest.fixture(scope="module")
def second_request(play: Play, rejected: int) -> str:
    """What the manager is shown after a new round."""
    again = play.round("measured again, cold")
    assert again.end() == "success", again.explain()
    return play.asked()


def test_a_new_round_makes_it_ask_again(play: Play, second_request: str) -> None:
    """It should open the question again, and no second one beside it."""
    (question,) = play.api.waiting_for_people("npi_program", REJECTED.name)
    assert question["response_received"] is False
    assert question["body"] == second_request


def test_the_new_request_shows_the_new_evidence(first_request: str, second_request: str) -> None:
    """It should ask with a fresh gate table: nobody signs what she was not shown."""
    assert "1 round" in first_request
    assert "2 rounds" in second_request
    assert all(f"| ✓ met | {title} |" in second_request for title in TITLES)
    assert _evidence(second_request) != _evidence(first_request)


def test_an_approval_closes_the_phase(play: Play, second_request: str) -> None:
    """It should close it on the new evidence, keep both answers, and take no further one."""
    play.answer("Approve", comment="now it holds")
    assert play.run.end() == "success", play.run.explain()
    with pytest.raises(AirflowApiError) as error:
        play.answer("Reject")
    assert error.value.status == 409
    view = evaluate_gate(play.stage.workspace, REJECTED.name, Phase.EVT)
    answers = [(answer.approved, answer.comment) for answer in view.evidence.sign_offs]
    assert answers == [(False, "measure them again, cold"), (True, "now it holds")]
    assert view.evidence.sign_offs[-1].evidence_digest == view.decision.evidence_digest
    assert "measure them again, cold" in play.report(Phase.EVT).read_text(), "the report tells the whole story"


def _evidence(request: str) -> str:
    """The digest of the evidence that a request is about."""
    found = re.search(r"Evidence `([0-9a-f]+)`", request)
    assert found, request
    return found[1]
