"""ipmitool dcmi power reading."""

import pytest
from recordings import reading, recording

from gatehouse.model.status import Measured

LOAD = recording("ipmitool-dcmi-power", "under_load")


def test_a_power_reading_that_is_not_active() -> None:
    """It should be no measurement, whatever the numbers are."""
    report = reading("ipmitool-dcmi-power", LOAD.replace("activated", "deactivated"))
    assert report.facts["power_w"] is None
    assert not report.complete


@pytest.mark.parametrize(
    ("printed", "seconds"), [("00000060 Seconds.", 60.0), ("00001000 Milliseconds.", 1.0), ("soon", None)]
)
def test_sampling_period(printed: str, seconds: float | None) -> None:
    """It should be in seconds."""
    text = LOAD.replace(
        "2026    Sampling period:                          00000060 Seconds.",
        f"2026\n    Sampling period:          {printed}",
    )
    assert reading("ipmitool-dcmi-power", text).facts["sampling_s"] == seconds


def test_a_cut_before_the_state() -> None:
    """It should not report power that may not be measured at all."""
    report = reading("ipmitool-dcmi-power", LOAD[: LOAD.index("    Power reading state")])
    assert "power_w" not in report.facts
    assert not report.complete


def test_no_dcmi() -> None:
    """It should be an error with ipmitool's words."""
    report = reading("ipmitool-dcmi-power", "", 1, "DCMI request failed because: Invalid command (c1)\n")
    assert report.status is Measured.ERROR
