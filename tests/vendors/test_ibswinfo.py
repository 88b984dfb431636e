"""ibswinfo."""

import pytest
from recordings import found, reading, recording

from gatehouse.model.status import Measured

SWITCH = recording("ibswinfo", "healthy_edge_switch")


def test_lines_below_a_supply_are_its_own() -> None:
    """It should not take the supply's part number for the switch's."""
    facts = reading("ibswinfo", SWITCH).facts
    assert facts["part"] == "MQM8790-HS2F"
    assert facts["psu1.part"] == "MTEF-PSF-AC-C"
    assert facts["psu0.fan_status"] == "OK"
    assert facts["fan_status"] == "OK"


@pytest.mark.parametrize("word", ["ERROR", "UNKNOWN"])
def test_only_ok_is_ok(word: str) -> None:
    """It should not take silence for health."""
    text = SWITCH.replace("fan status         | OK", f"fan status         | {word}")
    assert ("hardware", "switch", "switch.fan") in found(reading("ibswinfo", text))


def test_silence_is_neither_health_nor_trouble() -> None:
    """It should be incomplete where a status has no value."""
    report = reading("ibswinfo", SWITCH.replace("fan status         | OK", "fan status         | "))
    assert report.facts["fan_status"] is None
    assert not report.complete
    assert "switch.fan" not in [signature for _, _, signature in found(report)]


def test_no_value_is_unknown() -> None:
    """It should not read N/A as 0 W."""
    assert reading("ibswinfo", SWITCH).facts["psu1.power_w"] is None


def test_another_tool() -> None:
    """It should refuse a table without the switch's identity."""
    assert reading("ibswinfo", "name | value\nfan status | OK\n").status is Measured.ERROR
