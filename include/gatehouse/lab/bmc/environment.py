"""Temperatures, fans and power supplies, in the forms of both generations."""

from collections.abc import Callable
from typing import Any

from gatehouse.lab.bmc.documents import Document, resource, status
from gatehouse.lab.machine.identity import between
from gatehouse.lab.machine.machine import Machine
from gatehouse.lab.machine.parts import Fan, PowerSupply

Members = dict[str, Callable[[], Document]]
_INLET_CRITICAL_C = 41
_CPU_CRITICAL_C, _GPU_CRITICAL_C = 98, 92
_FAN_CRITICAL_RPM, _FAN_FULL_RPM = 600, 11_000


def _temperatures(machine: Machine) -> list[tuple[str, int, int]]:
    """(name, degrees C, critical from)."""
    rows = [("Inlet_Temp", machine.bmc.inlet_c, _INLET_CRITICAL_C)]
    for socket in range(machine.profile.cpu.sockets):
        celsius = round(between(38, 47, machine.serial, "cpu", socket) + between(-1, 1, machine.serial, machine.sample))
        rows.append((f"CPU_Temp_{socket}", celsius, _CPU_CRITICAL_C))
    return rows + [(f"GPU_Temp_{one.index}", one.temp_c, _GPU_CRITICAL_C) for one in machine.live_accelerators()]


def _heat(celsius: int, critical: int) -> Document:
    return status("Critical" if celsius >= critical else "OK")


def sensors(machine: Machine) -> Members:
    """Temperatures in degrees C and what the supplies take in W."""
    found: Members = {name: _temperature(name, c, critical) for name, c, critical in _temperatures(machine)}
    found["Total_Power"] = _sensor("Total Power", "Power", "W", _watts(machine), None, status())
    return found


def _temperature(name: str, celsius: int, critical: int) -> Callable[[], Document]:
    return _sensor(name.replace("_", " "), "Temperature", "Cel", celsius, critical, _heat(celsius, critical))


def _sensor(
    name: str, kind: str, unit: str, reading: float, critical: int | None, health: Document
) -> Callable[[], Document]:
    thresholds = {"UpperCritical": {"Reading": critical}} if critical is not None else {}
    return lambda: resource(
        "Sensor",
        "v1_7_0",
        Name=name,
        ReadingType=kind,
        ReadingUnits=unit,
        Reading=reading,
        Thresholds=thresholds,
        Status=health,
    )


def fans(machine: Machine) -> Members:
    """Every fan, in rpm and in per cent of its full speed."""
    return {f"Fan_{fan.index}": _fan(fan) for fan in machine.fans}


def _fan(fan: Fan) -> Callable[[], Document]:
    percent = None if fan.rpm is None else round(100 * fan.rpm / _FAN_FULL_RPM)
    speed = {"Reading": percent, "SpeedRPM": fan.rpm}
    return lambda: resource("Fan", "v1_5_0", SpeedPercent=speed, Status=_turning(fan))


def _turning(fan: Fan) -> Document:
    if fan.rpm is None:
        return status(state="Absent")
    return status("OK" if fan.rpm >= _FAN_CRITICAL_RPM else "Critical")


def supplies(machine: Machine) -> Members:
    """Every power supply."""
    return {f"PSU_{supply.index}": _supply(machine, supply) for supply in machine.power_supplies}


def _supply(machine: Machine, supply: PowerSupply) -> Callable[[], Document]:
    return lambda: resource(
        "PowerSupply",
        "v1_5_0",
        PowerCapacityWatts=machine.profile.board.psu_watts,
        LineInputStatus="Normal" if supply.input_ok else "LossOfInput",
        Status=_fed(supply),
    )


def _fed(supply: PowerSupply) -> Document:
    return status("OK" if supply.input_ok else "Critical", "Enabled" if supply.present else "Absent")


def thermal(machine: Machine, path: str) -> Document:
    """The older Thermal resource."""
    rows: list[dict[str, Any]] = [
        {"MemberId": name, "Name": name.replace("_", " "), "ReadingCelsius": c, "UpperThresholdCritical": critical,
         "Status": _heat(c, critical)}
        for name, c, critical in _temperatures(machine)
    ]  # fmt: skip
    turning = [
        {"MemberId": str(fan.index), "Name": f"FAN{fan.index + 1}", "Reading": fan.rpm, "ReadingUnits": "RPM",
         "LowerThresholdCritical": _FAN_CRITICAL_RPM, "Status": _turning(fan)}
        for fan in machine.fans
    ]  # fmt: skip
    return resource("Thermal", "v1_5_0", path, Id="Thermal", Temperatures=rows, Fans=turning)


def power(machine: Machine, path: str) -> Document:
    """The older Power resource."""
    rows = [
        {"MemberId": str(supply.index), "Name": f"PSU{supply.index + 1}", "LastPowerOutputWatts": supply.watts,
         "PowerCapacityWatts": machine.profile.board.psu_watts, "Status": _fed(supply)}
        for supply in machine.power_supplies
    ]  # fmt: skip
    capacity = sum(machine.profile.board.psu_watts for supply in machine.power_supplies if supply.present)
    control = {"MemberId": "0", "PowerConsumedWatts": _watts(machine), "PowerCapacityWatts": capacity}
    return resource("Power", "v1_6_0", path, Id="Power", PowerSupplies=rows, PowerControl=[control], Voltages=[])


def _watts(machine: Machine) -> int:
    return sum(supply.watts for supply in machine.power_supplies if supply.present)
