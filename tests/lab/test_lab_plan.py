"""Fleet plans: names, serial numbers, addresses."""

import ipaddress

import pytest

from gatehouse.lab.plan import Batch, FleetPlan
from gatehouse.model.errors import NotFoundError, UsageError


def test_hosts_are_named_by_sku_build_and_number() -> None:
    plan = FleetPlan((Batch("h100-8x", "EVT", 1), Batch("h100-8x", "DVT", 2), Batch("mi300x-8x", "RAMP", 1)))
    assert [(host.name, host.serial) for host in plan.hosts()] == [
        ("h100-evt-01", "H100EVT0001"),
        ("h100-dvt-001", "H100DVT0001"),
        ("h100-dvt-002", "H100DVT0002"),
        ("mi300x-ramp-0001", "MI300XRAMP0001"),
    ]


def test_the_program_is_the_sku_unless_it_is_given() -> None:
    plan = FleetPlan.parse(["h100-8x:EVT:1", "h100-8x:h100-next:PVT:1"])
    assert [host.program for host in plan.hosts()] == ["h100-8x", "h100-next"]


def test_numbers_run_on_through_batches_of_one_build() -> None:
    plan = FleetPlan.parse(["h100-8x:a:DVT:2", "h100-8x:b:DVT:2"])
    assert [host.name[-3:] for host in plan.hosts()] == ["001", "002", "003", "004"]


def test_names_of_a_batch_have_one_length_even_in_large_batches() -> None:
    names = [host.name for host in FleetPlan.parse(["h100-8x:DVT:1200"]).hosts()]
    assert (names[0], names[-1]) == ("h100-dvt-0001", "h100-dvt-1200")


def test_every_host_has_a_loopback_address_of_its_own() -> None:
    hosts = FleetPlan.of_size(70_000).hosts()
    addresses = {host.address for host in hosts}
    assert len(addresses) == len(hosts) == 70_000
    assert all(ipaddress.ip_address(address).is_loopback for address in addresses)
    assert hosts[0].address == "127.20.0.1"
    assert not any(address.endswith((".0", ".255")) for address in addresses)


def test_a_plan_is_the_same_each_time() -> None:
    assert FleetPlan.of_size(60).hosts() == FleetPlan.of_size(60).hosts()


@pytest.mark.parametrize("size", [1, 3, 4, 9, 60, 61])
def test_a_mixed_fleet_has_exactly_the_size_that_is_asked(size: int) -> None:
    assert len(FleetPlan.of_size(size).hosts()) == size


def test_the_default_fleet_holds_the_hosts_of_the_demo() -> None:
    names = {host.name for host in FleetPlan.of_size(60).hosts()}
    assert {"h100-dvt-017", "h100-dvt-041", "h100-dvt-042", "mi300x-evt-03", "gaudi3-evt-01"} <= names


def test_a_plan_survives_being_written_down() -> None:
    plan = FleetPlan.parse(["h100-8x:EVT:2", "gaudi3-8x:next:DVT:3", "this-machine"])
    again = FleetPlan.parse(plan.texts())
    assert again.hosts() == plan.hosts()
    assert again.this_machine


@pytest.mark.parametrize("text", ["h100-8x", "h100-8x:EVT", "h100-8x:XVT:2", "h100-8x:EVT:two", "a:b:c:d:e"])
def test_a_batch_that_makes_no_sense_is_refused_with_the_form(text: str) -> None:
    with pytest.raises(UsageError, match="SKU:BUILD:COUNT"):
        FleetPlan.parse([text])


def test_an_unknown_sku_is_refused() -> None:
    with pytest.raises(NotFoundError):
        FleetPlan.parse(["h200-8x:EVT:1"])
