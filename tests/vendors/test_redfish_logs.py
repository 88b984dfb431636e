"""Entries of Redfish logs: which are faults."""

import json
from typing import Any

import pytest
from recordings import found, reading


def log(*entries: dict[str, Any]) -> str:
    """A log with entries."""
    return json.dumps({"@odata.type": "#LogEntryCollection.LogEntryCollection", "@odata.id": "/x", "Members": entries})


@pytest.mark.parametrize(
    ("severity", "message", "fault"),
    [
        ("OK", "Fan 3 failed", False),
        ("Critical", "Fan 3 failed", True),
        ("Critical", "SXID 0 SMBPBI server is online", False),
        ("Critical", "SXID 20009 Non-fatal; Link 16 RX Short Error Rate", False),
        ("Critical", "SXID 20034 Fatal; Link 30 LTSSM Fault Up", True),
        ("Critical", "EVENT_LISTENER_TEST has detected errors", False),
        ("Warning", "Input Power Loss or Unplugged Power Cord", True),
        ("Warning", "BMC reset due to Power On Reset", False),
        ("Warning", "Drive predictive failure", True),
        (None, "something failed", False),
    ],
)
def test_what_is_a_fault(severity: str | None, message: str, fault: bool) -> None:
    """It should neither trust severity alone nor overlook a warning that tells of a loss."""
    report = reading("redfish-json", log({"Id": "1", "Severity": severity, "Message": message}))
    assert report.facts["faults"] == int(fault)
    assert bool(found(report)) is fault


def test_a_resolved_entry() -> None:
    """It should be no fault any more."""
    assert reading("redfish-json", log({"Severity": "Critical", "Message": "x", "Resolved": True})).facts["faults"] == 0


def test_the_part_is_named_where_it_is_told() -> None:
    """It should take the vendor's device, else the first argument's component, else the host."""
    base = {"Severity": "Critical", "Message": "x"}
    vendor = base | {"Oem": {"Nvidia": {"Device": "GPU_2"}}}
    argument = base | {"MessageArgs": ["NVSwitch_1 Driver Event Message", "y"]}
    assert [part for _, part, _ in found(reading("redfish-json", log(vendor, argument, base)))] == [
        "GPU_2",
        "NVSwitch_1",
        "host",
    ]


def test_numbers_of_errors() -> None:
    """It should tell an SXid from an Xid."""
    facts = reading("redfish-json", log({"Message": "SXID 11012 x"}, {"Message": "GPU XID 79 y"})).facts
    assert facts["e0.sxid"] == 11012
    assert "e0.xid" not in facts
    assert facts["e1.xid"] == 79


def test_many_entries_are_bounded() -> None:
    """It should count all and describe the first thousands."""
    report = reading("redfish-json", log(*({"Id": str(i), "Severity": "OK"} for i in range(5_001))))
    assert report.facts["entries"] == report.facts["severity.OK"] == 5_001
    assert not report.complete


def test_entries_that_are_only_links() -> None:
    """It should know nothing of their severity, nor whether there are faults."""
    report = reading("redfish-json", log({"@odata.id": "/a"}))
    assert report.facts["severity.none"] == 1
    assert report.facts["faults"] is None
    assert not report.complete
