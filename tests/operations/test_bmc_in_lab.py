"""Rounds that ask BMCs too, over real HTTPS beside real SSH: each of the two ways fails alone."""

from collections.abc import Iterator
from dataclasses import replace

import pytest
from lab_world import LabWorld, lab_world, of
from sqlalchemy import select

from gatehouse.operations.admit_round import admit_round
from gatehouse.operations.open_round import open_adhoc_round
from gatehouse.operations.summarise_round import UnitSummary
from gatehouse.store.engine import transaction
from gatehouse.store.tables import OutputRow, ReadingRow, ResultRow

FLEET = ["h100-8x:EVT:2", "mi300x-8x:EVT:1", "gaudi3-8x:EVT:1"]
H100, MI300X, GAUDI3 = "h100-evt-01", "mi300x-evt-01", "gaudi3-evt-01"
EVERY = (H100, MI300X, GAUDI3)
OF_BMC = {"redfish_inventory", "redfish_power", "redfish_log"}  # what EVT asks BMCs


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory, postgres_url: str) -> Iterator[LabWorld]:
    with lab_world(tmp_path_factory.mktemp("bmc"), postgres_url, FLEET) as made:
        yield made


@pytest.fixture(autouse=True)
def mended(world: LabWorld) -> Iterator[None]:
    """Every test finds healthy hosts."""
    yield
    for name in world.lab.hosts:
        world.lab.repair(name)


def asked(world: LabWorld, plan: str, *names: str) -> tuple[str, list[UnitSummary]]:
    """An ad-hoc round of a plan on some hosts."""
    hosts = [world.workspace.catalog.host(name) for name in names]
    round_id = open_adhoc_round(world.workspace, plan, hosts, "tester")
    world.measure(round_id)
    found = world.summary(round_id)
    return round_id, [of(found, name) for name in names]


def test_healthy_machines_of_every_vendor_and_generation_are_good(world: LabWorld) -> None:
    """It should measure every diagnostic of the BMC on old and new BMCs alike, and find nothing."""
    round_id, units = asked(world, "bmc-check", *EVERY)
    for unit in units:
        assert (unit.failed, unit.not_measured, unit.skipped) == ({}, {}, {}), unit.host
        assert unit.planned == 7
    assert admit_round(world.workspace, round_id).admissible


def test_the_bmc_is_asked_beside_ssh_and_its_parts_are_told_apart(world: LabWorld) -> None:
    """It should keep the raw answers, and address each reading to its part."""
    round_id, (unit,) = asked(world, "evt", H100)
    assert (unit.failed, unit.not_measured, unit.skipped) == ({}, {}, {})
    with transaction(world.workspace.engine) as session:
        outputs = session.scalars(select(OutputRow).where(OutputRow.round_id == round_id)).all()
        mine = select(ReadingRow).join(ResultRow).where(ResultRow.round_id == round_id, ReadingRow.name == "health")
        parts = {row.part for row in session.scalars(mine).all()}
    assert {"system_1", "chassis_1", "manager_bmc0", "chassis_1.supply_PSU_5"} <= parts
    kept = next(row for row in outputs if row.diagnostic == "redfish_inventory")
    assert kept.argv[0] == "GET"
    assert b"GL-H100-8X" in world.workspace.raw.get(kept.stdout_sha256)
    assert any(row.diagnostic == "accelerator_health" for row in outputs)


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        ("bmc_unreachable", "127.20.0.1"),
        ("bmc_wrong_certificate", "not the one in the inventory"),
        ("bmc_login_refused", "check user and password"),
        ("bmc_errors", "HTTP 500"),
        ("bmc_garbage", "no JSON object"),
        ("bmc_flood", "larger than what is kept"),
    ],
)
def test_a_bmc_in_trouble_is_an_error_of_its_own_diagnostics_only(world: LabWorld, fault: str, said: str) -> None:
    """It should leave what SSH brought as it is, and call neither the machine nor the host bad or away."""
    world.lab.inject(host=H100, fault=fault)
    round_id, (unit,) = asked(world, "evt", H100)
    assert set(unit.not_measured) == OF_BMC
    assert all(said in reason for reason in unit.not_measured.values()), unit.not_measured
    assert (unit.failed, unit.skipped) == ({}, {})
    assert world.summary(round_id).units[0].filed


