"""Systems, processors and memory metrics of Redfish."""

import json
from typing import Any

import pytest
from recordings import found, reading


def metrics(**more: Any) -> str:
    """Memory metrics."""
    return json.dumps({"@odata.type": "#MemoryMetrics.v1_7_0.MemoryMetrics", "@odata.id": "/x", **more})


@pytest.mark.parametrize(("count", "findings"), [(0, 0), (3, 1), (None, 0)])
def test_uncorrectable_errors(count: int | None, findings: int) -> None:
    """It should judge them, and neither 0 nor unknown."""
    report = reading("redfish-json", metrics(LifeTime={"UncorrectableECCErrorCount": count}))
    assert report.facts["lifetime.uncorrectable"] == count
    assert len(found(report)) == findings


def test_row_remapping_is_unknown_where_it_is_not_told() -> None:
    """It should not be 0 for a BMC that has no such object."""
    assert reading("redfish-json", metrics()).facts["row_remapping"] is None


def test_a_failed_row_remapping() -> None:
    """It should be a finding."""
    vendor = {"Nvidia": {"RowRemapping": {"UncorrectableRowRemappingCount": 8}, "RowRemappingFailureState": True}}
    report = reading("redfish-json", metrics(Oem=vendor))
    assert found(report) == [("hardware", "memory", "memory.row_remap_failed")]
    assert report.facts["row_remapping.pending"] is None


def test_a_system_of_another_shape() -> None:
    """It should survive values of other types."""
    text = json.dumps(
        {
            "@odata.type": "#ComputerSystem.v1_1_0.ComputerSystem",
            "ProcessorSummary": [],
            "MemorySummary": "x",
            "Status": "OK",
        }
    )
    facts = reading("redfish-json", text).facts
    assert facts["cpus"] is None
    assert facts["memory.total_gib"] is None
