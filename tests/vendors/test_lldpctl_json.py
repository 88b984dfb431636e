"""lldpctl's JSON, in its two forms."""

import json
from typing import Any

import pytest
from recordings import reading

from gatehouse.model.status import Measured


def neighbour(**more: Any) -> str:
    """One neighbour of eth0."""
    chassis = {"sw": {"id": {"type": "mac", "value": "m"}}}
    return json.dumps({"lldp": {"interface": {"eth0": {"chassis": chassis, "port": {"id": {"value": "p1"}}, **more}}}})


def test_a_single_interface_is_an_object() -> None:
    """It should read what lldpctl prints without a list around it."""
    facts = reading("lldpctl-json", neighbour()).facts
    assert (facts["neighbors"], facts["eth0.chassis"], facts["eth0.port"]) == (1, "sw", "p1")


@pytest.mark.parametrize(
    ("chassis", "name"),
    [
        ({"sw-1": {"id": {"value": "m"}}}, "sw-1"),
        ({"id": {"value": "m"}, "descr": "d"}, None),
        ({"id": {"value": "m"}}, None),
        ([{"id": [{"value": "m"}], "name": [{"value": "sw-2"}]}], "sw-2"),
        ({}, None),
    ],
)
def test_names_of_chassis(chassis: Any, name: str | None) -> None:
    """It should not take a key of the chassis for its name."""
    assert reading("lldpctl-json", neighbour(chassis=chassis)).facts["eth0.chassis"] == name


@pytest.mark.parametrize(
    ("address", "expected"),
    [("10.0.0.1", ["10.0.0.1"]), (["a", "b"], ["a", "b"]), (None, []), ([{"value": "c"}], ["c"])],
)
def test_management_addresses(address: Any, expected: list[str]) -> None:
    """It should always be a list."""
    chassis = {"sw": {"id": {"value": "m"}, "mgmt-ip": address}}
    assert reading("lldpctl-json", neighbour(chassis=chassis)).facts["eth0.mgmt_ips"] == expected


def test_the_first_vlan_counts() -> None:
    """It should read one VLAN or several."""
    assert reading("lldpctl-json", neighbour(vlan={"vlan-id": "7"})).facts["eth0.vlan"] == 7
    assert reading("lldpctl-json", neighbour(vlan=[{"vlan-id": "8"}, {"vlan-id": "9"}])).facts["eth0.vlan"] == 8
    assert reading("lldpctl-json", neighbour()).facts["eth0.vlan"] is None


def test_no_neighbour_is_an_answer() -> None:
    """It should be complete with none."""
    report = reading("lldpctl-json", '{"lldp": {}}')
    assert report.complete
    assert report.facts == {"neighbors": 0}


@pytest.mark.parametrize("text", ["{}", "[]", '{"lldp": null}', neighbour()[:-2]])
def test_what_is_not_lldpctl(text: str) -> None:
    """It should refuse it."""
    assert reading("lldpctl-json", text).status is Measured.ERROR
