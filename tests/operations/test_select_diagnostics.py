"""What is worth running on hosts now: by the store's history, in a fixed number of queries, never for a gate."""

import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import yaml
from filled_store import World, counted_queries, new_world
from sqlalchemy import insert, update

from gatehouse.catalog.loader import SHIPPED
from gatehouse.decisions.selection.explained import Weighed
from gatehouse.local.postgres import Server
from gatehouse.model.errors import CatalogError, NotFoundError, UsageError
from gatehouse.model.results import Result
from gatehouse.model.status import Measured, Verdict
from gatehouse.operations.run_selected import open_selected_rounds
from gatehouse.operations.select_diagnostics import FleetSelection, HostSelection, select_diagnostics
from gatehouse.store import phases, rounds
from gatehouse.store.engine import transaction
from gatehouse.store.rounds import UnitVisit
from gatehouse.store.tables import ResultRow, RoundUnitRow, SetAsideRow

PLAN = "atlas_in_service"
NOW = datetime(2026, 1, 1, tzinfo=UTC)
ASKED = {"identity_bom": True, "accelerator_health": False, "accelerator_diag": False, "memory_stress": False,
         "kernel_log": False, "firmware_inventory": False}  # fmt: skip
PARAMS = {"accelerator_diag": {"level": 3}}
FILE = "failure_mixes/accelerator-server.yaml"


@dataclass
class Fleet:
    """A world whose rounds can be filed at any time."""

    world: World
    filed: int = 0

    def visit(self, days_ago: float, said: Mapping[str, str], hosts: int | None = None, admissible: bool = True,
              duration_s: float = 60.0) -> str:  # fmt: skip
        """A round so many days ago at which each diagnostic of ``said`` ended as PASS, FAIL or ERROR on some hosts."""
        self.filed += 1
        name, at = f"round-{self.filed}", NOW - timedelta(days=days_ago)
        chosen = self.world.hosts[:hosts]
        with transaction(self.world.engine) as session:
            rounds.open_round(session, name, "adhoc", "ADHOC", PLAN, "pat", "", {}, chosen)
            for host in chosen:
                results = tuple(_result(*pair, at, duration_s) for pair in said.items())
                rounds.file_visit(session, name, UnitVisit(host, results, (), {}))
            session.execute(
                update(RoundUnitRow).where(RoundUnitRow.round_id == name).values(measured_at=at + timedelta(minutes=9))
            )
            rounds.judge(session, name, admissible, [])
        return name

    def select(
        self, minutes: float | None = None, count: int | None = None, servers: float | None = None
    ) -> FleetSelection:
        """The choice for some hosts."""
        return select_diagnostics(self.world.workspace, PLAN, self.world.hosts[:count], minutes, servers, NOW)

    def first(self, minutes: float | None = None, servers: float | None = None) -> HostSelection:
        """The choice for the first host alone."""
        return self.select(minutes, 1, servers).hosts[0]


def _result(name: str, said: str, at: datetime, duration_s: float) -> Result:
    if said == "ERROR":
        return Result(name, Measured.ERROR, Verdict.NOT_APPLICABLE, "it broke", started_at=at)
    return Result(name, Measured.COMPLETE, Verdict(said), "", started_at=at, duration_s=duration_s)


@pytest.fixture
def fleet(tmp_path: Path, postgres_server: Server) -> Iterator[Fleet]:
    with new_world(postgres_server, tmp_path, hosts=5) as world:
        catalog = tmp_path / "catalog"
        (catalog / "failure_mixes").mkdir()
        shutil.copy(SHIPPED / FILE, catalog / FILE)
        planned = [{"diagnostic": name, "mandatory": m, "params": PARAMS.get(name, {})} for name, m in ASKED.items()]
        (catalog / "plans" / f"{PLAN}.yaml").write_text(yaml.safe_dump({"title": "In service", "diagnostics": planned}))
        yield Fleet(world)


def by_name(said: tuple[Weighed, ...]) -> dict[str, Weighed]:
    """Diagnostics by name."""
    return {each.diagnostic: each for each in said}


ALL = dict.fromkeys(ASKED, "PASS")


def test_the_longer_ago_the_proof_the_more_is_worth_running(fleet: Fleet) -> None:
    """It should say that nothing but the mandatory is worth it an hour after a pass, and much after two months."""
    fleet.visit(60, ALL)
    stale = fleet.first()
    fleet.visit(1 / 24, ALL)
    fresh = fleet.first()
    assert fresh.diagnostics == {"identity_bom"}
    assert fresh.choice.at_stake < stale.choice.at_stake
    assert stale.diagnostics > {"identity_bom", "accelerator_diag", "kernel_log"}
    assert stale.choice.accepted < stale.choice.at_stake
    assert stale.choice.hidden_after < stale.choice.hidden_before
    assert stale.choice.minutes + stale.choice.saved_minutes == pytest.approx(stale.choice.plan_minutes)


