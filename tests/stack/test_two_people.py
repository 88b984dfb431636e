"""A phase that wants two roles: asked one after another, by different people, and closed by the last of them."""

import pytest
from airflow_door import Airflow, airflow_as
from playing import ROLE, Play, Stage
from small_programs import TWO_PEOPLE

from gatehouse.model.status import Phase
from gatehouse.operations.evaluate_gate import evaluate_gate

pytestmark = pytest.mark.stack
QUALITY = "quality engineer"


@pytest.fixture(scope="module")
def requests(stage: Stage, pm: Airflow) -> list[str]:
    """The texts of the three requests: nobody has signed, the manager has, she tried to sign for quality as well."""
    play = Play(stage, pm, TWO_PEOPLE)
    play.start()
    texts = [play.asked()]
    for role in (ROLE, QUALITY):
        before = play.run.task("evt.sign_off")["try_number"]
        play.answer("Approve", role=role, comment=f"as {role}")
        texts.append(play.asked_again(before))
    with airflow_as(stage.place, "engineer") as engineer:
        play.answer("Approve", role=QUALITY, who=engineer, comment="seen it myself")
    assert play.run.end() == "success", play.run.explain()
    return texts


def test_each_request_says_who_is_left(requests: list[str]) -> None:
    """It should ask for both, then for the other one, and not take one person for two."""
    plain = [text.replace("\\", "") for text in requests]
    assert f"To sign: {ROLE}, {QUALITY}" in plain[0]
    assert f"To sign: {QUALITY}" in plain[1]
    assert "1 of 2 signed" in plain[1]
    assert "1 of 2 signed" in plain[2], "the manager cannot sign for quality too"


def test_the_phase_closes_when_all_have_signed(stage: Stage, requests: list[str]) -> None:
    """It should keep every answer, and count two different people on this very evidence."""
    view = evaluate_gate(stage.workspace, TWO_PEOPLE.name, Phase.EVT)
    assert [(a.who, a.role) for a in view.evidence.sign_offs] == [("pm", ROLE), ("pm", QUALITY), ("engineer", QUALITY)]
    assert {answer.evidence_digest for answer in view.evidence.sign_offs} == {view.decision.evidence_digest}
    assert view.decision.open
    assert view.decision.awaits == ()
