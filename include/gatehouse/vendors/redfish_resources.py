"""Identity and state of Redfish resources: systems, chassis, processors, memory metrics."""

from collections.abc import Mapping
from typing import Any

from gatehouse.model.readings import Fact
from gatehouse.vendors.draft import Draft
from gatehouse.vendors.json_paths import at, text_at
from gatehouse.vendors.quantities import number_or_unknown, word_or_unknown

_IDENTITY = {
    "Id": "id",
    "Name": "name",
    "Manufacturer": "manufacturer",
    "Model": "model",
    "SerialNumber": "serial",
    "PartNumber": "part",
    "SKU": "sku",
    "UUID": "uuid",
    "FirmwareVersion": "fw",
    "BiosVersion": "bios",
    "AssetTag": "asset_tag",
    "PowerState": "power_state",
    "RedfishVersion": "redfish_version",
    "Product": "product",
    "Vendor": "vendor",
    "DateTime": "date_time",
    "MACAddress": "mac",
    "LinkStatus": "link",
}
# Of parts that have little more than identity and health: fact -> where its number stands.
_PART_NUMBERS: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "Memory": {"capacity_mib": ("CapacityMiB",), "operating_mhz": ("OperatingSpeedMhz",), "rank": ("RankCount",)},
    "Drive": {"capacity_b": ("CapacityBytes",), "life_left_pct": ("PredictedMediaLifeLeftPercent",)},
    "PowerSupply": {"capacity_w": ("PowerCapacityWatts",)},
    "Fan": {"speed_pct": ("SpeedPercent", "Reading"), "speed_rpm": ("SpeedPercent", "SpeedRPM")},
    "Port": {"lanes": ("ActiveWidth",), "speed_gbit_per_s": ("CurrentSpeedGbps",), "max_gbit_per_s": ("MaxSpeedGbps",)},
    "EthernetInterface": {"speed_mbps": ("SpeedMbps",), "mtu": ("MTUSize",)},
    "LogService": {"max_records": ("MaxNumberOfRecords",)},
    "Battery": {"charge_pct": ("ChargePercent",), "health_pct": ("StateOfHealthPercent",)},
    "PCIeDevice": {"pcie.lanes": ("PCIeInterface", "LanesInUse"), "pcie.max_lanes": ("PCIeInterface", "MaxLanes")},
}
_PART_WORDS: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "Memory": {"type": ("MemoryDeviceType",), "locator": ("DeviceLocator",), "ecc": ("ErrorCorrection",)},
    "Drive": {"type": ("MediaType",), "protocol": ("Protocol",)},
    "Port": {"protocol": ("PortProtocol",), "link_state": ("LinkState",), "port_type": ("PortType",)},
    "PCIeDevice": {"pcie.type": ("PCIeInterface", "PCIeType"), "pcie.max_type": ("PCIeInterface", "MaxPCIeType")},
    "SoftwareInventory": {"version": ("Version",)},
    "Manager": {"type": ("ManagerType",)},
    "PowerSupply": {"line_input": ("LineInputStatus",)},
    "LogService": {"overwrite": ("OverWritePolicy",)},
}
_BAD_HEALTH = ("Critical", "Warning")
_MHZ_SENTINEL = 65535  # a 16-bit register without a value


def note_resource(draft: Draft, document: Any) -> None:
    """What every resource may hold: identity, health and state. Health that is not OK is a finding."""
    for key, name in _IDENTITY.items():
        if isinstance(document, dict) and key in document:
            draft.fact(name, word_or_unknown(text_at(document, key)))
    if isinstance(at(document, "Status"), dict):
        note_status(draft, "", str(draft.facts.get("id") or "resource"), document)


def note_status(draft: Draft, prefix: str, part: str, document: Any) -> None:
    """Health and state under a prefix; a Critical or Warning health is a finding of the part."""
    health = text_at(document, "Status", "Health")
    rollup = text_at(document, "Status", "HealthRollup")
    draft.fact(f"{prefix}health", health)
    draft.fact(f"{prefix}state", text_at(document, "Status", "State"))
    if rollup:
        draft.fact(f"{prefix}health_rollup", rollup)
    worst = health if health in _BAD_HEALTH else rollup
    if worst in _BAD_HEALTH:
        draft.hardware(part, f"redfish.health_{worst.lower()}", f"{part}: health {worst}")


def note_mapped(draft: Draft, document: Any, names: Mapping[str, tuple[str, ...]]) -> None:
    """Numbers by their paths."""
    for name, path in names.items():
        draft.fact(name, number_or_unknown(at(document, *path)))


def note_system(draft: Draft, document: Any) -> None:
    """CPUs and memory of a ComputerSystem."""
    note_mapped(
        draft,
        document,
        {
            "cpus": ("ProcessorSummary", "Count"),
            "cpu.cores": ("ProcessorSummary", "CoreCount"),
            "memory.total_gib": ("MemorySummary", "TotalSystemMemoryGiB"),
        },
    )
    draft.fact("cpu.model", text_at(document, "ProcessorSummary", "Model"))
    for name, key in (("cpu", "ProcessorSummary"), ("memory", "MemorySummary")):
        health = text_at(document, key, "Status", "Health") or text_at(document, key, "Status", "HealthRollup")
        draft.fact(f"{name}.health", health)
    progress = text_at(document, "BootProgress", "LastState")
    if progress:
        draft.fact("boot_progress", progress)
    draft.fact("hostname", text_at(document, "HostName"))
    draft.fact("system_type", text_at(document, "SystemType"))