def test_what_was_not_measured_or_may_not_count_proves_nothing(fleet: Fleet) -> None:
    """It should trust neither an error, nor an inadmissible round, nor a result that a person set aside."""
    fleet.visit(60, ALL)
    stale = fleet.first().choice.at_stake
    fleet.visit(1, dict.fromkeys(ASKED, "ERROR"))
    fleet.visit(1, ALL, admissible=False)
    aside = fleet.visit(1, ALL)
    with transaction(fleet.world.engine) as session:
        ids = [row.id for row in session.query(ResultRow).where(ResultRow.round_id == aside)]
        session.execute(insert(SetAsideRow), [{"result_id": i, "who": "pat", "reason": "a broken tool"} for i in ids])
    assert fleet.first().choice.at_stake == pytest.approx(stale, rel=0.02)  # the fleet was watched for longer, by a bit


def test_a_host_that_failed_has_more_at_stake_and_says_what_is_known_to_be_bad(fleet: Fleet) -> None:
    """It should raise the risk of the host that failed above that of its equals, and name what stands at FAIL."""
    fleet.visit(80, ALL)
    fleet.visit(20, ALL | {"kernel_log": "FAIL"}, hosts=1)
    fleet.visit(19, {"accelerator_health": "PASS"}, hosts=1)
    bad, good = fleet.select(count=2).hosts
    assert bad.failing == ("kernel_log",)
    assert good.failing == ()
    fleet.visit(10, ALL)
    repaired, good = fleet.select(count=2).hosts
    assert repaired.failing == ()
    assert repaired.choice.at_stake > 1.5 * good.choice.at_stake


def test_a_fault_that_stays_is_counted_once(fleet: Fleet) -> None:
    """It should count when a diagnostic begins to fail, not each time that it is asked again."""
    fleet.visit(80, ALL)
    fleet.visit(20, ALL | {"kernel_log": "FAIL"}, hosts=1)
    fleet.visit(10, ALL)
    once = fleet.select(count=1).at_stake
    other = Fleet(fleet.world, fleet.filed)
    other.visit(9, ALL | {"kernel_log": "FAIL"}, hosts=1)
    for day in (8, 7, 6, 5):
        other.visit(day, {"kernel_log": "FAIL"}, hosts=1)
    other.visit(10, ALL)
    assert other.first().known_since == NOW - timedelta(days=80) + timedelta(minutes=9)
    assert once < other.select(count=1).at_stake < 3 * once  # one more event, not five


def test_a_host_that_nobody_has_seen_counts_as_new(fleet: Fleet) -> None:
    """It should count what a new machine may come with, and say so."""
    found = fleet.first()
    assert found.known_since is None
    assert found.choice.at_stake > 1
    assert found.diagnostics > {"identity_bom"}


def test_measured_minutes_count_once_there_are_enough(fleet: Fleet) -> None:
    """It should go by the usual minutes first, and by the median of what was measured by the same plan later."""
    fleet.visit(60, ALL, hosts=1, duration_s=30)
    asked = by_name(fleet.first(60).choice.chosen)["accelerator_diag"]
    assert (asked.minutes, asked.timed) == (3.0, 0)
    fleet.visit(59, ALL, hosts=2, duration_s=90)
    asked = by_name(fleet.first(60).choice.chosen)["accelerator_diag"]
    assert (asked.minutes, asked.timed) == (1.5, 3)


def test_time_that_is_short_is_kept_and_what_does_not_fit_is_named(fleet: Fleet) -> None:
    """It should choose what brings most in the time, and never leave less at stake with less time."""
    fleet.visit(60, ALL)
    accepted = [fleet.first(minutes).choice for minutes in (0, 0.5, 2, 5, 20)]
    assert [choice.minutes <= max(minutes, 0.1) for choice, minutes in zip(accepted, (0, 0.5, 2, 5, 20), strict=True)]
    assert sorted((choice.accepted for choice in accepted), reverse=True) == [choice.accepted for choice in accepted]
    assert by_name(accepted[1].left_out)["accelerator_diag"].why == "does not fit into the time"
    assert {each.diagnostic for each in accepted[0].chosen} == {"identity_bom"}  # the floor is never left out


