"""Metrics and subsystems of Redfish: of processors, ports, power supplies and chassis, and metric reports."""

from collections import Counter
from collections.abc import Mapping
from typing import Any

from gatehouse.model.readings import Fact
from gatehouse.vendors.draft import Draft
from gatehouse.vendors.json_paths import at, items_at, text_at
from gatehouse.vendors.quantities import number_or_unknown
from gatehouse.vendors.redfish_resources import note_status

_Paths = Mapping[str, tuple[str, ...]]
_PROCESSOR: _Paths = {
    "bandwidth_pct": ("BandwidthPercent",),
    "operating_mhz": ("OperatingSpeedMHz",),
    "lifetime.correctable": ("CacheMetricsTotal", "LifeTime", "CorrectableECCErrorCount"),
    "lifetime.uncorrectable": ("CacheMetricsTotal", "LifeTime", "UncorrectableECCErrorCount"),
    "core.correctable": ("CorrectableCoreErrorCount",),
    "core.uncorrectable": ("UncorrectableCoreErrorCount",),
    "power_w": ("ConsumedPowerWatt",),
    "temp_c": ("TemperatureCelsius",),
    "throttling_c": ("ThrottlingCelsius",),
    "core_v": ("CoreVoltage", "Reading"),
}
_PCIE: _Paths = {
    "pcie.correctable": ("PCIeErrors", "CorrectableErrorCount"),
    "pcie.nonfatal": ("PCIeErrors", "NonFatalErrorCount"),
    "pcie.fatal": ("PCIeErrors", "FatalErrorCount"),
    "pcie.l0_to_recovery": ("PCIeErrors", "L0ToRecoveryCount"),
    "pcie.replays": ("PCIeErrors", "ReplayCount"),
    "pcie.replay_rollovers": ("PCIeErrors", "ReplayRolloverCount"),
    "pcie.naks_received": ("PCIeErrors", "NAKReceivedCount"),
    "pcie.naks_sent": ("PCIeErrors", "NAKSentCount"),
    "pcie.unsupported_requests": ("PCIeErrors", "UnsupportedRequestCount"),
}
_PORT: _Paths = {
    "rx_bytes": ("RXBytes",),
    "tx_bytes": ("TXBytes",),
    "rx_errors": ("RXErrors",),
    "tx_errors": ("TXErrors",),
    "link_down": ("Oem", "Nvidia", "LinkDownedCount"),
    "link_error_recovery": ("Oem", "Nvidia", "LinkErrorRecoveryCount"),
    "symbol_errors": ("Oem", "Nvidia", "SymbolErrors"),
    "bit_error_rate": ("Oem", "Nvidia", "BitErrorRate"),
}
_SUPPLY: _Paths = {
    "input_w": ("InputPowerWatts", "Reading"),
    "output_w": ("OutputPowerWatts", "Reading"),
    "input_v": ("InputVoltage", "Reading"),
    "input_a": ("InputCurrentAmps", "Reading"),
    "temp_c": ("TemperatureCelsius", "Reading"),
    "fan_pct": ("FanSpeedPercent", "Reading"),
    "fan_rpm": ("FanSpeedPercent", "SpeedRPM"),
    "energy_kwh": ("EnergykWh", "Reading"),
    "frequency_hz": ("FrequencyHz", "Reading"),
}
_POWER_SUBSYSTEM: _Paths = {"capacity_w": ("CapacityWatts",), "allocated_w": ("Allocation", "AllocatedWatts")}
_MAX_REPORTED = 5_000


def _note(draft: Draft, document: Any, paths: _Paths, *, absent: bool = True) -> None:
    for name, path in paths.items():
        value = number_or_unknown(at(document, *path))
        if absent or value is not None:
            draft.fact(name, value)


def note_processor_metrics(draft: Draft, document: Any) -> None:
    """Use in %, clock in MHz, errors of caches, cores and the PCIe link; why a GPU throttles."""
    _note(draft, document, _PROCESSOR, absent=False)
    _note(draft, document, _PCIE, absent=isinstance(at(document, "PCIeErrors"), dict))
    reasons = at(document, "Oem", "Nvidia", "ThrottleReasons")
    if isinstance(reasons, list):
        draft.fact("throttle_reasons", [str(reason) for reason in reasons])
    for name in ("lifetime.uncorrectable", "core.uncorrectable", "pcie.fatal"):
        if draft.facts.get(name):
            draft.hardware("processor", f"redfish.{name.replace('.', '_')}", f"{name}: {draft.facts[name]}")


def note_port_metrics(draft: Draft, document: Any) -> None:
    """Traffic and errors of a port."""
    _note(draft, document, _PORT, absent=False)
    _note(draft, document, _PCIE, absent=isinstance(at(document, "PCIeErrors"), dict))


def note_supply_metrics(draft: Draft, document: Any) -> None:
    """Power, voltage and current of a power supply, and its rails in V."""
    _note(draft, document, _SUPPLY)
    rails = [number_or_unknown(at(rail, "Reading")) for rail in items_at(document, "RailVoltage")]
    if rails:
        draft.fact("rails_v", [*rails])


def note_thermal_metrics(draft: Draft, document: Any) -> None:
    """Temperatures in °C by device, as the sensors of the chassis give them."""
    readings = items_at(document, "TemperatureReadingsCelsius")
    draft.fact("temperatures", len(readings))
    draft.fact("temps_null", sum(number_or_unknown(at(row, "Reading")) is None for row in readings))
    for index, row in enumerate(readings):
        name = text_at(row, "DeviceName") or (text_at(row, "DataSourceUri") or f"sensor{index}").rsplit("/", 1)[-1]
        draft.fact(f"{name}.c", number_or_unknown(at(row, "Reading")))
    for key, name in (
        ("Intake", "intake_c"),
        ("Exhaust", "exhaust_c"),
        ("Ambient", "ambient_c"),
        ("Internal", "internal_c"),
    ):
        value = at(document, "TemperatureSummaryCelsius", key, "Reading")
        if value is not None:
            draft.fact(name, number_or_unknown(value))


def note_subsystem(draft: Draft, document: Any) -> None:
    """ThermalSubsystem and PowerSubsystem: capacity in W and the health of each redundancy group."""
    _note(draft, document, _POWER_SUBSYSTEM, absent=False)
    groups = [*items_at(document, "FanRedundancy"), *items_at(document, "PowerSupplyRedundancy")]
    for index, group in enumerate(groups):
        kind = text_at(group, "RedundancyType")
        draft.fact(f"redundancy{index}.type", kind)
        draft.fact(f"redundancy{index}.needed", number_or_unknown(at(group, "MinNeededInGroup")))
        note_status(draft, f"redundancy{index}.", f"redundancy{index}", group)


def note_metric_report(draft: Draft, document: Any) -> None:
    """Values of a MetricReport by the property that they stand for; the second of a property carries ``#2``."""
    values = items_at(document, "MetricValues")
    draft.fact("metrics", len(values))
    seen: Counter[str] = Counter()
    for index, row in enumerate(values[:_MAX_REPORTED]):
        name = text_at(row, "MetricProperty") or text_at(row, "MetricId") or f"metric{index}"
        name = name.removeprefix("/redfish/v1/")
        seen[name] += 1
        draft.fact(name if seen[name] == 1 else f"{name}#{seen[name]}", _metric(text_at(row, "MetricValue")))
    if len(values) > _MAX_REPORTED:
        draft.incomplete(f"more than {_MAX_REPORTED} metrics; the rest is left out")


def _metric(value: str | None) -> Fact:
    number = number_or_unknown(value)
    return number if number is not None else None if (value or "nan").lower() == "nan" else value
