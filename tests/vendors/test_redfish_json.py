"""Redfish resources: their kind, health, sentinels, and errors of the BMC."""

import json
from typing import Any

import pytest
from recordings import found, reading

from gatehouse.model.status import Measured


def resource(kind: str, **more: Any) -> str:
    """A resource of a kind."""
    return json.dumps({"@odata.type": f"#{kind}.v1_9_0.{kind}", "@odata.id": "/redfish/v1/x", "Id": "x1", **more})


@pytest.mark.parametrize(
    ("status", "signatures"),
    [
        ({"Health": "OK"}, []),
        ({"Health": None, "State": "Absent"}, []),
        ({"Health": "Warning"}, ["redfish.health_warning"]),
        ({"Health": "Critical"}, ["redfish.health_critical"]),
        ({"Health": "OK", "HealthRollup": "Critical"}, ["redfish.health_critical"]),
    ],
)
def test_health(status: dict[str, Any], signatures: list[str]) -> None:
    """It should judge what is not OK, and what is below not OK, but not silence."""
    report = reading("redfish-json", resource("Chassis", Status=status))
    assert [signature for _, _, signature in found(report)] == signatures
    assert report.facts["health"] == status["Health"]


@pytest.mark.parametrize(("value", "expected"), [(65535, None), (1980, 1980), (None, None), ("1980", 1980)])
def test_speed_sentinels(value: Any, expected: int | None) -> None:
    """It should know the 16-bit register without a value."""
    assert reading("redfish-json", resource("Processor", SpeedLimitMHz=value)).facts["speed_limit_mhz"] == expected


@pytest.mark.parametrize(
    ("document", "kind"),
    [
        ({"@odata.id": "/x", "Temperatures": [], "Fans": []}, "Thermal"),
        ({"@odata.id": "/x", "PowerControl": []}, "Power"),
        ({"@odata.id": "/x", "ProcessorType": "GPU"}, "Processor"),
        ({"@odata.id": "/x", "Name": "?"}, "Resource"),
    ],
)
def test_a_bmc_that_leaves_the_type_out(document: dict[str, Any], kind: str) -> None:
    """It should be known by what it holds."""
    assert reading("redfish-json", json.dumps(document)).facts["resource"] == kind


def test_an_error_of_the_bmc() -> None:
    """It should be an error with the BMC's words, whatever the code of the tool."""
    document = {"error": {"code": "Base.1.8.GeneralError", "@Message.ExtendedInfo": [{"Message": "No valid session"}]}}
    report = reading("redfish-json", json.dumps(document))
    assert report.status is Measured.ERROR
    assert "No valid session" in report.errors[0]


@pytest.mark.parametrize("text", ["[]", "{}", '{"a": 1}', "3", resource("Chassis")[:-4]])
def test_what_is_no_resource(text: str) -> None:
    """It should refuse it."""
    assert reading("redfish-json", text).status is Measured.ERROR


def test_members_declared_against_listed() -> None:
    """It should not be complete when members are missing or on a further page."""
    whole = {"Members": [{"@odata.id": "/a"}], "Members@odata.count": 1}
    assert reading("redfish-json", resource("ChassisCollection", **whole)).complete
    assert not reading("redfish-json", resource("ChassisCollection", **(whole | {"Members@odata.count": 2}))).complete
    assert not reading(
        "redfish-json", resource("ChassisCollection", **(whole | {"Members@odata.nextLink": "/b"}))
    ).complete


def test_parts_with_little_more_than_health() -> None:
    """It should read a DIMM, a drive, a port and firmware."""
    dimm = reading("redfish-json", resource("Memory", CapacityMiB=98304, OperatingSpeedMhz=4800, DeviceLocator="A1"))
    assert (dimm.facts["capacity_mib"], dimm.facts["operating_mhz"], dimm.facts["locator"]) == (98304, 4800, "A1")
    port = reading("redfish-json", resource("Port", LinkStatus="LinkUp", CurrentSpeedGbps=400))
    assert (port.facts["link"], port.facts["speed_gbit_per_s"]) == ("LinkUp", 400)
    assert reading("redfish-json", resource("SoftwareInventory", Version="28.43")).facts["version"] == "28.43"


@pytest.mark.parametrize(("predicted", "findings"), [(True, 1), (False, 0), (None, 0)])
def test_a_drive_that_predicts_its_failure(predicted: bool | None, findings: int) -> None:
    """It should be a finding."""
    report = reading("redfish-json", resource("Drive", FailurePredicted=predicted))
    assert len(found(report)) == findings
    assert report.facts["failure_predicted"] is predicted
