"""Rounds whose loads run detached: looked at and not waited for, stored piece by piece, never started twice."""

import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from lab_world import LabWorld, lab_world, of
from sqlalchemy import select

from gatehouse.model.commands import Ended
from gatehouse.model.errors import RefusedError
from gatehouse.operations import unfinished
from gatehouse.operations.admit_round import admit_round
from gatehouse.operations.detach import DETACH_OVER_S, detached
from gatehouse.operations.open_round import open_adhoc_round
from gatehouse.store import jobs, leases, rounds
from gatehouse.store.engine import transaction
from gatehouse.store.tables import JobRow, OutputRow, ResultRow
from gatehouse.transport.host_jobs import list_jobs, stop_job

HOST, SERIAL = "h100-evt-01", "H100EVT0001"
PLAN = """title: Two long loads, then what the machine says of them
diagnostics:
  - {diagnostic: identity_bom}
  - {diagnostic: cpu_stress, params: {seconds: 3600}}
  - {diagnostic: memory_stress, params: {seconds: 3600, mib: 1024}}
  - {diagnostic: kernel_log}
"""
SLOW = 1 / 300  # an hour takes 12 s: long enough that a job is surely seen to run


@pytest.fixture
def world(tmp_path: Path, fresh_store_url: str) -> Iterator[LabWorld]:
    plans = tmp_path / "lab" / "catalog" / "plans"
    plans.mkdir(parents=True)
    (plans / "soak.yaml").write_text(PLAN)
    with lab_world(tmp_path, fresh_store_url, ["h100-8x:EVT:2"], time_scale=SLOW) as made:
        yield made


def opened(world: LabWorld, *hosts: str) -> str:
    chosen = [world.workspace.catalog.host(name) for name in hosts or (HOST,)]
    return open_adhoc_round(world.workspace, "soak", chosen, "tester")


def stored(world: LabWorld, table: type) -> list[object]:
    with transaction(world.workspace.engine) as session:
        return list(session.scalars(select(table)).all())


def on_host(world: LabWorld) -> dict[str, str]:
    found = list_jobs(world.lab.endpoint(HOST), world.lab.login)
    return {job.name.split("-")[0]: job.state for job in found}


def finish_now(world: LabWorld) -> None:
    """Let the host's clock run: what runs on it has an hour more behind it."""
    for job in world.lab.lab._labs[HOST].jobs.jobs.values():
        job.began_s -= 3600 * SLOW


def test_a_look_returns_while_the_job_runs_and_stores_what_there_is(world: LabWorld) -> None:
    """It should hold the host, show how far the job is, and file no result of a unit that is not complete."""
    round_id = opened(world)
    summary = world.look(round_id)
    assert not summary.complete
    job = summary.running[HOST]
    assert (job.diagnostic, job.limit_s) == ("cpu_stress", 3660)
    assert 0 <= job.percent < 50
    assert "dispatching hogs" in job.last_line
    assert on_host(world) == {"cpu_stress": "running"}
    assert stored(world, ResultRow) == []
    assert {row.diagnostic for row in stored(world, OutputRow)} == {"identity_bom"}
    unit = of(world.summary(round_id), HOST)
    assert not unit.filed
    with transaction(world.workspace.engine) as session:
        assert leases.holders(session, [HOST]) == {HOST: f"round {round_id}"}


def test_the_plan_goes_on_behind_each_job_in_its_order_and_repeats_nothing(world: LabWorld) -> None:
    """It should run one load at a time, ask the kernel after the last, and give everything back in the end."""
    round_id = opened(world)
    assert world.look(round_id).running[HOST].diagnostic == "cpu_stress"
    assert world.look(round_id).running[HOST].diagnostic == "cpu_stress"
    finish_now(world)
    assert world.look(round_id).running[HOST].diagnostic == "memory_stress"
    assert on_host(world) == {"cpu_stress": "ended", "memory_stress": "running"}
    finish_now(world)
    last = world.look(round_id)
    assert last.complete
    assert last.measured == [HOST]
    unit = of(world.summary(round_id), HOST)
    assert (unit.failed, unit.not_measured, unit.skipped, unit.planned) == ({}, {}, {}, 4)
    by_key = {row.key: row for row in stored(world, OutputRow)}
    assert by_key["cpu_stress-1-stress-ng"].duration_s == pytest.approx(3600, abs=1)
    assert all(row.began_at == by_key[row.key].started_at for row in stored(world, JobRow))  # as it was first seen
    began = [by_key[key].started_at for key in ("cpu_stress-1-stress-ng", "memory_stress-1-stressapptest")]
    assert began == sorted(began)
    assert by_key["kernel_log-1-kernel-log"].started_at > began[1]
    assert on_host(world) == {"cpu_stress": "collected", "memory_stress": "collected"}
    assert all(row.ended_at and row.acknowledged_at for row in stored(world, JobRow))
    with transaction(world.workspace.engine) as session:
        assert leases.holders(session, [HOST]) == {}
    assert admit_round(world.workspace, round_id).admissible


