"""Rounds that ask BMCs too, over real HTTPS beside real SSH: each of the two ways fails alone."""

from collections.abc import Iterator

import pytest
from lab_world import LabWorld, lab_world, of

from gatehouse.operations.admit_round import admit_round
from gatehouse.operations.open_round import open_adhoc_round
from gatehouse.operations.summarise_round import UnitSummary

FLEET = ["h100-8x:EVT:2", "mi300x-8x:EVT:1", "gaudi3-8x:EVT:1"]
H100, MI300X, GAUDI3 = "h100-evt-01", "mi300x-evt-01", "gaudi3-evt-01"
EVERY = (H100, MI300X, GAUDI3)


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory, postgres_url: str) -> Iterator[LabWorld]:
    with lab_world(tmp_path_factory.mktemp("bmc"), postgres_url, FLEET) as made:
        yield made


@pytest.fixture(autouse=True)
def mended(world: LabWorld) -> Iterator[None]:
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
