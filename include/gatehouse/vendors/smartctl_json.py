"""``smartctl --json``: what a SATA, SAS or NVMe drive says of itself (smartmontools 7 and later).

The exit status is a mask of bits (smartctl(8), EXIT STATUS): 0 to 2 are trouble of the command, 3 to 7 news of the
drive. ``passed`` compares vendor thresholds only, so it must not hide reallocated or pending sectors.
"""

from collections.abc import Mapping
from typing import Any

from gatehouse.model.commands import Completed
from gatehouse.model.errors import UnreadableError
from gatehouse.model.readings import ToolReport
from gatehouse.model.status import FindingClass
from gatehouse.vendors.documents import json_of
from gatehouse.vendors.draft import Draft
from gatehouse.vendors.json_paths import at, items_at, text_at
from gatehouse.vendors.quantities import number_or_unknown
from gatehouse.vendors.registry import reads
from gatehouse.vendors.smart_attributes import SECTOR_SIGNATURES, leading_number

_TOOL = "smartctl-json"
_EXIT_BITS = {
    0: "command_line",
    1: "device_open",
    2: "command_failed",
    3: "failing",
    4: "prefail_below_threshold",
    5: "below_threshold_in_past",
    6: "errors_logged",
    7: "self_test_errors",
}
_NO_DEVICE = 0b11  # command line not parsed, or device not opened: nothing was read
_NVME_LOG = "nvme_smart_health_information_log"
_ANSWERS = range(256)  # the mask is judged bit by bit
_NVME = {
    "critical_warning": "critical_warning",
    "media_errors": "media_errors",
    "percentage_used": "percentage_used",
    "available_spare": "available_spare",
    "available_spare_threshold": "available_spare_threshold",
    "num_err_log_entries": "num_err_log_entries",
    "unsafe_shutdowns": "unsafe_shutdowns",
    "power_cycles": "power_cycles",
    "data_units_read": "data_units_read",
    "data_units_written": "data_units_written",
    "warning_temp_time": "warning_temp_minutes",
    "critical_comp_time": "critical_temp_minutes",
    "host_reads": "host_reads",
    "host_writes": "host_writes",
    "controller_busy_time": "controller_busy_minutes",
    "power_on_hours": "power_on_hours",
}
_MAX_ATTRIBUTES = 256
# smartctl names itself; an excerpt without that object is known by what only its documents hold together.
_MARKS = ("smartctl", "smart_status", "ata_smart_attributes", "nvme_smart_health_information_log")
_NO_CELSIUS = (0, 255, -128)  # what drives and bridges answer that have no sensor, where there is no trip point either


@reads(_TOOL)
def read_smartctl_json(said: Completed) -> ToolReport:
    """Identity, health, temperature in °C, power-on hours; NVMe log, ATA attributes or SCSI counters as they apply.

    Raises:
        UnreadableError: not smartctl's JSON.
    """
    document = json_of(said)
    if not isinstance(document, dict) or not any(isinstance(document.get(mark), dict) for mark in _MARKS):
        raise UnreadableError("JSON without a 'smartctl' object")
    draft = Draft(_TOOL, said)
    _note_tool(draft, document)
    if isinstance(document.get("devices"), list) and "device" not in document:
        return _scan(draft, items_at(document, "devices"))
    _note_device(draft, document)
    status = number_or_unknown(at(document, "smartctl", "exit_status"))
    if isinstance(status, int) and status & _NO_DEVICE:
        return draft.failed(f"smartctl exit status {status}: the device was not opened")
    _note_nvme(draft, document)
    _note_attributes(draft, document)
    _note_scsi(draft, document)
    _note_wear(draft, document)
    _note_logs(draft, document)
    if draft.facts["health.passed"] is None:
        draft.incomplete("the drive gave no health status")
    return draft.done(_ANSWERS)


def _scan(draft: Draft, devices: list[Any]) -> ToolReport:
    """``smartctl --scan --json`` lists devices and measures nothing of them."""
    draft.fact("devices", len(devices))
    for index, device in enumerate(devices):
        for key in ("name", "type", "protocol", "open_error"):
            if key in ("name", "type", "protocol") or at(device, key) is not None:
                draft.fact(f"dev{index}.{key}", text_at(device, key))
    return draft.done(_ANSWERS)


