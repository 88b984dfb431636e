"""mlxlink's JSON."""

import json
from typing import Any

import pytest
from recordings import found, reading

from gatehouse.model.status import Measured


def port(code: int = 0, opcode: str = "0", module: dict[str, Any] | None = None) -> str:
    """A port with a module."""
    output = {
        "Operational Info": {"State": "Active", "Speed": "400G"},
        "Module Info": module or {},
        "Troubleshooting Info": {"Status Opcode": opcode, "Recommendation": "advice"},
    }
    return json.dumps({"result": {"output": output}, "status": {"code": code, "message": "m"}})


def test_a_stale_body_counts_for_nothing() -> None:
    """It should read no fact of a body whose status is a failure."""
    report = reading("mlxlink-json", port(code=1))
    assert report.status is Measured.ERROR
    assert report.facts == {"status.code": 1, "status.message": "m", "usable": False, "measurements": 0}


@pytest.mark.parametrize(
    ("opcode", "expected"),
    [("0", []), ("N/A", []), ("1", ["configuration"]), ("15", ["hardware"]), ("2", ["hardware"])],
)
def test_mlxlinks_own_diagnosis(opcode: str, expected: list[str]) -> None:
    """It should not call a port faulty that somebody closed."""
    assert [kind for kind, _, _ in found(reading("mlxlink-json", port(opcode=opcode)))] == expected


@pytest.mark.parametrize(
    ("printed", "value", "low", "high"),
    [("61 [-10..80]", 61, -10, 80), ("61", 61, None, None), ("N/A", None, None, None), ("-3 [-10..80]", -3, -10, 80)],
)
def test_values_with_their_range(printed: str, value: int | None, low: int | None, high: int | None) -> None:
    """It should keep the range apart from the value."""
    facts = reading("mlxlink-json", port(module={"Temperature [C]": printed})).facts
    assert (facts["temp_c"], facts.get("temp.min_c"), facts.get("temp.max_c")) == (value, low, high)


@pytest.mark.parametrize(
    ("printed", "lanes"),
    [
        ("1.5,-2.5 [-9.9..6.9]", [1.5, -2.5]),
        ("1.5,N/A", [1.5, None]),
        ({"values": ["1.5", "2.5"]}, [1.5, 2.5]),
        ("N/A", None),
        ({"values": ["N/A"]}, None),
    ],
)
def test_lanes(printed: Any, lanes: list[float | None] | None) -> None:
    """It should give a list by lane, unknown where no lane has a value."""
    assert reading("mlxlink-json", port(module={"Rx Power Current [dBm]": printed})).facts["rx_power_dbm"] == lanes


def test_speed_in_megabits() -> None:
    """It should convert only what is a number of gigabits."""
    assert reading("mlxlink-json", port()).facts["speed_mbps"] == 400_000
    assert reading("mlxlink-json", port().replace('"400G"', '"IB-NDR"')).facts["speed_mbps"] is None


@pytest.mark.parametrize("text", ["{}", '{"status": {"code": "x"}}', '{"result": {}}', "[]", port()[:-4]])
def test_what_is_not_mlxlink(text: str) -> None:
    """It should refuse it."""
    assert reading("mlxlink-json", text).status is Measured.ERROR


def test_success_without_a_body() -> None:
    """It should be an error: there is nothing measured in it."""
    assert reading("mlxlink-json", '{"status": {"code": 0, "message": "success"}}').status is Measured.ERROR
