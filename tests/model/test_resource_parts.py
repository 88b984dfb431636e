"""Addresses of what a BMC tells of."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatehouse.model.readings import split_name
from gatehouse.model.resource_parts import last_segment, part_of


@pytest.mark.parametrize(
    ("collection", "member", "part"),
    [
        ("Processors", "GPU_SXM_3", "processor_GPU_SXM_3"),
        ("Systems", "System.Embedded.1", "system_System_Embedded_1"),
        ("Chassis", "Self", "chassis_Self0"),
        ("Sensors", "CPU1_Temp", "sensor_CPU_Temp1"),
        ("PowerSupplies", "0", "supply_0"),
        ("StorageControllers", "1", "storagecontrollers_1"),
        ("", "", "part_0"),
    ],
)
def test_an_id_gives_an_address(collection: str, member: str, part: str) -> None:
    """It should be readable, and the same whatever else the BMC lists."""
    assert part_of(collection, member) == part


@given(st.text(max_size=40), st.text(max_size=200))
def test_whatever_a_bmc_calls_things_the_address_is_one_part(collection: str, member: str) -> None:
    """It should never run into the name of the reading, nor fall apart."""
    part = part_of(collection, member)
    assert split_name(f"{part}.temp_c") == (part, "temp_c", "degC")
    assert len(part) < 200


def test_the_id_is_the_last_word_of_a_path() -> None:
    """It should not take a query or a trailing slash for it."""
    assert last_segment("/redfish/v1/Chassis/1/?$expand=.") == "1"
    assert last_segment("/redfish/v1/Systems/GPU_0#/Oem") == "GPU_0"
    assert last_segment("") == ""