def test_it_says_why_each_was_left_out(fleet: Fleet) -> None:
    """It should give the minutes against what they would save, or say that nobody knows what it finds."""
    fleet.visit(1 / 24, ALL)
    left = by_name(fleet.first().choice.left_out)
    assert left["firmware_inventory"].why == "nobody has said what it would find"
    assert left["accelerator_diag"].why.startswith("1 min of the machine would save 0.")


def test_larger_jobs_make_more_worth_running(fleet: Fleet) -> None:
    """It should put more at stake where a bad machine stops a larger job."""
    fleet.visit(3, ALL)
    small, large = fleet.first(servers=1).choice, fleet.first(servers=512).choice
    assert large.at_stake == pytest.approx(512 * small.at_stake)
    assert len(large.chosen) > len(small.chosen)


def test_it_asks_a_fixed_number_of_queries(fleet: Fleet) -> None:
    """It should ask five, for one host or for all, with little history or much."""
    counts = []
    for days in (60, 40, 20):
        fleet.visit(days, ALL | {"kernel_log": "FAIL"})
        for hosts in (1, None):
            with counted_queries(fleet.world.engine) as seen:
                fleet.select(count=hosts)
            counts.append(sum(statement.lstrip().startswith(("SELECT", "WITH")) for statement in seen))
    assert counts == [5] * 6


def test_the_order_of_hosts_does_not_matter(fleet: Fleet) -> None:
    """It should give the same answer for the hosts in any order, and each host once."""
    fleet.visit(60, ALL)
    fleet.visit(20, ALL | {"kernel_log": "FAIL"}, hosts=2)
    hosts = fleet.world.hosts
    place = fleet.world.workspace
    forth = select_diagnostics(place, PLAN, hosts, 5, None, NOW)
    assert select_diagnostics(place, PLAN, [*hosts[::-1], hosts[0]], 5, None, NOW) == forth


def test_hosts_that_need_the_same_share_a_round_outside_every_phase(fleet: Fleet) -> None:
    """It should open a round for each different choice, with its part of the plan and its risk in the reason."""
    fleet.visit(60, ALL)
    fleet.visit(1 / 24, ALL, hosts=2)
    selection = fleet.select()
    place = fleet.world.workspace
    opened = open_selected_rounds(place, selection, fleet.world.hosts, "pat", "before a job")
    assert len(opened) == 2
    with transaction(fleet.world.engine) as session:
        rows = [rounds.get_round(session, name) for name in opened]
        units = [[unit.serial for unit in rounds.units(session, row.id)] for row in rows]
        assert phases.current_phase(session, "adhoc") is None
    assert {(row.program, row.phase) for row in rows} == {("adhoc", "ADHOC")}
    planned = {frozenset(d["diagnostic"] for d in row.spec["plan"]["diagnostics"]) for row in rows}
    assert planned == {each.diagnostics for each in selection.hosts}
    assert sorted(map(len, units)) == [2, 3]
    assert all(
        row.reason.startswith("before a job; selected ") and "server-hours accepted" in row.reason for row in rows
    )


def test_nothing_worth_running_opens_nothing(fleet: Fleet) -> None:
    """It should open no round where no host has anything to run."""
    fleet.visit(1 / 24, ALL)
    found = fleet.select(count=1)
    nothing = replace(found, hosts=(replace(found.hosts[0], choice=replace(found.hosts[0].choice, chosen=())),))
    assert open_selected_rounds(fleet.world.workspace, nothing, fleet.world.hosts, "pat") == ()


@pytest.mark.parametrize(("minutes", "servers"), [(-1.0, None), (float("nan"), None), (5.0, 0.5)])
def test_nonsense_is_refused(fleet: Fleet, minutes: float, servers: float | None) -> None:
    """It should say what would be accepted."""
    with pytest.raises(UsageError, match="at least"):
        fleet.select(minutes, servers=servers)


def test_what_is_not_there_is_named(fleet: Fleet) -> None:
    """It should refuse no hosts, a plan that does not exist, and a SKU of which no mix speaks."""
    place, hosts = fleet.world.workspace, fleet.world.hosts
    with pytest.raises(UsageError, match="at least one host"):
        select_diagnostics(place, PLAN, [])
    with pytest.raises(NotFoundError, match=PLAN):
        select_diagnostics(place, "nowhere", hosts)
    (fleet.world.folder / "catalog" / FILE).unlink()
    with pytest.raises(CatalogError, match=r"no failure_mixes/\*\.yaml speaks of it"):
        fleet.select()