def test_a_round_whose_job_runs_is_not_judged(world: LabWorld) -> None:
    """It should be refused, and say what to do: a judgement stands for ever, and half of the data is not there."""
    round_id = opened(world)
    world.look(round_id)
    with pytest.raises(RefusedError, match=rf"cpu_stress on {SERIAL}.*gatehouse attach {round_id}"):
        admit_round(world.workspace, round_id)
    assert world.summary(round_id).admissible is None


def test_two_visitors_at_once_start_one_job_and_file_one_unit(world: LabWorld) -> None:
    """It should be found by whoever comes second, be it a retry or a worker that everybody took for dead."""
    round_id = opened(world)
    for _ in range(3):
        visitors = [threading.Thread(target=world.look, args=(round_id,)) for _ in range(3)]
        for visitor in visitors:
            visitor.start()
        for visitor in visitors:
            visitor.join()
        assert list(on_host(world).values()).count("running") <= 1
        finish_now(world)
    world.measure(round_id)
    assert len(stored(world, ResultRow)) == 4
    assert len(stored(world, JobRow)) == 2
    assert len(world.lab.lab._labs[HOST].jobs.jobs) == 2
    assert of(world.summary(round_id), HOST).not_measured == {}


def test_a_reboot_while_a_job_runs_is_said_and_nothing_is_asked_behind_it(world: LabWorld) -> None:
    """It should neither pass nor condemn: a kernel log that began after the crash would hide it."""
    round_id = opened(world)
    world.look(round_id)
    world.lab.reboot(HOST)
    summary = world.measure(round_id)
    assert summary.measured == [HOST]
    unit = of(world.summary(round_id), HOST)
    assert not unit.bad
    assert "the host rebooted while it ran" in unit.not_measured["cpu_stress"]
    assert "rebooted since the visit before" in unit.not_measured["memory_stress"]
    assert "rebooted since the visit before" in unit.not_measured["kernel_log"]
    assert on_host(world) == {"cpu_stress": "collected"}


def test_a_killed_job_is_lost_and_the_plan_goes_on(world: LabWorld) -> None:
    """It should say so: no exit code is no pass and no fault."""
    round_id = opened(world)
    world.look(round_id)
    assert len(world.lab.kill_jobs(HOST)) == 1
    assert world.look(round_id).running[HOST].diagnostic == "memory_stress"
    finish_now(world)
    world.measure(round_id)
    unit = of(world.summary(round_id), HOST)
    assert "it was killed" in unit.not_measured["cpu_stress"]
    assert set(unit.not_measured) == {"cpu_stress"}
    assert not unit.bad


def test_a_job_that_somebody_stopped_ends_the_loads(world: LabWorld) -> None:
    """It should not begin the next load on a machine that a person has just taken from the first."""
    round_id = opened(world)
    name = world.look(round_id).running[HOST].name
    assert stop_job(world.lab.endpoint(HOST), world.lab.login, name) == "somebody stopped it"
    world.measure(round_id)
    unit = of(world.summary(round_id), HOST)
    assert "somebody stopped it" in unit.not_measured["cpu_stress"]
    assert "stopped the job before it" in unit.not_measured["memory_stress"]
    assert on_host(world) == {"cpu_stress": "collected"}


def test_a_host_out_of_reach_while_its_job_runs_is_waited_for(world: LabWorld) -> None:
    """It should keep what is stored, say what is wrong, and go on when the host is back."""
    round_id = opened(world)
    world.look(round_id)
    world.lab.inject(id="away", host=HOST, transport="refuse")
    away = world.look(round_id)
    assert "refused" in away.running[HOST].trouble
    assert "cannot be reached now" in str(away.running[HOST])
    assert stored(world, ResultRow) == []
    with transaction(world.workspace.engine) as session:
        (row,) = jobs.running_on(session, SERIAL)
    assert row.trouble_since is not None
    again = world.look(round_id).running[HOST]
    assert again.trouble_since == row.trouble_since
    world.lab._in_loop(lambda: world.lab.lab.book.clear(HOST, "repair", "away"))  # without the reboot of a repair
    world.lab._in_loop(world.lab.lab._changed)
    assert not world.look(round_id).running[HOST].trouble
    assert on_host(world) == {"cpu_stress": "running"}


