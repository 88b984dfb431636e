"""smartctl --json: the exit status' bits, health, attributes, and what must not be hidden by "passed"."""

import json
from typing import Any

import pytest
from recordings import found, reading

from gatehouse.model.readings import ToolReport
from gatehouse.model.status import Measured


def drive(protocol: str = "ATA", exit_status: int = 0, **more: Any) -> str:
    """A document with the least that smartctl prints."""
    document = {
        "smartctl": {"version": [7, 4], "exit_status": exit_status},
        "device": {"name": "/dev/sda", "type": "sat", "protocol": protocol},
        "model_name": "M",
        "smart_status": {"passed": True},
        **more,
    }
    return json.dumps(document)


def attributes(*rows: tuple[int, int, str, str]) -> dict[str, Any]:
    """An attribute table of (id, raw value, raw text, when failed)."""
    table = [
        {"id": i, "name": f"a{i}", "value": 100, "raw": {"value": v, "string": s}, "when_failed": w}
        for i, v, s, w in rows
    ]
    return {"ata_smart_attributes": {"table": table}}


@pytest.mark.parametrize(
    ("status", "bits"),
    [
        (0, []),
        (4, ["bit2_command_failed"]),
        (64, ["bit6_errors_logged"]),
        (216, ["bit3_failing", "bit4_prefail_below_threshold", "bit6_errors_logged", "bit7_self_test_errors"]),
    ],
)
def test_the_exit_status_is_a_mask(status: int, bits: list[str]) -> None:
    """It should be split into its bits, and news of the drive are no trouble of the tool."""
    report = reading("smartctl-json", drive(exit_status=status), exit_code=status)
    assert [
        name.removeprefix("exit.") for name, value in report.facts.items() if name.startswith("exit.") and value
    ] == bits
    assert report.status is Measured.COMPLETE
    assert bool(report.errors) is bool(status & 7)


@pytest.mark.parametrize("status", [1, 2, 3])
def test_a_device_that_does_not_open(status: int) -> None:
    """It should be an error: nothing was measured, whatever the document holds."""
    report = reading("smartctl-json", drive(exit_status=status), exit_code=status)
    assert report.status is Measured.ERROR


@pytest.mark.parametrize(
    ("number", "signature"),
    [
        (5, "smart.reallocated_sectors"),
        (197, "smart.pending_sectors"),
        (198, "smart.offline_uncorrectable"),
        (199, None),
        (1, None),
    ],
)
def test_lost_sectors_are_not_hidden_by_passed(number: int, signature: str | None) -> None:
    """It should judge what counts lost sectors, and leave rates and cable errors to limits."""
    report = reading("smartctl-json", drive(**attributes((number, 3, "3", ""))))
    assert report.facts["health.passed"] is True
    assert report.facts[f"attr.{number}.raw"] == 3
    assert [signature for _, _, signature in found(report)] == ([signature] if signature else [])


def test_a_packed_raw_value_is_judged_by_its_text() -> None:
    """It should not take six packed bytes for a count of sectors."""
    report = reading("smartctl-json", drive(**attributes((5, 4295032832, "0 (0, 65536)", ""))))
    assert not found(report)
    assert report.facts["attr.5.raw"] == 4295032832


@pytest.mark.parametrize(("when", "count"), [("now", 1), ("past", 0), ("", 0)])
def test_an_attribute_below_its_threshold(when: str, count: int) -> None:
    """It should be a finding while it lasts."""
    assert len(found(reading("smartctl-json", drive(**attributes((3, 1, "1", when)))))) == count


def test_unknown_health_is_no_pass() -> None:
    """It should be unknown and not complete where the drive gave no health status."""
    report = reading("smartctl-json", drive(smart_status={}))
    assert report.facts["health.passed"] is None
    assert not report.complete


def test_health_that_is_no_truth_value() -> None:
    """It should not take a word for a pass."""
    assert reading("smartctl-json", drive(smart_status={"passed": "true"})).facts["health.passed"] is None


@pytest.mark.parametrize(
    ("temperature", "plausible"),
    [
        ({"current": 0, "drive_trip": 0}, False),
        ({"current": 0}, False),
        ({"current": 31}, True),
        ({}, None),
        ({"current": 0, "drive_trip": 85}, True),
    ],
)
def test_whether_a_temperature_is_one(temperature: dict[str, int], plausible: bool | None) -> None:
    """It should say that 0 °C without a trip point is what RAID volumes print."""
    facts = reading("smartctl-json", drive("SCSI", temperature=temperature)).facts
    assert facts["temperature.plausible"] is plausible


def test_a_capacity_that_is_a_sentinel() -> None:
    """It should be unknown, and said to be implausible."""
    facts = reading("smartctl-json", drive("NVMe", nvme_total_capacity=4294967295)).facts
    assert facts["nvme.total_capacity_b"] is None
    assert facts["nvme.total_capacity_plausible"] is False


def test_an_nvme_log_that_was_not_read() -> None:
    """It should leave every counter unknown."""
    facts = reading("smartctl-json", drive("NVMe", exit_status=4, smart_status={})).facts
    assert facts["nvme.critical_warning"] is None
    assert facts["nvme.media_errors"] is None


@pytest.mark.parametrize("text", ["[]", "{}", '{"smartctl": 1}', '{"smartctl": {"version": [7, 4]'])
def test_what_is_not_smartctl(text: str) -> None:
    """It should refuse it."""
    assert reading("smartctl-json", text).status is Measured.ERROR


def test_wrong_types_everywhere() -> None:
    """It should survive a document whose values have other types."""
    report: ToolReport = reading(
        "smartctl-json",
        json.dumps(
            {
                "smartctl": {"version": "7", "exit_status": "x", "messages": {}},
                "device": [],
                "temperature": 3,
                "ata_smart_attributes": {"table": [1, {"id": "x"}, {"id": 5, "raw": []}]},
                "power_on_time": None,
            }
        ),
    )
    assert report.facts["smartctl.exit_status"] is None
    assert report.facts["attr.5.raw"] is None