def test_a_host_that_is_away_does_not_hide_what_its_bmc_says(world: LabWorld) -> None:
    """It should measure the BMC of a host that SSH does not reach."""
    world.lab.inject(id="away", host=H100, transport="refuse")
    _, (unit,) = asked(world, "evt", H100)
    assert set(unit.not_measured) == {d.diagnostic for d in world.workspace.catalog.plans["evt"].diagnostics} - OF_BMC
    assert (unit.failed, unit.skipped) == ({}, {})
    _, (alone,) = asked(world, "bmc-check", H100)
    assert (alone.failed, alone.not_measured, alone.skipped) == ({}, {}, {})


def test_a_bmc_that_cannot_be_reached_is_why_a_plan_of_its_own_measured_nothing(world: LabWorld) -> None:
    """It should say of the host that it was not measured, and why."""
    world.lab.inject(host=H100, fault="bmc_wrong_certificate")
    hosts = [world.workspace.catalog.host(H100)]
    summary = world.measure(open_adhoc_round(world.workspace, "bmc-check", hosts, "tester"))
    assert "not the one in the inventory" in summary.not_measured[H100]


def test_a_host_without_a_bmc_is_skipped_with_that_reason(world: LabWorld, monkeypatch: pytest.MonkeyPatch) -> None:
    """It should neither fail nor pass, and say what to write where."""
    catalog = world.workspace.catalog
    monkeypatch.setitem(catalog.hosts, H100, replace(catalog.hosts[H100], bmc=None))
    _, (unit,) = asked(world, "evt", H100)
    assert set(unit.skipped) == OF_BMC
    assert all("no BMC in the inventory: give the host a bmc" in reason for reason in unit.skipped.values())
    assert (unit.failed, unit.not_measured) == ({}, {})
    _, (alone,) = asked(world, "bmc-check", H100)
    assert len(alone.skipped) == 7


@pytest.mark.parametrize(
    ("name", "fault", "part", "diagnostic", "said"),
    [
        (H100, "psu_lost", "psu2", "redfish_power", "chassis_1.supply_PSU_2"),
        (MI300X, "psu_lost", "psu2", "redfish_power", "chassis_1.ps2"),
        (H100, "fan_failed", "fan3", "redfish_thermal", "chassis_1.fan_Fan_3"),
        (MI300X, "fan_failed", "fan3", "redfish_thermal", "chassis_1.FAN4"),
        (H100, "inlet_hot", "", "redfish_thermal", "chassis_1.sensor_Inlet_Temp0"),
        (MI300X, "inlet_hot", "", "redfish_thermal", "Inlet Temp"),
        (H100, "bmc_log_entry", "", "redfish_log", "system_1.log_SEL0"),
        (H100, "row_remap_failure", "gpu3", "redfish_processors", "processor_GPU_3"),
    ],
)
def test_what_the_bmc_measures_condemns_the_part_that_it_names(
    world: LabWorld, name: str, fault: str, part: str, diagnostic: str, said: str
) -> None:
    """It should find a fault on BMCs of both generations, and say which part it is."""
    world.lab.inject(host=name, fault=fault, part=part)
    _, (unit,) = asked(world, "bmc-check", name)
    assert said in unit.failed.get(diagnostic, ""), unit
    assert unit.not_measured == {}


def test_an_accelerator_that_the_bmc_lost_is_a_hole_in_what_the_sku_says(world: LabWorld) -> None:
    """It should not pass a machine whose BMC lists seven of eight accelerators."""
    world.lab.inject(host=H100, fault="accelerator_missing", part="gpu5")
    _, (unit,) = asked(world, "bmc-check", H100)
    assert "redfish_processors" in {**unit.failed, **unit.not_measured}