def note_part(draft: Draft, kind: str, document: Any) -> None:
    """What else a DIMM, drive, port and the like tells; a drive that predicts its failure is a finding."""
    note_mapped(draft, document, _PART_NUMBERS.get(kind, {}))
    for name, path in _PART_WORDS.get(kind, {}).items():
        draft.fact(name, text_at(document, *path))
    if kind == "Port" and draft.facts["lanes"] is None:
        draft.fact("lanes", number_or_unknown(at(document, "Width")))
    if kind == "Storage":
        drives = at(document, "Drives")
        draft.fact("drives", len(drives) if isinstance(drives, list) else None)
    if kind == "Drive":
        predicted = _flag(at(document, "FailurePredicted"))
        draft.fact("failure_predicted", predicted)
        if predicted:
            draft.hardware(str(draft.facts.get("id")), "redfish.failure_predicted", "the drive predicts its failure")


def note_chassis(draft: Draft, document: Any) -> None:
    """Type and height of a Chassis."""
    draft.fact("type", text_at(document, "ChassisType"))
    draft.fact("height_mm", number_or_unknown(at(document, "HeightMm")))
    draft.fact("indicator", text_at(document, "IndicatorLED"))


def note_processor(draft: Draft, document: Any) -> None:
    """A CPU, GPU or other accelerator: its link, clocks in MHz and modes."""
    draft.fact("type", text_at(document, "ProcessorType"))
    draft.fact("pcie.type", text_at(document, "SystemInterface", "PCIe", "PCIeType"))
    draft.fact("pcie.max_type", text_at(document, "SystemInterface", "PCIe", "MaxPCIeType"))
    note_mapped(
        draft,
        document,
        {
            "pcie.lanes": ("SystemInterface", "PCIe", "LanesInUse"),
            "pcie.max_lanes": ("SystemInterface", "PCIe", "MaxLanes"),
            "cores": ("TotalCores",),
            "threads": ("TotalThreads",),
        },
    )
    for key, name in (
        ("OperatingSpeedMHz", "operating_mhz"),
        ("SpeedLimitMHz", "speed_limit_mhz"),
        ("MaxSpeedMHz", "max_mhz"),
        ("MinSpeedMHz", "min_mhz"),
    ):
        draft.fact(name, _mhz(at(document, key)))
    draft.fact("ecc_enabled", _flag(at(document, "MemorySummary", "ECCModeEnabled")))
    draft.fact("mig", _flag(at(document, "Oem", "Nvidia", "MIGModeEnabled")))


def note_memory_metrics(draft: Draft, document: Any) -> None:
    """ECC counts since manufacture and since boot, use in %, row remapping where the BMC tells of it."""
    note_mapped(
        draft,
        document,
        {
            "lifetime.correctable": ("LifeTime", "CorrectableECCErrorCount"),
            "lifetime.uncorrectable": ("LifeTime", "UncorrectableECCErrorCount"),
            "current.correctable": ("CurrentPeriod", "CorrectableECCErrorCount"),
            "current.uncorrectable": ("CurrentPeriod", "UncorrectableECCErrorCount"),
            "bandwidth_pct": ("BandwidthPercent",),
            "capacity_used_pct": ("CapacityUtilizationPercent",),
        },
    )
    draft.fact("operating_mhz", _mhz(at(document, "OperatingSpeedMHz")))
    _note_remapping(draft, document)
    _note_memory_health(draft, at(document, "HealthData"))
    for name in ("lifetime.uncorrectable", "current.uncorrectable"):
        if draft.facts[name]:
            draft.hardware("memory", "memory.uncorrected", f"{name}: {draft.facts[name]}")


def _note_memory_health(draft: Draft, data: Any) -> None:
    """Alarms of a DIMM that tripped, and what a persistent one lost; nothing where the BMC keeps no such data."""
    if not isinstance(data, dict):
        return
    trips = data.get("AlarmTrips")
    tripped = sorted(name for name, trip in trips.items() if trip is True) if isinstance(trips, dict) else []
    if isinstance(trips, dict):
        draft.fact("alarms", [*tripped])
    for key, name in (("DataLossDetected", "data_loss"), ("PerformanceDegraded", "degraded")):
        draft.fact(name, _flag(data.get(key)))
    draft.fact("life_left_pct", number_or_unknown(data.get("PredictedMediaLifeLeftPercent")))
    if "UncorrectableECCError" in tripped:
        draft.hardware("memory", "memory.uncorrected", "the alarm for uncorrectable ECC errors tripped")
    if draft.facts["data_loss"]:
        draft.hardware("memory", "memory.data_loss", "data loss detected")


def _note_remapping(draft: Draft, document: Any) -> None:
    remapping = at(document, "Oem", "Nvidia", "RowRemapping")
    draft.fact("row_remapping", True if isinstance(remapping, dict) else None)
    if not isinstance(remapping, dict):
        return
    draft.fact("row_remapping.correctable", number_or_unknown(remapping.get("CorrectableRowRemappingCount")))
    draft.fact("row_remapping.uncorrectable", number_or_unknown(remapping.get("UncorrectableRowRemappingCount")))
    for key, name in (("RowRemappingPendingState", "pending"), ("RowRemappingFailureState", "failed")):
        draft.fact(f"row_remapping.{name}", _flag(at(document, "Oem", "Nvidia", key)))
    if draft.facts["row_remapping.failed"]:
        draft.hardware("memory", "memory.row_remap_failed", "row remapping failed")


def _mhz(value: Any) -> int | float | None:
    number = number_or_unknown(value)
    return None if number == _MHZ_SENTINEL else number


def _flag(value: Any) -> Fact:
    return value if isinstance(value, bool) else None