def _note_tool(draft: Draft, document: Mapping[str, Any]) -> None:
    version = at(document, "smartctl", "version")
    draft.fact("smartctl.version", ".".join(map(str, version)) if isinstance(version, list) else None)
    status = number_or_unknown(at(document, "smartctl", "exit_status"))
    draft.fact("smartctl.exit_status", status)
    if isinstance(status, int):
        for bit, name in _EXIT_BITS.items():
            draft.fact(f"exit.bit{bit}_{name}", bool(status >> bit & 1))
        if status & 0b111:
            draft.error(
                f"smartctl exit status {status}: {', '.join(n for b, n in _EXIT_BITS.items() if status >> b & 1)}"
            )
    for index, message in enumerate(items_at(document, "smartctl", "messages")):
        draft.fact(f"message{index}", text_at(message, "string"))
        draft.fact(f"message{index}.severity", text_at(message, "severity"))
        if text_at(message, "severity") == "error":
            text = text_at(message, "string") or "an error without text"
            draft.error(text)
            draft.finding(FindingClass.TOOL_ERROR, "host", "smart.command_failed", text)


def _note_device(draft: Draft, document: Mapping[str, Any]) -> None:
    model = text_at(document, "model_name") or text_at(document, "scsi_model_name") or _vendor_and_product(document)
    draft.fact("device.name", text_at(document, "device", "name"))
    draft.fact("device.type", text_at(document, "device", "type"))
    draft.fact("device.protocol", text_at(document, "device", "protocol"))
    draft.fact("model", model)
    draft.fact("serial", text_at(document, "serial_number"))
    revisions = (text_at(document, key) for key in ("firmware_version", "scsi_revision", "revision"))
    draft.fact("firmware", next((text for text in revisions if text), None))
    draft.fact("capacity_b", number_or_unknown(at(document, "user_capacity", "bytes")))
    passed = at(document, "smart_status", "passed")
    draft.fact("health.passed", passed if isinstance(passed, bool) else None)
    for name, path, key in (
        ("power_on_hours", ("power_on_time", "hours"), "power_on_hours"),
        ("power_cycles", ("power_cycle_count",), "power_cycles"),
    ):
        count = number_or_unknown(at(document, *path))
        draft.fact(name, number_or_unknown(at(document, _NVME_LOG, key)) if count is None else count)
    supported = at(document, "smart_support", "available")
    if isinstance(supported, bool):
        draft.fact("smart.available", supported)
    _note_temperature(draft, document)
    if passed is False or draft.facts.get("exit.bit3_failing"):
        draft.hardware(_part(document), "smart.failing", f"{model}: the drive's own health status is FAILED")


def _vendor_and_product(document: Mapping[str, Any]) -> str | None:
    words = (text_at(document, prefix + key) for key in ("vendor", "product") for prefix in ("scsi_", ""))
    return " ".join(dict.fromkeys(word for word in words if word)) or None


def _note_temperature(draft: Draft, document: Mapping[str, Any]) -> None:
    """°C as printed. RAID volumes print 0 with a trip point of 0: ``temperature.plausible`` says it is no reading."""
    current = number_or_unknown(at(document, "temperature", "current"))
    if current is None:
        current = number_or_unknown(at(document, _NVME_LOG, "temperature"))
    trip = number_or_unknown(at(document, "temperature", "drive_trip"))
    draft.fact("temperature_c", current)
    draft.fact("temperature.trip_c", trip or None)
    draft.fact("temperature.plausible", None if current is None else not (current in _NO_CELSIUS and not trip))


def _part(document: Mapping[str, Any]) -> str:
    return (text_at(document, "device", "name") or "disk").removeprefix("/dev/")


def _note_nvme(draft: Draft, document: Mapping[str, Any]) -> None:
    if text_at(document, "device", "protocol") != "NVMe":
        return
    log = at(document, _NVME_LOG)
    for key, name in _NVME.items():
        draft.fact(f"nvme.{name}", number_or_unknown(at(log, key)))
    for index, celsius in enumerate(items_at(log, "temperature_sensors"), 1):
        draft.fact(f"nvme.sensor{index}.temp_c", number_or_unknown(celsius))
    capacity = at(document, "nvme_total_capacity")
    number = number_or_unknown(capacity)
    draft.fact("nvme.total_capacity_b", number)
    draft.fact("nvme.total_capacity_plausible", None if capacity is None else bool(number))
    _judge_nvme(draft, _part(document))


def _judge_nvme(draft: Draft, part: str) -> None:
    facts = draft.facts
    for name in ("critical_warning", "media_errors"):
        if facts[f"nvme.{name}"]:
            draft.hardware(part, f"nvme.{name}", f"{name.replace('_', ' ')} is {facts[f'nvme.{name}']}")
    spare, least = facts["nvme.available_spare"], facts["nvme.available_spare_threshold"]
    if isinstance(spare, (int, float)) and isinstance(least, (int, float)) and spare < least:
        draft.hardware(part, "nvme.spare_below_threshold", f"available spare {spare} % is below {least} %")


