"""Temperatures, fans, power and voltages of Redfish: Thermal and Power resources, Sensor, EnvironmentMetrics."""

from collections import Counter
from typing import Any

from gatehouse.vendors.draft import Draft
from gatehouse.vendors.json_paths import at, items_at, text_at
from gatehouse.vendors.quantities import number_or_unknown
from gatehouse.vendors.redfish_resources import note_status

_SUPPLY_NUMBERS = {
    "LastPowerOutputWatts": "last_w",
    "PowerInputWatts": "input_w",
    "PowerOutputWatts": "output_w",
    "EfficiencyPercent": "efficiency_pct",
    "PowerCapacityWatts": "capacity_w",
    "LineInputVoltage": "input_v",
}
_SUPPLY_WORDS = {
    "Name": "name",
    "Model": "model",
    "SerialNumber": "serial",
    "FirmwareVersion": "fw",
    "PartNumber": "part",
}
_NOT_THERE = ("Absent", "UnavailableOffline")
_CONTROL = {
    "consumed_w": ("PowerConsumedWatts",),
    "limit_w": ("PowerLimit", "LimitInWatts"),
    "capacity_w": ("PowerCapacityWatts",),
    "average_w": ("PowerMetrics", "AverageConsumedWatts"),
    "max_w": ("PowerMetrics", "MaxConsumedWatts"),
}


def _named(rows: list[Any], *keys: str) -> list[tuple[str, Any]]:
    """Rows with their names; from the second of a name on it carries ``#2``."""
    seen: Counter[str] = Counter()
    named = []
    for index, row in enumerate(rows):
        name = next((text for key in keys if (text := text_at(row, key))), f"sensor{index}")
        seen[name] += 1
        named.append((name if seen[name] == 1 else f"{name}#{seen[name]}", row))
    return named


def note_thermal(draft: Draft, document: Any) -> None:
    """Temperatures in °C with their critical limits, fans in rpm or %; a null reading stays unknown."""
    temperatures = _named(items_at(document, "Temperatures"), "Name", "MemberId")
    draft.fact("temperatures", len(temperatures))
    draft.fact("temps_null", sum(number_or_unknown(at(row, "ReadingCelsius")) is None for _, row in temperatures))
    draft.fact("temps_absent", sum(text_at(row, "Status", "State") == "Absent" for _, row in temperatures))
    for name, row in temperatures:
        absent = text_at(row, "Status", "State") in _NOT_THERE  # some BMCs print 0 for a sensor that is not there
        draft.fact(f"{name}.c", None if absent else number_or_unknown(at(row, "ReadingCelsius")))
        draft.fact(f"{name}.critical", number_or_unknown(at(row, "UpperThresholdCritical")))
        draft.fact(f"{name}.fatal", number_or_unknown(at(row, "UpperThresholdFatal")))
        note_status(draft, f"{name}.", name, row)
    fans = _named(items_at(document, "Fans"), "Name", "FanName", "MemberId")
    draft.fact("fans", len(fans))
    draft.fact("fans_absent", sum(text_at(row, "Status", "State") == "Absent" for _, row in fans))
    for name, row in fans:
        _note_fan(draft, name, row)
    for index, row in enumerate(items_at(document, "Redundancy")):
        note_status(draft, f"redundancy{index}.", text_at(row, "Name") or f"redundancy{index}", row)


def _note_fan(draft: Draft, name: str, row: Any) -> None:
    unit = text_at(row, "ReadingUnits") or text_at(row, "Units")
    present = text_at(row, "Status", "State") not in _NOT_THERE
    readings = (number_or_unknown(at(row, key)) for key in ("Reading", "ReadingRPM", "CurrentReading"))
    reading = next((number for number in readings if number is not None), None) if present else None
    draft.fact(f"{name}.unit", unit)
    draft.fact(f"{name}.{'pct' if unit == 'Percent' else 'rpm'}", reading)
    draft.fact(f"{name}.critical", number_or_unknown(at(row, "LowerThresholdCritical")))
    note_status(draft, f"{name}.", name, row)


def note_power(draft: Draft, document: Any) -> None:
    """Supplies, consumption and limit in W, voltages in V."""
    supplies, controls = items_at(document, "PowerSupplies"), items_at(document, "PowerControl")
    voltages = items_at(document, "Voltages")
    draft.fact("supplies", len(supplies))
    draft.fact("controls", len(controls))
    draft.fact("voltages", len(voltages))
    for index, row in enumerate(supplies):
        part = f"ps{index}"
        for key, name in _SUPPLY_WORDS.items():
            draft.fact(f"{part}.{name}", text_at(row, key))
        for key, name in _SUPPLY_NUMBERS.items():
            draft.fact(f"{part}.{name}", number_or_unknown(at(row, key)))
        note_status(draft, f"{part}.", part, row)
    for index, row in enumerate(controls):
        for name, path in _CONTROL.items():
            value = number_or_unknown(at(row, *path))
            draft.fact(f"control{index}.{name}", value)
            if index == 0:
                draft.fact(name, value)
    for index, row in enumerate(voltages):
        draft.fact(f"v{index}.name", text_at(row, "Name"))
        draft.fact(f"v{index}.volts", number_or_unknown(at(row, "ReadingVolts")))
        note_status(draft, f"v{index}.", text_at(row, "Name") or f"v{index}", row)


def note_sensor(draft: Draft, document: Any) -> None:
    """One Sensor: its reading with type and unit, as the schema has them."""
    draft.fact("value", number_or_unknown(at(document, "Reading")))
    draft.fact("unit", text_at(document, "ReadingUnits"))
    draft.fact("type", text_at(document, "ReadingType"))
    draft.fact("critical", number_or_unknown(at(document, "Thresholds", "UpperCritical", "Reading")))
    for key, name in (("UpperCaution", "caution"), ("UpperFatal", "fatal"), ("LowerCritical", "lower_critical")):
        limit = number_or_unknown(at(document, "Thresholds", key, "Reading"))
        if limit is not None:
            draft.fact(name, limit)


def note_environment(draft: Draft, document: Any) -> None:
    """EnvironmentMetrics of a part: °C, W, J and its fans."""
    draft.fact("temp_c", number_or_unknown(at(document, "TemperatureCelsius", "Reading")))
    draft.fact("power_w", number_or_unknown(at(document, "PowerWatts", "Reading")))
    draft.fact("power.limit_w", number_or_unknown(at(document, "PowerLimitWatts", "SetPoint")))
    draft.fact("energy_j", number_or_unknown(at(document, "EnergyJoules", "Reading")))
    humidity = number_or_unknown(at(document, "HumidityPercent", "Reading"))
    if humidity is not None:
        draft.fact("humidity_pct", humidity)
    for index, fan in enumerate(items_at(document, "FanSpeedsPercent")):
        draft.fact(f"fan{index}.name", text_at(fan, "DeviceName"))
        draft.fact(f"fan{index}.pct", number_or_unknown(at(fan, "Reading")))
        draft.fact(f"fan{index}.rpm", number_or_unknown(at(fan, "SpeedRPM")))
