"""Faults of the machine's identity, power, cooling and BMC."""

from gatehouse.lab.faults.registry import fault
from gatehouse.lab.faults.spec import Effect
from gatehouse.lab.machine.identity import digits
from gatehouse.lab.machine.parts import SelEntry


@fault(
    "duplicate_serial",
    "A machine that reports another machine's serial number",
    "BMC",
    "wrong identity/revision",
    params={"as": ""},
)
def duplicate_serial(at: Effect) -> None:
    """``as`` is the other machine's serial number, or its name, which the lab turns into the serial number."""
    at.machine.system.serial = at.text("as")


@fault(
    "wrong_serial",
    "A machine that reports a serial number nobody knows",
    "BMC",
    "wrong identity/revision",
    params={"serial": ""},
)
def wrong_serial(at: Effect) -> None:
    """As after a board was swapped and not programmed."""
    at.machine.system.serial = at.text("serial") or f"UNSET{digits(6, at.machine.serial, 'wrong')}"


@fault("psu_lost", "A power supply without input", "PSU", "hard fail", "psu")
def psu_lost(at: Effect) -> None:
    """The supply's state, the others' load, and a record in the BMC's log."""
    lost = at.machine.power_supplies[at.part.index]
    lost.input_ok, share = False, lost.watts // (len(at.machine.power_supplies) - 1)
    lost.watts = 0
    for supply in at.machine.power_supplies:
        if supply is not lost:
            supply.watts += share
    record = SelEntry(at.at_s, f"Power Supply PS{at.part.index + 1} Status", "Power Supply AC lost")
    at.machine.bmc.records.append(record)


@fault("fan_failed", "A fan that stands still", "fan/cooling/leak", "hard fail", "fan")
def fan_failed(at: Effect) -> None:
    """No revolutions, the others faster, a record in the BMC's log."""
    for fan in at.machine.fans:
        fan.rpm = 0 if fan.index == at.part.index else min((fan.rpm or 0) + 2400, 11_000)
    at.machine.bmc.records.append(SelEntry(at.at_s, f"Fan FAN{at.part.index + 1}", "Lower Critical going low"))


@fault("bmc_time_1970", "A BMC whose clock was never set", "BMC", "misconfigured")
def bmc_time_1970(at: Effect) -> None:
    """All records of its log carry times of January 1970."""
    at.machine.bmc.clock_set = False


@fault("inlet_hot", "Air that is too warm at the inlet", "facility", "degraded", params={"temp_c": 41})
def inlet_hot(at: Effect) -> None:
    """The inlet's sensor, and every accelerator some degrees up."""
    rise = at.integer("temp_c") - at.machine.bmc.inlet_c
    at.machine.bmc.inlet_c = at.integer("temp_c")
    for one in at.machine.accelerators:
        one.temp_c += rise
        one.memory_temp_c += rise
    at.machine.bmc.records.append(SelEntry(at.at_s, "Temperature Inlet Temp", "Upper Critical going high"))


@fault("psu_missing", "A power supply that is not there", "PSU", "absent", "psu")
def psu_missing(at: Effect) -> None:
    """An empty slot: no sensors, no identity record; the others carry its load."""
    gone = at.machine.power_supplies[at.part.index]
    gone.present, share = False, gone.watts // (len(at.machine.power_supplies) - 1)
    gone.watts = 0
    for supply in at.machine.power_supplies:
        if supply is not gone:
            supply.watts += share


@fault("rail_low", "A supply rail of the board below its limit", "board", "degraded", params={"volts": 10.4})
def rail_low(at: Effect) -> None:
    """The 12 V sensor is critical, and the BMC recorded it."""
    at.machine.bmc.rail_12v = at.number("volts")
    at.machine.bmc.records.append(SelEntry(at.at_s, "Voltage 12V", "Lower Critical going low"))


@fault("power_high", "A machine that draws more than it should", "PSU", "degraded", params={"watts": 9_900})
def power_high(at: Effect) -> None:
    """The power supplies share the load, within what each can carry."""
    for supply in at.machine.power_supplies:
        supply.watts = at.integer("watts") // len(at.machine.power_supplies)
