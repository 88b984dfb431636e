"""Temperatures, fans and power of Redfish."""

import json
from typing import Any

from recordings import found, reading


def thermal(*temperatures: dict[str, Any], fans: tuple[dict[str, Any], ...] = ()) -> str:
    """A Thermal resource."""
    return json.dumps(
        {"@odata.type": "#Thermal.v1_7_0.Thermal", "@odata.id": "/x", "Temperatures": temperatures, "Fans": fans}
    )


def test_a_null_reading_is_unknown() -> None:
    """It should not be 0 °C, and be counted."""
    facts = reading(
        "redfish-json",
        thermal(
            {"Name": "A", "ReadingCelsius": None, "Status": {"State": "Absent"}}, {"Name": "B", "ReadingCelsius": 0}
        ),
    ).facts
    assert facts["A.c"] is None
    assert facts["B.c"] == 0
    assert (facts["temperatures"], facts["temps_null"], facts["temps_absent"]) == (2, 1, 1)


def test_sensors_of_one_name() -> None:
    """It should lose none."""
    facts = reading(
        "redfish-json", thermal({"Name": "T", "ReadingCelsius": 1}, {"Name": "T", "ReadingCelsius": 2})
    ).facts
    assert (facts["T.c"], facts["T#2.c"]) == (1, 2)


def test_fans_in_rpm_or_percent() -> None:
    """It should name the fact by the unit that is printed."""
    facts = reading(
        "redfish-json",
        thermal(
            fans=(
                {"Name": "F1", "Reading": 9000, "ReadingUnits": "RPM"},
                {"Name": "F2", "Reading": 40, "ReadingUnits": "Percent"},
            )
        ),
    ).facts
    assert facts["F1.rpm"] == 9000
    assert facts["F2.pct"] == 40
    assert "F2.rpm" not in facts


def test_a_supply_that_is_not_well() -> None:
    """It should be a finding of that supply."""
    supplies = [
        {"Name": "A", "Status": {"Health": "OK"}},
        {"Name": "B", "Status": {"Health": "Critical", "State": "UnavailableOffline"}},
    ]
    text = json.dumps({"@odata.type": "#Power.v1_7_1.Power", "@odata.id": "/x", "PowerSupplies": supplies})
    report = reading("redfish-json", text)
    assert found(report) == [("hardware", "ps1", "redfish.health_critical")]
    assert report.facts["supplies"] == 2


def test_environment_metrics() -> None:
    """It should read excerpts of sensors."""
    text = json.dumps(
        {
            "@odata.type": "#EnvironmentMetrics.v1_3_0.EnvironmentMetrics",
            "TemperatureCelsius": {"Reading": 44.5},
            "PowerWatts": {"Reading": None},
            "PowerLimitWatts": {"SetPoint": 700},
        }
    )
    facts = reading("redfish-json", text).facts
    assert (facts["temp_c"], facts["power_w"], facts["power.limit_w"]) == (44.5, None, 700)
