"""Kept decisions, evaluated again: the same whatever came since, until what they rest on is touched."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml
from filled_store import PROGRAM, World, answer, new_world
from sqlalchemy import text

from gatehouse.catalog.loader import Catalog
from gatehouse.decisions.evidence_snapshot import read_snapshot
from gatehouse.local.postgres import Server
from gatehouse.model.errors import NotFoundError, RefusedError, StoreError
from gatehouse.model.status import Phase
from gatehouse.operations.evaluate_gate import evaluate_gate
from gatehouse.operations.gate_history import gate_history
from gatehouse.operations.replay_decision import Replay, replay_decision
from gatehouse.store import phases, snapshots
from gatehouse.store.engine import transaction
from gatehouse.store.tables import DecisionRow, SetAsideRow


@pytest.fixture
def world(postgres_server: Server, tmp_path: Path) -> Iterator[World]:
    """An EVT build with a sound round and one that is not."""
    with new_world(postgres_server, tmp_path) as made:
        made.round("r-good")
        made.round("r-bad", admissible=False, problems=("2 of 24 cells are empty",))
        yield made


def kept(world: World) -> int:
    decision_id = evaluate_gate(world.workspace, PROGRAM, Phase.EVT, keep=True).decision_id
    assert decision_id is not None
    return decision_id


def replay(world: World, decision_id: int) -> Replay:
    return replay_decision(world.workspace, PROGRAM, Phase.EVT, decision_id)


def change(world: World, statement: str) -> None:
    with transaction(world.engine) as session:
        session.execute(text(statement))


def test_a_replay_gives_the_same_answer(world: World) -> None:
    """It should evaluate what was kept to the same outcomes, digest and moment."""
    view = evaluate_gate(world.workspace, PROGRAM, Phase.EVT, keep=True)
    found = replay(world, view.decision_id or 0)
    assert found.again == view.decision
    assert (found.same, found.differs, found.changed, found.since) == (True, (), (), ())


def test_nothing_that_comes_later_changes_a_replay(world: World) -> None:
    """It should not mind new rounds, answers, another build, nor other criteria in the catalogue."""
    decision_id = kept(world)
    before = replay(world, decision_id).again
    world.round("r-later")
    with transaction(world.engine) as session:
        phases.file_sign_off(session, PROGRAM, Phase.EVT, answer(before.evidence_digest, approved=False), "later")
    folder = world.folder / "catalog"
    criteria = folder / "criteria" / "atlas_evt.yaml"
    document = yaml.safe_load(criteria.read_text())
    document["criteria"] = document["criteria"][:1]
    criteria.write_text(yaml.safe_dump(document))
    (folder / "sites" / "lab.yaml").write_text("title: Lab\n")
    world.workspace.catalog.__dict__.update(Catalog((folder,)).__dict__)
    now = evaluate_gate(world.workspace, PROGRAM, Phase.EVT).decision
    assert now.outcomes != before.outcomes
    found = replay(world, decision_id)
    assert (found.same, found.again) == (True, before)


def test_a_changed_row_is_named(world: World) -> None:
    """It should say which row of the store no longer says what it said, and what it says now."""
    decision_id = kept(world)
    change(world, "UPDATE result SET verdict = 'PASS', severity = NULL WHERE verdict = 'FAIL' AND round_id = 'r-good'")
    found = replay(world, decision_id)
    assert (found.same, found.differs) == (False, ())
    assert any("verdict was FAIL, is PASS" in line and world.serial("evt-02") in line for line in found.changed)
    assert all("accelerator_health" in line for line in found.changed)


def test_news_about_a_row_is_no_change(world: World) -> None:
    """It should tell apart what people judged since: a round judged again, a row set aside."""
    decision_id = kept(world)
    rested_on = replay(world, decision_id).again.outcomes[0].rests_on[0]
    with transaction(world.engine) as session:
        session.add(SetAsideRow(result_id=rested_on, who="pat", reason="a loose cable"))
    change(world, "UPDATE round SET admissible = TRUE WHERE id = 'r-bad'")
    found = replay(world, decision_id)
    assert found.same
    assert any(line.startswith(f"result {rested_on} ") and "set_aside was False" in line for line in found.since)


def test_a_kept_answer_that_was_touched_is_not_the_same(world: World) -> None:
    """It should find a decision whose status, digest or outcome was written over."""
    decision_id = kept(world)
    change(world, "UPDATE decision SET status = 'met', evidence_digest = repeat('0', 64)")
    change(world, "UPDATE decision SET outcomes = jsonb_set(outcomes, '{0,observed}', '\"all of it\"')")
    found = replay(world, decision_id)
    assert not found.same
    assert [line.split(" was ")[0] for line in found.differs] == [
        "the answer", "the evidence's digest", "coverage: observed",
    ]  # fmt: skip


def test_what_was_kept_is_kept_once_and_whole(world: World) -> None:
    """It should keep one snapshot of a question, and refuse one that is damaged or of another version."""
    decision_id = kept(world)
    assert kept(world) == decision_id
    with transaction(world.engine) as session:
        digest = str(session.get_one(DecisionRow, decision_id).snapshot)
        document = snapshots.fetch(session, digest)
        assert snapshots.keep(session, document) == digest
    with pytest.raises(StoreError, match=r"cannot be replayed here: form"):
        read_snapshot(document.replace(b'"form":1', b'"form":99'))
    change(world, "UPDATE snapshot SET packed = decode('00', 'hex')")
    with pytest.raises(StoreError, match="is damaged"):
        replay(world, decision_id)


def test_what_cannot_be_replayed_says_why(world: World) -> None:
    """It should refuse a decision that nobody kept, one of another gate, and one kept without its evidence."""
    decision_id = kept(world)
    with pytest.raises(NotFoundError, match="has no decision 999"):
        replay(world, 999)
    with pytest.raises(NotFoundError, match="DVT has no decision"):
        replay_decision(world.workspace, PROGRAM, Phase.DVT, decision_id)
    change(world, "UPDATE decision SET snapshot = NULL")
    with pytest.raises(RefusedError, match="without its evidence"):
        replay(world, decision_id)
    assert [one.replayable for one in gate_history(world.workspace, PROGRAM, Phase.EVT)] == [False]


def test_history_says_on_which_decision_a_phase_was_closed(world: World) -> None:
    """It should list every kept decision in its order, and who closed the phase on which."""
    first = kept(world)
    world.round("r-new")
    second = kept(world)
    with transaction(world.engine) as session:
        row = session.get_one(DecisionRow, first)
        phases.close_phase(session, PROGRAM, Phase.EVT, "pat", row, conditional=False)
    history = gate_history(world.workspace, PROGRAM, Phase.EVT)
    assert [(one.decision_id, one.closed_by) for one in history] == [(first, "pat"), (second, None)]
    with pytest.raises(NotFoundError, match="no program"):
        gate_history(world.workspace, "nobody", Phase.EVT)
