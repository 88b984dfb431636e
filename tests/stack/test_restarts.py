"""Parts of the stack die while gates wait: the gates go on waiting, and notice what comes afterwards."""

import pytest
from airflow_door import Airflow
from playing import Play, Stage
from small_programs import CUT_OFF, TITLES, WAITING

from gatehouse.local import stack
from gatehouse.local.health import wait_healthy
from gatehouse.local.processes import wait_until

pytestmark = pytest.mark.stack
GATE = "evt.exit_criteria"
HEALTHY_LIMIT_S = 240


@pytest.fixture(scope="module")
def gates(stage: Stage, pm: Airflow) -> tuple[Play, Play]:
    """Two programs whose EVT gates wait, each because of one bad GPU."""
    plays = Play(stage, pm, WAITING), Play(stage, pm, CUT_OFF)
    for play in plays:
        fault = {"id": f"ecc-{play.program.name}", "host": play.hosts()[0], "part": "gpu3"}
        stage.lab.inject({**fault, "fault": "ecc_uncorrectable"})
        play.start()
    for play in plays:
        play.first_round().end()
        play.run.reach(GATE, "deferred")
    return plays


def test_a_gate_that_waits_holds_no_worker(gates: tuple[Play, Play]) -> None:
    """It should wait in the triggerer alone: no process, no slot of the pool."""
    for play in gates:
        play.run.reach(GATE, "deferred")
        assert play.holds_no_worker(GATE)
    pool = gates[0].api.pool()
    assert pool["include_deferred"] is False
    assert pool["deferred_slots"] >= len(gates)
    assert pool["occupied_slots"] == 0


def test_scheduler_and_triggerer_are_killed_while_a_gate_waits(gates: tuple[Play, Play]) -> None:
    """It should notice the next round all the same, and open."""
    _survives(gates[0], "scheduler", "triggerer")


def test_postgres_is_killed_while_a_gate_waits(gates: tuple[Play, Play]) -> None:
    """It should heal by itself: all of Airflow comes back, and the gate opens on the next round."""
    _survives(gates[1], "postgres")


def _survives(play: Play, *parts: str) -> None:
    """Kill parts of the stack under a waiting gate, wait until all is well, run a round after a repair."""
    place = play.stage.place
    play.run.reach(GATE, "deferred")
    killed = {part: stack.kill(place, part) for part in parts}
    assert wait_until(lambda: all(_reborn(play, part, pid) for part, pid in killed.items()), HEALTHY_LIMIT_S)
    wait_healthy(place, HEALTHY_LIMIT_S)
    assert play.run.reach(GATE, "deferred"), "it waits as before"
    play.stage.lab.repair(play.hosts()[0])
    again = play.round("retest after the repair")
    assert again.end() == "success", again.explain()
    play.asked()
    assert play.looks(GATE)[-1] == dict.fromkeys(TITLES, "met")
    play.answer("Approve")
    assert play.run.end() == "success", play.run.explain()


def _reborn(play: Play, part: str, killed: int) -> bool:
    found = stack.status(play.stage.place)
    process = found.processes.get(part) if found else None
    return process is not None and process.alive and process.pid != killed