def _note_attributes(draft: Draft, document: Mapping[str, Any]) -> None:
    for row in items_at(document, "ata_smart_attributes", "table")[:_MAX_ATTRIBUTES]:
        number = number_or_unknown(at(row, "id"))
        if isinstance(number, int):
            _note_attribute(draft, _part(document), number, row)


def _note_attribute(draft: Draft, part: str, number: int, row: Any) -> None:
    name, raw = text_at(row, "name") or "", number_or_unknown(at(row, "raw", "value"))
    draft.fact(f"attr.{number}.name", name)
    for column in ("value", "worst", "thresh"):
        draft.fact(f"attr.{number}.{column}", number_or_unknown(at(row, column)))
    draft.fact(f"attr.{number}.raw", raw)
    printed = leading_number(text_at(row, "raw", "string") or "")
    if number in SECTOR_SIGNATURES and (raw if printed is None else printed):
        draft.hardware(part, SECTOR_SIGNATURES[number], f"attribute {number} {name}: raw value {printed or raw}")
    if text_at(row, "when_failed"):
        draft.fact(f"attr.{number}.when_failed", text_at(row, "when_failed"))
    if text_at(row, "when_failed") == "now":
        draft.hardware(part, "smart.attribute_failing", f"attribute {number} {name} is below its threshold now")


def _note_scsi(draft: Draft, document: Mapping[str, Any]) -> None:
    if text_at(document, "device", "protocol") != "SCSI":
        return
    draft.fact("scsi.grown_defects", number_or_unknown(at(document, "scsi_grown_defect_list")))
    pending = number_or_unknown(at(document, "scsi_pending_defects", "count"))
    if pending is not None:
        draft.fact("scsi.pending_defects", pending)
    for way in ("read", "write", "verify"):
        log = at(document, "scsi_error_counter_log", way)
        if isinstance(log, dict):
            lost = number_or_unknown(log.get("total_uncorrected_errors"))
            draft.fact(f"scsi.{way}.corrected", number_or_unknown(log.get("total_errors_corrected")))
            invocations = number_or_unknown(log.get("correction_algorithm_invocations"))
            draft.fact(f"scsi.{way}.correction_invocations", invocations)
            draft.fact(f"scsi.{way}.uncorrected", lost)
            if lost:
                draft.hardware(_part(document), "scsi.uncorrected_errors", f"{lost} uncorrected {way} errors")


def _note_wear(draft: Draft, document: Mapping[str, Any]) -> None:
    """Endurance used in %, of drives that are no NVMe ones; self-tests as ATA and NVMe drives log them."""
    used = number_or_unknown(at(document, "endurance_used", "current_percent"))
    if used is None:
        used = number_or_unknown(at(document, "scsi_percentage_used_endurance_indicator"))
    if used is not None:
        draft.fact("percentage_used", used)
    for path in (("ata_smart_self_test_log", "standard"), ("ata_smart_self_test_log", "extended")):
        log = at(document, *path)
        if isinstance(log, dict):
            draft.fact("self_test.count", number_or_unknown(log.get("count")))
            draft.fact("self_test.errors", number_or_unknown(log.get("error_count_total")))
            for row in items_at(log, "table")[:1]:
                draft.fact("self_test.last.type", text_at(row, "type", "string"))
                draft.fact("self_test.last.status", text_at(row, "status", "string"))
                passed = at(row, "status", "passed")
                draft.fact("self_test.last.passed", passed if isinstance(passed, bool) else None)
    for row in items_at(document, "nvme_self_test_log", "table")[:1]:
        draft.fact("self_test.last.type", text_at(row, "self_test_code", "string"))
        draft.fact("self_test.last.status", text_at(row, "self_test_result", "string"))


def _note_logs(draft: Draft, document: Mapping[str, Any]) -> None:
    """ATA only: NVMe counts refused commands as errors, which says nothing of the drive."""
    count = number_or_unknown(at(document, "ata_smart_error_log", "summary", "count"))
    if count is None:
        count = number_or_unknown(at(document, "ata_smart_error_log", "extended", "count"))
    if count is not None:
        draft.fact("error_log.count", count)
        if count:
            draft.hardware(_part(document), "smart.errors_logged", f"{count} errors in the drive's log")
    failing = any(finding.signature == "smart.attribute_failing" for finding in draft.findings)
    if draft.facts.get("exit.bit4_prefail_below_threshold") and not failing:
        draft.hardware(_part(document), "smart.attribute_failing", "a prefail attribute is at or below its threshold")
    if draft.facts.get("exit.bit7_self_test_errors"):
        draft.hardware(_part(document), "smart.self_test_failed", "the drive's self-test log holds failed tests")
