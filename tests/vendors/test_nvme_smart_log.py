"""nvme smart-log: Kelvin, and a warning that is a number or an object."""

import json
from typing import Any

import pytest
from recordings import found, reading

from gatehouse.model.status import Measured
from gatehouse.vendors.nvme_smart_log import celsius


def log(**more: Any) -> str:
    """A health log."""
    return json.dumps(
        {
            "critical_warning": 0,
            "temperature": 310,
            "avail_spare": 100,
            "spare_thresh": 10,
            "percent_used": 1,
            "media_errors": 0,
        }
        | more
    )


@pytest.mark.parametrize(("kelvin", "expected"), [(310, 37), (324, 51), (273, 0), (0, None), (None, None)])
def test_kelvin(kelvin: int | None, expected: int | None) -> None:
    """It should round to whole degrees; 0 K is no sensor."""
    assert celsius(kelvin) == expected


@pytest.mark.parametrize("warning", [6, {"value": 6, "temp_threshold": 1}])
def test_both_forms_of_the_warning(warning: Any) -> None:
    """It should name the bits that are set."""
    report = reading("nvme-smart-log-json", log(critical_warning=warning))
    assert report.facts["critical_warning"] == 6
    assert report.facts["critical_warning.bits"] == ["temp_threshold", "reliability_degraded"]
    assert found(report) == [("hardware", "nvme", "nvme.critical_warning")]


def test_floats_become_whole() -> None:
    """It should give 310 for 310.0."""
    value = reading("nvme-smart-log-json", log(temperature=310.0)).facts["temperature_raw"]
    assert value == 310 and isinstance(value, int)


def test_spare_below_its_threshold() -> None:
    """It should be a finding, and the threshold itself still be in order."""
    assert found(reading("nvme-smart-log-json", log(avail_spare=9))) == [
        ("hardware", "nvme", "nvme.spare_below_threshold")
    ]
    assert not found(reading("nvme-smart-log-json", log(avail_spare=10)))


def test_absent_counters_are_unknown() -> None:
    """It should not call 0 what the log does not hold."""
    assert reading("nvme-smart-log-json", log()).facts["unsafe_shutdowns"] is None


@pytest.mark.parametrize("text", ["[]", '{"critical_warning": 0}', '{"Devices": []}', log()[:-5]])
def test_what_is_no_health_log(text: str) -> None:
    """It should refuse it."""
    assert reading("nvme-smart-log-json", text).status is Measured.ERROR


@pytest.mark.parametrize(
    ("printed", "celsius_read"), [("36 C", 36), ("36 °C (309 K)", 36), ("309 K (36 °C)", 36), ("0 °C (273 K)", 0)]
)
def test_temperatures_of_the_text(printed: str, celsius_read: int) -> None:
    """It should read what each version prints."""
    text = f"critical_warning : 0x4\ntemperature : {printed}\npercentage_used : 7%\n"
    facts = reading("nvme-smart-log-text", text).facts
    assert facts["temperature_c"] == celsius_read
    assert facts["critical_warning"] == 4
    assert facts["percent_used"] == 7