def test_a_host_that_stays_away_for_half_an_hour_is_given_up(world: LabWorld, monkeypatch: pytest.MonkeyPatch) -> None:
    """It should be filed as what it is: not measured, with what was stored before."""
    round_id = opened(world)
    world.look(round_id)
    world.lab.inject(id="away", host=HOST, transport="refuse")
    world.look(round_id)
    monkeypatch.setattr(unfinished, "JOB_AWAY_S", -1.0)
    summary = world.look(round_id)
    assert summary.complete
    assert "out of reach" in summary.not_measured[HOST]
    unit = of(world.summary(round_id), HOST)
    assert "out of reach" in unit.not_measured["cpu_stress"]
    assert "identity_bom" not in unit.not_measured
    assert {row.ended for row in stored(world, OutputRow)} == {Ended.EXITED, Ended.LOST, Ended.NOT_RUN}


def test_the_lab_restarts_and_its_hosts_still_have_their_jobs(world: LabWorld) -> None:
    """It should be as on machines, which do not forget what runs on them because our stack restarts."""
    round_id = opened(world)
    world.look(round_id)
    from gatehouse.lab.state import StateFolder

    memory = StateFolder(world.lab.state).read_memory(0.0)
    (kept,) = memory.jobs[HOST]
    assert kept["name"].startswith("cpu_stress-1-stress-ng.")


def test_only_long_commands_are_detached_and_a_name_is_for_ever(world: LabWorld) -> None:
    """It should be the limit that decides, and the same unit, round and command that make the same name."""
    from gatehouse.operations.ask_plan import commands_for

    catalog = world.workspace.catalog
    asked = commands_for(catalog.plans["soak"].diagnostics, catalog.skus["h100-8x"])
    at = datetime(2026, 1, 2, tzinfo=UTC)
    named = detached(asked, "r1", at, SERIAL)
    assert {one.diagnostic for one in named if one.command.job} == {"cpu_stress", "memory_stress"}
    assert all((one.command.limit_s > DETACH_OVER_S) == bool(one.command.job) for one in named)
    assert detached(asked, "r1", at, SERIAL) == named
    others = [("r2", at, SERIAL), ("r1", at + timedelta(seconds=1), SERIAL), ("r1", at, "OTHER")]
    names = {one.command.job for one in named if one.command.job}
    for other in others:
        assert not names & {one.command.job for one in detached(asked, *other)}


def test_short_rounds_are_one_visit_as_ever(world: LabWorld) -> None:
    """It should cost nothing where no job is asked for."""
    chosen = [world.workspace.catalog.host(HOST)]
    summary = world.look(open_adhoc_round(world.workspace, "evt", chosen, "tester"))
    assert summary.complete
    assert summary.connections == 1
    assert stored(world, JobRow) == []


def test_an_answer_that_another_visitor_stored_meanwhile_is_not_filed_over(
    world: LabWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It should file nothing of the slower visit, and ask to look again."""
    from gatehouse.operations import measure_units

    round_id = opened(world)
    world.look(round_id)
    finish_now(world)
    world.look(round_id)
    finish_now(world)
    real = measure_units.whole

    def overtaken(unit: unfinished.Unfinished, *rest: object) -> object:
        monkeypatch.setattr(measure_units, "whole", real)
        key = "kernel_log-1-kernel-log"
        with transaction(world.workspace.engine) as session:
            session.add(
                OutputRow(round_id=round_id, serial=SERIAL, key=key, diagnostic="kernel_log", argv=[], ended="exited",
                          stdout_sha256="0" * 64, stderr_sha256="0" * 64, truncated=False, note="")
            )  # fmt: skip
        return real(unit, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(measure_units, "whole", overtaken)
    slower = world.look(round_id)
    assert slower.again == [HOST]
    assert stored(world, ResultRow) == []
    with transaction(world.workspace.engine) as session:
        assert rounds.units(session, round_id)[0].measured_at is None


def test_a_day_of_burn_in_is_good_on_a_healthy_machine(tmp_path: Path, fresh_store_url: str) -> None:
    """It should run three loads one after the other and ask the machine afterwards, in one round that may count."""
    with lab_world(tmp_path, fresh_store_url, ["h100-8x:EVT:1"], time_scale=1 / 20_000) as fast:
        hosts = [fast.workspace.catalog.host(HOST)]
        round_id = open_adhoc_round(fast.workspace, "burn-in", hosts, "tester")
        assert not fast.look(round_id).complete
        fast.measure(round_id)
        unit = of(fast.summary(round_id), HOST)
        assert (unit.failed, unit.not_measured, unit.skipped) == ({}, {}, {})
        assert {row.diagnostic for row in stored(fast, JobRow)} == {"cpu_stress", "memory_stress", "storage_rw"}
        assert admit_round(fast.workspace, round_id).admissible
