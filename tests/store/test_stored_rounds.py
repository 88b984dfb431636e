"""Rounds in a real PostgreSQL: opened once, filed whole or not at all, judged once."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import Engine, func, select, text
from sqlalchemy.exc import IntegrityError

from gatehouse.model.commands import Command, Completed, Ended
from gatehouse.model.errors import NotFoundError, StaleVisitError, StoreError
from gatehouse.model.hosts import Endpoint, Host
from gatehouse.model.readings import Finding, Reading
from gatehouse.model.results import Result, Violation
from gatehouse.model.status import Action, FindingClass, Measured, Severity, Verdict
from gatehouse.store import jobs, judgements, leases, migrations, outputs, rounds, set_asides
from gatehouse.store.engine import migrate, open_store, pending_migrations, transaction
from gatehouse.store.judgements import Judged
from gatehouse.store.outputs import StoredOutput
from gatehouse.store.raw import EMPTY
from gatehouse.store.tables import FindingRow, OutputRow, ReadingRow, ResultRow, RoundUnitRow

HOSTS = [
    Host(f"h{i}", f"S{i}", "sku", "site", "prog", "EVT", Endpoint("127.0.0.1", 22, "ssh-ed25519 AAAA"), "lab")
    for i in range(3)
]


@pytest.fixture
def engine(fresh_store_url: str) -> Engine:
    opened = open_store(fresh_store_url)
    migrate(opened)
    return opened


def opened(engine: Engine, round_id: str = "r1") -> str:
    with transaction(engine) as session:
        return rounds.open_round(session, round_id, "prog", "EVT", "evt", "me", "why", {"a": 1}, HOSTS).id


def visit(host: Host, text: str = "ok") -> rounds.UnitVisit:
    violation = Violation("temp_c", "gpu0", "99", "at most 85", Severity.MAJOR, Action.DEEP_DIAG)
    result = Result(
        "accelerator_health", Measured.COMPLETE, Verdict.FAIL, text,
        readings=(
            Reading("temp_c", 99, "degC", "gpu0"), Reading("name", "H100\0x", "", "gpu0"),
            Reading("fan_pct", None, "%", "gpu0"), Reading("ok", True, "", "gpu0"),
            Reading("temp_c", 99, "degC", "gpu0"),
        ),
        findings=(Finding(FindingClass.HARDWARE, "gpu0", "xid.79", "fell\0off"),),
        violations=(violation,),
        started_at=datetime.now(UTC),
        duration_s=1.5,
    )  # fmt: skip
    said = Completed(Command("k", ("tool",)), Ended.EXITED, 0, started_at=datetime.now(UTC), duration_s=0.1)
    output = StoredOutput("accelerator_health", said, EMPTY, EMPTY)
    return rounds.UnitVisit(host, (result,), (output,), {("gpu0", "temp_c"): (None, 85.0)}, claimed_serial=host.serial)


def count(engine: Engine, table: type) -> int:
    with transaction(engine) as session:
        return session.scalar(select(func.count()).select_from(table)) or 0


def test_a_store_is_migrated_once_however_often_it_is_asked(fresh_store_url: str) -> None:
    engine = open_store(fresh_store_url)
    assert pending_migrations(engine)
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _: migrate(engine), range(4)))
    assert not pending_migrations(engine)


def test_the_migrations_make_the_tables_that_the_code_has(engine: Engine) -> None:
    from alembic.autogenerate import compare_metadata
    from alembic.runtime.migration import MigrationContext

    from gatehouse.store.tables import Table

    with engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), Table.metadata) == []


def test_a_round_is_opened_once_and_numbered_by_phase(engine: Engine) -> None:
    opened(engine)
    opened(engine)
    opened(engine, "r2")
    with transaction(engine) as session:
        assert [rounds.get_round(session, name).number for name in ("r1", "r2")] == [1, 2]
        assert [unit.host for unit in rounds.units(session, "r1")] == ["h0", "h1", "h2"]
        with pytest.raises(NotFoundError, match="no round 'r9'"):
            rounds.get_round(session, "r9")


def test_rounds_opened_at_once_get_different_numbers(engine: Engine) -> None:
    with ThreadPoolExecutor(6) as pool:
        list(pool.map(lambda i: opened(engine, f"r{i}"), range(6)))
    with transaction(engine) as session:
        assert sorted(rounds.get_round(session, f"r{i}").number for i in range(6)) == [1, 2, 3, 4, 5, 6]


def test_a_visit_is_filed_whole_and_once(engine: Engine) -> None:
    opened(engine)
    with transaction(engine) as session:
        assert rounds.file_visit(session, "r1", visit(HOSTS[0]))
    with transaction(engine) as session:
        assert not rounds.file_visit(session, "r1", visit(HOSTS[0], "again"))
    assert [count(engine, t) for t in (ResultRow, ReadingRow, FindingRow, OutputRow)] == [1, 4, 2, 1]
    with transaction(engine) as session:
        readings = {r.name: r for r in session.scalars(select(ReadingRow))}
        assert (readings["temp_c"].number, readings["temp_c"].high) == (99.0, 85.0)
        assert readings["name"].word == "H100\ufffdx"
        assert (readings["fan_pct"].number, readings["fan_pct"].word) == (None, None)
        assert readings["ok"].number == 1.0


def test_of_two_writers_at_once_one_wins_and_nothing_is_double(engine: Engine) -> None:
    opened(engine)

    def file(i: int) -> bool:
        with transaction(engine) as session:
            return rounds.file_visit(session, "r1", visit(HOSTS[0], str(i)))

    with ThreadPoolExecutor(8) as pool:
        assert sorted(pool.map(file, range(8))) == [False] * 7 + [True]
    assert count(engine, ResultRow) == 1


def test_a_writer_that_dies_in_the_middle_leaves_nothing(engine: Engine) -> None:
    opened(engine)
    with pytest.raises(RuntimeError, match="killed"), transaction(engine) as session:
        rounds.file_visit(session, "r1", visit(HOSTS[0]))
        raise RuntimeError("killed")
    assert [count(engine, t) for t in (ResultRow, ReadingRow, FindingRow, OutputRow)] == [0, 0, 0, 0]
    with transaction(engine) as session:
        assert session.get_one(RoundUnitRow, ("r1", "S0")).measured_at is None
        assert rounds.file_visit(session, "r1", visit(HOSTS[0]))


def test_a_round_is_judged_once(engine: Engine) -> None:
    opened(engine)
    with transaction(engine) as session:
        assert rounds.judge(session, "r1", False, [{"text": "two units, one serial"}])
        assert not rounds.judge(session, "r1", True, [])
    with transaction(engine) as session:
        row = rounds.get_round(session, "r1")
        assert (row.admissible, row.problems) == (False, [{"text": "two units, one serial"}])


def test_the_database_itself_refuses_a_verdict_on_what_was_not_measured(engine: Engine) -> None:
    opened(engine)
    wrong = Result("kernel_log", Measured.SKIP, Verdict.PASS, "a skip is never a pass")
    with pytest.raises(IntegrityError, match="unmeasured_has_no_verdict"), transaction(engine) as session:
        rounds.file_visit(session, "r1", rounds.UnitVisit(HOSTS[0], (wrong,), (), {}))


def test_a_lease_keeps_others_out_until_it_is_given_back_or_expires(engine: Engine) -> None:
    with transaction(engine) as session:
        assert leases.acquire(session, ["a", "b"], "first", 60) == {"a", "b"}
    with transaction(engine) as session:
        assert leases.acquire(session, ["b", "c"], "second", 60) == {"c"}
        assert leases.holders(session, ["a", "b", "c"]) == {"a": "first", "b": "first", "c": "second"}
    with transaction(engine) as session:
        assert leases.acquire(session, ["a"], "first", 0) == {"a"}  # renewed, and it ends at once
    with transaction(engine) as session:
        assert leases.acquire(session, ["a"], "second", 60) == {"a"}
        leases.release(session, ["b"], "second")  # not ours: nothing happens
        assert leases.holders(session, ["b"]) == {"b": "first"}
        leases.release(session, ["b"], "first")
    with transaction(engine) as session:
        assert leases.acquire(session, ["b"], "second", 60) == {"b"}


def test_two_that_ask_at_once_for_the_same_hosts_cannot_both_win(engine: Engine) -> None:
    names = [f"h{i}" for i in range(20)]

    def ask(holder: str) -> set[str]:
        with transaction(engine) as session:
            return leases.acquire(session, names, holder, 60)

    with ThreadPoolExecutor(8) as pool:
        won = list(pool.map(ask, [f"run{i}" for i in range(8)]))
    assert sorted(name for each in won for name in each) == sorted(names)


def test_only_postgresql_is_a_store() -> None:
    with pytest.raises(StoreError, match="PostgreSQL only"):
        open_store("sqlite:///x.db")


def test_a_store_that_is_away_says_so() -> None:
    with (
        pytest.raises(StoreError, match="does not answer"),
        transaction(open_store("postgresql://nobody@127.0.0.1:1/none?connect_timeout=1")) as session,
    ):
        session.scalar(select(1))


def test_answers_that_were_stored_while_a_job_ran_are_filed_once(engine: Engine) -> None:
    """It should add the rest at the end, and nothing where another visitor was faster with one of the others."""
    round_id, host = opened(engine), HOSTS[0]
    (early,) = visit(host).outputs
    with transaction(engine) as session:
        assert jobs.hold_unfinished(session, round_id, host.serial, "boot-1")
        assert outputs.file_outputs(session, round_id, host.serial, [early]) == {"k"}
        assert outputs.file_outputs(session, round_id, host.serial, [early]) == set()
    with pytest.raises(StaleVisitError), transaction(engine) as session:
        rounds.file_visit(session, round_id, visit(host))
    assert count(engine, ResultRow) == 0
    with transaction(engine) as session:
        assert rounds.file_visit(session, round_id, visit(host), earlier={"k"})
    assert (count(engine, ResultRow), count(engine, OutputRow)) == (1, 1)
    with transaction(engine) as session:
        assert not jobs.hold_unfinished(session, round_id, host.serial, "boot-2")


def test_a_jobs_first_start_and_first_end_stay(engine: Engine) -> None:
    """It should be looked at as often as anybody likes; trouble ends with the next look that succeeds."""
    round_id, serial = opened(engine), HOSTS[0].serial
    at = datetime(2026, 1, 2, tzinfo=UTC)
    look = jobs.JobSeen("k", "k.1", "cpu_stress", 1000.0, at, 10.0, "a\0b", over=False)
    with transaction(engine) as session:
        jobs.note_look(session, round_id, serial, look)
        jobs.note_trouble(session, round_id, serial, "k", "no answer")
    with transaction(engine) as session:
        (row,) = jobs.running_in(session, round_id)
        assert (row.trouble, row.trouble_since is not None, row.last_line) == ("no answer", True, "a\ufffdb")
        jobs.note_look(session, round_id, serial, replace(look, began_at=datetime.now(UTC), elapsed_s=20.0, over=True))
    with transaction(engine) as session:
        (row,) = jobs.jobs_of_round(session, round_id)
        assert (row.began_at, row.elapsed_s, row.trouble, row.trouble_since) == (at, 20.0, None, None)
        assert row.ended_at is not None
        assert jobs.running_on(session, serial) == []


def test_a_judgement_that_left_out_other_results_comes_after_it(engine: Engine) -> None:
    """It should be the next one, and the round repeats it; the one before stays."""
    opened(engine)
    with transaction(engine) as session:
        assert rounds.file_visit(session, "r1", visit(HOSTS[0]))
        assert rounds.judge(session, "r1", False, [{"text": "odd"}])
        result = session.scalars(select(ResultRow)).one()
        set_asides.put(session, [result.id], "pat", "loose")
        left_out = set_asides.live(session, "r1")
        assert rounds.judge(session, "r1", True, [], Judged(by="pat", set_aside=left_out))
        assert not rounds.judge(session, "r1", False, [], Judged(set_aside=left_out))
    with transaction(engine) as session:
        kept = judgements.of_round(session, "r1")
        assert [(j.number, j.admissible, j.judged_by) for j in kept] == [(1, False, "gatehouse"), (2, True, "pat")]
        assert kept[1].set_aside[0]["reason"] == "loose"
        assert rounds.get_round(session, "r1").admissible is True


def test_two_who_judge_at_once_make_one_judgement(engine: Engine) -> None:
    """It should let one of them in, and tell the other that a judgement stands."""
    opened(engine)

    def judge(_: int) -> bool:
        with transaction(engine) as session:
            return rounds.judge(session, "r1", True, [])

    with ThreadPoolExecutor(4) as pool:
        assert sorted(pool.map(judge, range(4))) == [False, False, False, True]


def test_rounds_that_were_judged_before_judgements_were_kept_have_one(fresh_store_url: str) -> None:
    """It should turn what a round says into its first judgement when the store is migrated."""
    engine = open_store(fresh_store_url)
    config = Config()
    config.set_main_option("script_location", str(Path(migrations.__path__[0])))
    config.attributes["engine"] = engine
    command.upgrade(config, "0003")
    old = (
        "INSERT INTO round"
        " (id, program, phase, plan, number, requested_by, reason, spec, judged_at, admissible, problems) VALUES"
        " ('r1', 'prog', 'EVT', 'evt', 1, 'me', '', '{}', now(), false, '[{\"text\": \"odd\"}]'),"
        " ('r2', 'prog', 'EVT', 'evt', 2, 'me', '', '{}', NULL, NULL, NULL)"
    )
    with engine.begin() as connection:
        connection.execute(text(old))
    migrate(engine)
    with transaction(engine) as session:
        kept = judgements.of_round(session, "r1")
        assert [(j.number, j.admissible, j.problems) for j in kept] == [(1, False, [{"text": "odd"}])]
        assert not rounds.judge(session, "r1", True, [])
        assert judgements.of_round(session, "r2") == []
