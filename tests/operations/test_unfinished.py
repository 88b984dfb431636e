"""What one more visit means for a unit whose job runs: pure, from a session that is made up."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from gatehouse.model.commands import Command, Completed, Ended
from gatehouse.model.errors import UnreachableError
from gatehouse.model.hosts import Endpoint, Host
from gatehouse.model.jobs import JobProgress, span
from gatehouse.operations.ask_plan import AskedCommand
from gatehouse.operations.unfinished import JOB_AWAY_S, Unfinished, look
from gatehouse.store.tables import JobRow, OutputRow
from gatehouse.transport.session import HostSession

HOST = Host("h1", "S1", "sku", "site", "prog", "EVT", Endpoint("127.0.0.1", 22, "ssh-ed25519 AAAA"), "lab")
AT = datetime(2026, 1, 2, 3, tzinfo=UTC)
FIRST = Command("id-1", ("id",))
LOAD = Command("load-1", ("stress",), limit_s=3600, job="load-1.abc")
LAST = Command("log-1", ("dmesg",))
ASKED = tuple(AskedCommand(c.key.split("-")[0], "tool", c) for c in (FIRST, LOAD, LAST))
GONE = UnreachableError("no answer")


def unit(**known: object) -> Unfinished:
    return replace(Unfinished(HOST, ASKED), **known)  # type: ignore[arg-type]


def row(**more: object) -> JobRow:
    known = {"key": LOAD.key, "name": LOAD.job, "diagnostic": "load", "limit_s": 3600.0, "began_at": AT}
    return JobRow(**known, elapsed_s=5.0, last_line="x", seen_at=AT, **more)


def session(*ended: Ended, error: UnreachableError | None = None, note: str = "") -> HostSession:
    commands = (FIRST, LOAD, LAST)[-len(ended) :]
    return HostSession(tuple(Completed(c, e, note=note) for c, e in zip(commands, ended, strict=True)), error)


def test_what_stands_before_a_running_job_is_an_answer_and_what_stands_behind_is_not() -> None:
    looked = look(unit(), session(Ended.EXITED, Ended.RUNNING, Ended.WAITING), AT)
    assert looked.running is not None
    assert (looked.running.host, looked.running.diagnostic, looked.running.trouble) == ("h1", "load", "")
    assert [asked.command.key for asked, _ in looked.answers] == ["id-1"]


@pytest.mark.parametrize(
    ("error", "ended"),
    [(GONE, (Ended.NOT_RUN, Ended.NOT_RUN)), (GONE, (Ended.CUT, Ended.NOT_RUN)), (None, (Ended.CUT, Ended.EXITED))],
)
def test_a_job_that_could_not_be_looked_at_runs_until_we_know_better(
    error: UnreachableError | None, ended: tuple[Ended, ...]
) -> None:
    """It should be so too where the host is only too busy to answer in time: loads do that."""
    known = unit(said={"id-1": OutputRow()}, jobs={"load-1": row()})
    looked = look(known, session(*ended, error=error, note="no end in time"), AT)
    assert looked.running is not None
    assert looked.running.trouble == ("no answer" if error else "no end in time")
    assert looked.running.trouble_since == AT
    assert looked.answers == ()


def test_a_job_whose_start_was_cut_may_run() -> None:
    looked = look(unit(), session(Ended.EXITED, Ended.CUT, Ended.NOT_RUN, error=GONE), AT)
    assert looked.running is not None
    assert looked.running.trouble == "no answer"


def test_a_host_that_was_away_before_any_job_began_is_filed_at_once() -> None:
    looked = look(unit(), session(Ended.NOT_RUN, Ended.NOT_RUN, Ended.NOT_RUN, error=GONE), AT)
    assert looked.running is None
    assert len(looked.answers) == 3


def test_half_an_hour_out_of_reach_is_the_end() -> None:
    away = row(trouble="no answer", trouble_since=AT)
    known = unit(said={"id-1": OutputRow()}, jobs={"load-1": away})
    gone = session(Ended.NOT_RUN, Ended.NOT_RUN, error=GONE)
    assert look(known, gone, AT + timedelta(seconds=JOB_AWAY_S)).running is not None
    looked = look(known, gone, AT + timedelta(seconds=JOB_AWAY_S + 1))
    assert looked.running is None
    assert "out of reach for 30 min" in looked.gave_up
    assert [said.ended for _, said in looked.answers] == [Ended.LOST, Ended.NOT_RUN]


def test_progress_in_words() -> None:
    job = JobProgress("h1", "cpu_stress", "n", AT, 3024.0, 7200.0, "dispatching hogs", AT)
    assert str(job) == "cpu_stress runs: 42 %, 50 min of at most 2 h; last line: dispatching hogs"
    assert job.percent == 42.0
    assert replace(job, elapsed_s=1e9).percent == 100.0
    assert [span(s) for s in (1, 119, 720, 12_000, 86_460)] == ["1 s", "119 s", "12 min", "3 h 20 min", "24 h 1 min"]
