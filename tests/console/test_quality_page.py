"""The data quality of a round on its page: rows behind problems, what is set aside and why, every judgement."""

import html

from console_client import SPOILT_ROUND
from filled_store import HOSTILE, World
from sqlalchemy import select
from starlette.testclient import TestClient

from gatehouse.store import judgements, rounds, set_asides
from gatehouse.store.engine import transaction
from gatehouse.store.judgements import BrokenRow, Judged
from gatehouse.store.tables import ResultRow

ROUND = "0a5e7a51de00"


def judged_twice(world: World) -> None:
    """A round whose first judgement names a row, which ``pat`` set aside before the second."""
    world.round(ROUND, admissible=None)
    with transaction(world.engine) as session:
        result = session.scalars(
            select(ResultRow).where(ResultRow.round_id == ROUND, ResultRow.serial == "SN00002").order_by(ResultRow.id)
        ).first()
        assert result is not None
        row = BrokenRow("SN00002", "evt-02", result.diagnostic, "gpu0", HOSTILE, result.id)
        problem = {"text": "one reading is beyond physics", "rows": 31, "blocking": True}
        rounds.judge(session, ROUND, False, [problem], Judged(broken=[[row] * 31]))
        set_asides.put(session, [result.id], "pat", f"its sensor hangs {HOSTILE}")


def test_a_round_names_rows_what_is_set_aside_and_its_judgements(client: TestClient, world: World) -> None:
    """It should show the first rows of a problem and how many more there are, who set what aside, and both answers."""
    judged_twice(world)
    page = client.get(f"/gatehouse/rounds/{ROUND}").text
    assert "<li>one reading is beyond physics" in page, "in a list that counts"
    assert "31 rows" in page
    assert "and 11 more" in page
    assert page.count("evt-02 (SN00002): identity_bom gpu0") == 20
    assert "its sensor hangs" in page
    assert "The round was not judged again since." in page
    assert "<script>alert" not in page
    assert html.escape("<script>") in page
    assert "Judgements</h2>" not in page, "there is one"
    with transaction(world.engine) as session:
        rounds.judge(session, ROUND, True, [], Judged(by="sam", set_aside=set_asides.live(session, ROUND)))
        assert len(judgements.of_round(session, ROUND)) == 2
    page = client.get(f"/gatehouse/rounds/{ROUND}").text
    assert "The data may count" in page
    assert "not judged again since" not in page
    assert "Judgements</h2>" in page
    assert "sam" in page
    assert 'title="pat: its sensor hangs' in page, "the cell says who and why"


def test_a_round_without_rows_says_what_it_knows(client: TestClient) -> None:
    """It should show a problem without rows, such as of a round that was judged long ago, and no empty tables."""
    page = client.get(f"/gatehouse/rounds/{SPOILT_ROUND}").text
    assert "2 of 24 cells are empty" in page
    assert "<details" not in page.split("Plan and hosts")[0]
    assert "Set aside</h2>" not in page
