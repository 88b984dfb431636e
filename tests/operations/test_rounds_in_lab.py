"""Rounds over real SSH against lab hosts that are ill in every way that a host can be: each ends in a clear state."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from lab_world import SMALL, LabWorld, approval, lab_world, of
from sqlalchemy import func, select

from gatehouse.decisions.verdicts import NO_DEVICE, NO_READER
from gatehouse.model.errors import RefusedError, UsageError
from gatehouse.model.status import CriterionStatus, Phase
from gatehouse.operations.admit_round import admit_round
from gatehouse.operations.advance_phase import close_phase, open_phase, sign_off
from gatehouse.operations.measure_units import measure_units
from gatehouse.operations.open_round import RoundRequest, open_adhoc_round, open_round
from gatehouse.store import leases, rounds
from gatehouse.store.engine import transaction
from gatehouse.store.tables import OutputRow, ReadingRow, ResultRow

FLEET = ["h100-8x:small:EVT:3", "h100-8x:small:DVT:3", "mi300x-8x:EVT:1", "gaudi3-8x:EVT:1"]
EVT = ("h100-evt-01", "h100-evt-02", "h100-evt-03")


@pytest.fixture
def world(tmp_path: Path, fresh_store_url: str) -> Iterator[LabWorld]:
    with lab_world(tmp_path, fresh_store_url, FLEET) as made:
        open_phase(made.workspace, SMALL, Phase.EVT, "tester")
        yield made


def count(world: LabWorld, table: type) -> int:
    with transaction(world.workspace.engine) as session:
        return session.scalar(select(func.count()).select_from(table)) or 0


@pytest.mark.parametrize("plan", ["dvt", "ramp", "deep-diag", "network-check", "in-service"])
def test_healthy_machines_of_every_vendor_are_good_in_everything(world: LabWorld, plan: str) -> None:
    catalog = world.workspace.catalog
    hosts = [catalog.host(name) for name in (EVT[0], "mi300x-evt-01", "gaudi3-evt-01")]
    round_id = open_adhoc_round(world.workspace, plan, hosts, "tester")
    summary = world.measure(round_id)
    assert summary.not_measured == {}
    for unit in world.summary(round_id).units:
        assert (unit.failed, unit.not_measured) == ({}, {}), unit.host
        assert set(unit.skipped.values()) <= {NO_READER, NO_DEVICE}, unit.host
        assert not set(unit.skipped) & set(catalog.plans[plan].mandatory), unit.host


def test_a_measured_round_has_every_planned_result_and_its_raw_outputs(world: LabWorld) -> None:
    round_id, _ = world.round(SMALL)
    planned = len(world.workspace.catalog.plans["evt"].diagnostics)
    assert count(world, ResultRow) == 3 * planned
    assert count(world, ReadingRow) > 1000
    with transaction(world.workspace.engine) as session:
        output = session.scalars(select(OutputRow).where(OutputRow.key.contains("nvidia-smi-xml"))).first()
    assert output is not None
    assert b"NVIDIA H100" in world.workspace.raw.get(output.stdout_sha256)
    assert output.round_id == round_id


def test_measuring_again_adds_nothing(world: LabWorld) -> None:
    round_id, _ = world.round(SMALL)
    before = [count(world, table) for table in (ResultRow, ReadingRow, OutputRow)]
    again = world.measure(round_id)
    assert sorted(again.before) == list(EVT)
    assert again.connections == 0
    assert [count(world, table) for table in (ResultRow, ReadingRow, OutputRow)] == before


@pytest.mark.parametrize(
    ("transport", "said"),
    [
        ("refuse", "refused"),
        ("silent", "no SSH session came about"),
        ("wrong_host_key", "not the one in the inventory"),
    ],
)
def test_a_host_that_cannot_be_reached_is_not_measured_and_hides_nobody(
    world: LabWorld, transport: str, said: str
) -> None:
    world.lab.inject(id="away", host=EVT[1], transport=transport)
    round_id, summary = world.round(SMALL)
    assert list(summary.not_measured) == [EVT[1]]
    assert said in summary.not_measured[EVT[1]]
    found = world.summary(round_id)
    away = of(found, EVT[1])
    assert not away.bad  # a bad pipe is no bad machine
    asked = world.workspace.catalog.plans["evt"].diagnostics
    assert {d.diagnostic for d in asked} - set(away.not_measured) == {  # its BMC has a way of its own
        d.diagnostic for d in asked if d.diagnostic.startswith("redfish_")
    }
    assert not of(found, EVT[0]).not_measured
    gate = world.gate(SMALL, Phase.EVT)
    assert gate.status is CriterionStatus.NOT_ENOUGH_EVIDENCE


def test_a_tool_that_floods_is_cut_and_the_rest_of_the_plan_is_measured(world: LabWorld) -> None:
    world.lab.inject(id="flood", host=EVT[0], tool={"nvidia-smi": "flood"})
    round_id, _ = world.round(SMALL, (EVT[0],))
    unit = of(world.summary(round_id), EVT[0])
    asked_of_it = ["accelerator_health", "accelerator_idle", "accelerator_topology", "firmware_inventory"]
    assert sorted(unit.not_measured) == asked_of_it
    assert "more than is kept" in unit.not_measured["accelerator_health"]
    with transaction(world.workspace.engine) as session:
        kept = session.scalars(select(OutputRow).where(OutputRow.diagnostic == "accelerator_health")).first()
    assert kept is not None
    assert kept.truncated
    assert len(world.workspace.raw.get(kept.stdout_sha256)) <= 8 * 2**20


@pytest.mark.parametrize("trouble", ["missing", "garbage"])
def test_a_tool_that_is_missing_or_talks_nonsense_is_never_a_pass_and_never_a_fault(
    world: LabWorld, trouble: str
) -> None:
    world.lab.inject(id="odd", host=EVT[0], tool={"nvidia-smi": trouble})
    round_id, _ = world.round(SMALL, (EVT[0],))
    unit = of(world.summary(round_id), EVT[0])
    assert not unit.bad
    assert "accelerator_health" in {**unit.not_measured, **unit.skipped}


def test_a_session_that_drops_in_mid_command_loses_and_doubles_nothing(world: LabWorld) -> None:
    world.lab.inject(id="drop", host=EVT[0], transport={"mode": "drop_after_bytes", "after_bytes": 20_000})
    round_id, _ = world.round(SMALL)
    planned = len(world.workspace.catalog.plans["evt"].diagnostics)
    for unit in world.summary(round_id).units:
        assert unit.planned == planned
        assert not unit.bad
    assert count(world, ResultRow) == 3 * planned


def test_bad_memory_of_one_gpu_is_named_with_part_reason_and_action(world: LabWorld) -> None:
    world.lab.inject(id="ecc", host=EVT[2], part="gpu3", fault="ecc_uncorrectable")
    round_id, _ = world.round(SMALL)
    bad = [unit for unit in world.summary(round_id).units if unit.bad]
    assert [unit.host for unit in bad] == [EVT[2]]
    assert "gpu3" in bad[0].failed["accelerator_health"]
    assert "kernel_log" in bad[0].failed
    assert bad[0].action == "RESET_DEVICE"


def test_two_units_with_one_serial_make_the_round_inadmissible_until_both_are_told_apart(world: LabWorld) -> None:
    world.lab.inject(id="twin", host=EVT[1], fault="duplicate_serial", as_="H100EVT0001")
    first = world.judged(SMALL)
    assert first.admissible is False
    assert any("H100EVT0001" in problem and EVT[0] in problem and EVT[1] in problem for problem in first.problems)
    assert not world.gate(SMALL, Phase.EVT).open
    world.lab.repair(EVT[1])
    assert world.judged(SMALL).admissible is True
    assert world.gate(SMALL, Phase.EVT).open


def test_a_phase_closes_only_on_an_open_gate_that_somebody_signed_off(world: LabWorld) -> None:
    with pytest.raises(RefusedError, match="cannot exit: not enough evidence"):
        close_phase(world.workspace, SMALL, Phase.EVT, "pat")
    with pytest.raises(RefusedError, match="DVT opens only when EVT has exited"):
        open_phase(world.workspace, SMALL, Phase.DVT, "pat")
    world.judged(SMALL)
    with pytest.raises(RefusedError, match="nobody signed off"):
        close_phase(world.workspace, SMALL, Phase.EVT, "pat")
    decision = world.gate(SMALL, Phase.EVT)
    sign_off(world.workspace, SMALL, Phase.EVT, approval(decision, approved=False), "first answer")
    rejected = world.gate(SMALL, Phase.EVT)
    assert rejected.status is CriterionStatus.NOT_MET
    assert "Pat" in rejected.outcomes[-1].observed + rejected.outcomes[-1].missing
    world.judged(SMALL)  # new evidence: the rejection does not stand any more
    decision = world.gate(SMALL, Phase.EVT)
    assert decision.open
    sign_off(world.workspace, SMALL, Phase.EVT, approval(decision), "second answer")
    close_phase(world.workspace, SMALL, Phase.EVT, "pat")
    close_phase(world.workspace, SMALL, Phase.EVT, "pat")  # again: nothing happens
    assert open_phase(world.workspace, SMALL, Phase.DVT, "pat")


def test_units_of_another_build_are_refused(world: LabWorld) -> None:
    with pytest.raises(RefusedError, match="not of small's EVT build: h100-dvt-001"):
        open_round(world.workspace, RoundRequest(SMALL, "tester", units=("h100-dvt-001",)))


def test_a_program_without_an_open_phase_takes_no_round(world: LabWorld) -> None:
    with pytest.raises(RefusedError, match="h100-8x has no open phase"):
        open_round(world.workspace, RoundRequest("h100-8x", "tester"))


def test_a_program_without_hosts_says_where_to_add_them(world: LabWorld) -> None:
    open_phase(world.workspace, "h100-8x", Phase.EVT, "tester")
    with pytest.raises(UsageError, match=r"add them to a sites/\*\.yaml"):
        open_round(world.workspace, RoundRequest("h100-8x", "tester"))


def test_a_host_that_another_run_holds_is_refused_and_nothing_is_touched(
    world: LabWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gatehouse.operations.host_lease.LEASE_WAIT_S", 0.0)
    with transaction(world.workspace.engine) as session:
        leases.acquire(session, [EVT[0]], "round other", 60)
    round_id = open_round(world.workspace, RoundRequest(SMALL, "tester"))
    with pytest.raises(RefusedError, match="h100-evt-01 by round other"):
        world.measure(round_id)
    assert count(world, ResultRow) == 0
    with transaction(world.workspace.engine) as session:
        assert leases.holders(session, EVT) == {EVT[0]: "round other"}


def test_measuring_gives_its_leases_back_even_when_filing_breaks(
    world: LabWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object, **__: object) -> bool:
        raise RuntimeError("the disk is full")

    monkeypatch.setattr(rounds, "file_visit", broken)
    round_id = open_round(world.workspace, RoundRequest(SMALL, "tester"))
    with pytest.raises(RuntimeError, match="disk is full"):
        measure_units(world.workspace, round_id, ["H100EVT0001"])
    with transaction(world.workspace.engine) as session:
        assert leases.holders(session, EVT) == {}


def test_data_docs_are_kept_with_the_round(world: LabWorld) -> None:
    summary = world.judged(SMALL)
    assert (world.workspace.files / "datadocs" / summary.round_id / "index.html").exists()


def test_a_round_that_lost_a_visit_is_inadmissible(world: LabWorld) -> None:
    round_id = open_round(world.workspace, RoundRequest(SMALL, "tester"))
    measure_units(world.workspace, round_id, ["H100EVT0001", "H100EVT0002"])
    outcome = admit_round(world.workspace, round_id)
    assert not outcome.admissible
    assert any(EVT[2] in problem.text for problem in outcome.problems)


def test_what_a_port_gains_during_a_visit_is_found_over_one_connection(world: LabWorld) -> None:
    """It should ask counters before and after the loads in the same session, and fail the port that gained errors."""
    world.lab.inject(id="crc", host=EVT[1], part="nic4", fault="nic_crc_errors")
    round_id, summary = world.round(SMALL)
    assert summary.connections == len(EVT)
    failed = {unit.host: unit.failed for unit in world.summary(round_id).units if unit.failed}
    assert list(failed) == [EVT[1]]
    assert "nic4 rx_crc_errors_phy.delta is" in failed[EVT[1]]["nic_counters"]
    with transaction(world.workspace.engine) as session:
        looks = session.scalars(
            select(OutputRow.key).where(OutputRow.diagnostic == "nic_counters", OutputRow.serial == "H100EVT0002")
        ).all()
    assert len(looks) == 20, "ten ports, each before and after"
