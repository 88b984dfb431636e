"""A program's end on a real stack: shut, let in, waited for, recorded from outside, signed off."""

import time
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from airflow_door import Airflow, Run
from playing import ROLE, Stage
from small_programs import ENDED

from gatehouse.model.status import INTRODUCTION, Phase
from gatehouse.operations.enter_phase import accept_entry
from gatehouse.operations.evaluate_gate import evaluate_gate
from gatehouse.operations.phase_out import DispositionWords, dispose, observe
from gatehouse.store.engine import transaction
from gatehouse.store.tables import PhaseRow

pytestmark = pytest.mark.stack
NAME = ENDED.name
A_PERSON_S = 3.0  # nobody answers faster; Airflow may still be parking the task that asks


@pytest.fixture(scope="module")
def run(stage: Stage, pm: Airflow) -> Run:
    """The phase-out of a program whose introduction is over; nothing takes its place."""
    now = datetime.now(UTC)
    with transaction(stage.workspace.engine) as session:
        for phase in INTRODUCTION:
            over: dict[str, Any] = {"opened_by": "pm", "closed_at": now, "closed_by": "pm", "conditional": False}
            session.add(PhaseRow(program=NAME, phase=phase.value, opened_at=now, **over))
    form = {"program": NAME, "last_time_buy": "2027-01-31", "reason": "the part ends"}
    pm.trigger("npi_phase_out", form, run_id=NAME)
    return Run(pm, "npi_phase_out", NAME)


def test_it_is_shut_without_a_successor(run: Run) -> None:
    """It should wait without a worker, and say in its log what is missing and what would let it in."""
    run.reach("eol.open_phase", "deferred")
    log = run.log("eol.open_phase")
    assert "no successor is named" in log
    assert f"gatehouse calendar enter {NAME} EOL" in log


def test_a_person_lets_it_in_and_it_waits_at_its_gate(run: Run, stage: Stage) -> None:
    """It should open within seconds of a person's word, and name every serial that is missing."""
    accept_entry(stage.workspace, NAME, Phase.EOL, "pm", "nothing follows it")
    run.reach("eol.exit_criteria", "deferred")
    hosts = stage.workspace.catalog.build(NAME, Phase.EOL)
    assert len(hosts) == len(INTRODUCTION)
    assert all(host.name in run.log("eol.exit_criteria") for host in hosts)


def test_records_from_outside_open_the_gate(run: Run, stage: Stage, pm: Airflow) -> None:
    """It should look again by itself, ask for the sign-off, and close with a report."""
    now = datetime.now(UTC)
    for ago in (1, 0):
        observe(stage.workspace, NAME, "slurm", "pm", 0, 0, now - timedelta(days=ago))
    hosts = stage.workspace.catalog.build(NAME, Phase.EOL)
    dispose(stage.workspace, NAME, [DispositionWords(h.serial, "scrapped", "https://erased") for h in hosts], "pm")
    run.reach("eol.sign_off", "awaiting_input")
    assert "Every serial gone" in pm.question("npi_phase_out", NAME, "eol.sign_off")["body"]
    time.sleep(A_PERSON_S)
    pm.answer("npi_phase_out", NAME, "eol.sign_off", ["Approve"], {"role": ROLE, "comment": "gone"})
    assert run.end() == "success", run.explain()
    assert evaluate_gate(stage.workspace, NAME, Phase.EOL).decision.open
    with transaction(stage.workspace.engine) as session:
        assert session.get_one(PhaseRow, (NAME, "EOL")).closed_at is not None
