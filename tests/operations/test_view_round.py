"""Tests of one round as it is shown."""

from collections.abc import Iterator
from dataclasses import replace

import pytest
from filled_store import DIAGNOSTICS, World, counted_queries, new_world

from gatehouse.local.postgres import Server
from gatehouse.model.errors import NotFoundError, UsageError
from gatehouse.operations.view_round import Problem, view_round
from gatehouse.store import jobs, rounds
from gatehouse.store.engine import transaction
from gatehouse.store.jobs import JobSeen


@pytest.fixture(scope="module")
def world(postgres_server: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """A round of twelve hosts that is judged, and one that was only opened."""
    with new_world(postgres_server, tmp_path_factory.mktemp("world"), hosts=12) as made:
        made.round("judged", admissible=False, problems=("rows are missing",))
        with transaction(made.engine) as session:
            rounds.open_round(session, "opened", "atlas", "EVT", "evt", "pat", "", {"plan": {}}, made.hosts)
        yield made


def test_the_plan_is_held_against_the_hosts(world: World) -> None:
    """It should have a column for each diagnostic of the plan, in its order, counted over all hosts."""
    view = view_round(world.workspace, "judged")
    assert tuple(column.diagnostic for column in view.columns) == DIAGNOSTICS
    health = view.columns[1].tally
    assert (health.units, health.passed, health.failed, health.errors, health.skipped) == (12, 10, 1, 1, 0)
    assert view.plan_title == "EVT plan"


def test_trouble_comes_first(world: World) -> None:
    """It should put bad hosts before those with holes, and good ones last."""
    view = view_round(world.workspace, "judged")
    assert [unit.host for unit in view.units[:4]] == ["evt-02", "evt-03", "evt-04", "evt-01"]
    assert view.units[0].failed == 1
    assert view.units[1].unreachable


def test_a_cell_keeps_the_three_answers_apart(world: World) -> None:
    """It should say measured, good and what to do, each by itself."""
    bad = view_round(world.workspace, "judged").units[0].cells[1]
    assert bad is not None
    assert (bad.measured, bad.verdict, bad.severity, bad.action) == ("COMPLETE", "FAIL", "blocker", "SWAP_PART")
    hole = view_round(world.workspace, "judged").units[1].cells[0]
    assert hole is not None
    assert (hole.measured, hole.verdict) == ("ERROR", "NOT_APPLICABLE")


def test_totals_count_hosts(world: World) -> None:
    """It should count each host once, by what is wrong with it."""
    totals = view_round(world.workspace, "judged").totals
    assert (totals.planned, totals.visited, totals.unreachable, totals.bad, totals.holes) == (12, 12, 1, 1, 2)


def test_problems_say_whether_they_block(world: World) -> None:
    """It should tell the reasons for inadmissible data."""
    view = view_round(world.workspace, "judged")
    assert view.admissible is False
    assert view.problems == (Problem("rows are missing", blocking=True),)


def test_a_round_that_was_only_opened_is_shown(world: World) -> None:
    """It should show planned hosts without results, and no judgement."""
    view = view_round(world.workspace, "opened")
    assert view.admissible is None
    assert (view.totals.planned, view.totals.visited) == (12, 0)
    assert view.columns == ()
    assert all(unit.measured_at is None for unit in view.units)


def test_pages_cut_and_count(world: World) -> None:
    """It should show each host on exactly one page."""
    pages = [view_round(world.workspace, "judged", page=number, size=5) for number in (1, 2, 3)]
    hosts = [unit.host for page in pages for unit in page.units]
    assert sorted(hosts) == sorted(host.name for host in world.hosts)
    assert {page.pages for page in pages} == {3}
    assert view_round(world.workspace, "judged", page=9, size=5).units == ()


@pytest.mark.parametrize(
    ("search", "found"), [("evt-0", 9), ("EVT-1", 3), ("SN00007", 1), ("%", 0), ("_", 0), ("\\", 0), ("' OR 1=1", 0)]
)
def test_search_is_literal(world: World, search: str, found: int) -> None:
    """It should find parts of names and serials, and take wildcards and quotes as what they are."""
    assert view_round(world.workspace, "judged", search=search).found == found


def test_only_trouble_leaves_out_good_hosts(world: World) -> None:
    """It should leave hosts that are bad or not measured, and those that nobody visited."""
    assert view_round(world.workspace, "judged", trouble_only=True).found == 3
    assert view_round(world.workspace, "opened", trouble_only=True).found == 12


def test_the_number_of_queries_does_not_grow_with_hosts(world: World) -> None:
    """It should ask the same few questions for two hosts as for twelve."""
    counts = []
    for size in (2, 12):
        with counted_queries(world.engine) as seen:
            view_round(world.workspace, "judged", size=size)
        counts.append(len(seen))
    assert counts[0] == counts[1] <= 9


def test_nonsense_is_refused(world: World) -> None:
    """It should name a round that does not exist, and refuse page 0."""
    with pytest.raises(NotFoundError, match="nope"):
        view_round(world.workspace, "nope")
    with pytest.raises(UsageError):
        view_round(world.workspace, "judged", page=0)


def test_a_job_that_runs_is_shown_with_its_host(world: World) -> None:
    """It should be there while the unit is not filed: how far it is, and what it printed last."""
    first = world.hosts[0]
    seen = JobSeen("soak-1-x", "soak-1-x.abc", "cpu_stress", 1000.0, None, 420.0, "still <well>", over=False)
    with transaction(world.engine) as session:
        rounds.open_round(session, "soaking", "atlas", "EVT", "evt", "pat", "", {"plan": {}}, world.hosts)
        jobs.note_look(session, "soaking", first.serial, seen)
        jobs.note_trouble(session, "soaking", first.serial, "soak-1-x", "no answer")
    lines = {unit.host: unit for unit in view_round(world.workspace, "soaking").units}
    job = lines[first.name].job
    assert job is not None
    assert (job.percent, job.last_line, job.trouble) == (42.0, "still <well>", "no answer")
    assert job.trouble_since is not None
    assert all(unit.job is None for name, unit in lines.items() if name != first.name)
    with transaction(world.engine) as session:
        jobs.note_look(session, "soaking", first.serial, replace(seen, over=True))
    assert view_round(world.workspace, "soaking").units[0].job is None
