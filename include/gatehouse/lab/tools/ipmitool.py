"""ipmitool: the BMC's identity, sensors, event log, power measurement and identity records."""

from collections.abc import Iterator

from gatehouse.lab.machine.identity import between
from gatehouse.lab.machine.machine import Machine
from gatehouse.lab.tools.clock import moment
from gatehouse.lab.tools.registry import tool
from gatehouse.lab.tools.spec import Call, Steps, say

_MC_TAIL = """\
Device Available          : yes
Provides Device SDRs      : yes
Additional Device Support :
    Sensor Device
    SDR Repository Device
    SEL Device
    FRU Inventory Device
    IPMB Event Receiver
    Chassis Device
Aux Firmware Rev Info     :
    0x00
    0x00
    0x00
    0x00
"""
_RAIL_LOWEST_V = 10.8  # 12 V less 10 %
_ABSENT = " Device not present (Requested sensor, data, or record not found)\n"


@tool("ipmitool")
def ipmitool(call: Call) -> Steps:
    """``mc info``, ``sdr elist``, ``sel elist``, ``dcmi power reading``, ``fru print``; needs root for /dev/ipmi0."""
    args = call.args
    if not call.root:
        return say(
            stderr="Could not open device at /dev/ipmi0 or /dev/ipmi/0 or /dev/ipmidev/0: No such file or directory\n",
            exit_code=1,
        )
    if args == ("mc", "info"):
        return say(_mc_info(call.machine))
    if args in (("sdr", "elist"), ("sdr", "elist", "full")):
        return say("".join(_sensors(call.machine)))
    if args in (("sel", "elist"), ("sel", "list")):
        return say("".join(_events(call.machine)))
    if args == ("dcmi", "power", "reading"):
        return say(_power(call.machine))
    if args in (("fru", "print"), ("fru",)):
        return say("\n".join(_identities(call.machine)))
    return say(stderr=f"Invalid command: {' '.join(args)}\n", exit_code=1)


def _mc_info(machine: Machine) -> str:
    board = machine.profile.board
    return (
        "Device ID                 : 32\n"
        "Device Revision           : 1\n"
        f"Firmware Revision         : {machine.system.bmc_firmware}\n"
        "IPMI Version              : 2.0\n"
        f"Manufacturer ID           : {board.bmc_manufacturer_id}\n"
        f"Manufacturer Name         : {board.bmc_manufacturer}\n"
        f"Product ID                : {board.bmc_product_id} (0x{board.bmc_product_id:04x})\n"
        f"Product Name              : Unknown (0x{board.bmc_product_id:X})\n{_MC_TAIL}"
    )


def _row(name: str, number: int, state: str, entity: str, reading: str) -> str:
    return f"{name:<16} | {number:02X}h | {state:<3} | {entity:>4} | {reading}\n"


def _sensors(machine: Machine) -> Iterator[str]:
    yield _row("Inlet Temp", 0x04, "ok", "7.1", f"{machine.bmc.inlet_c} degrees C")
    rail = machine.bmc.rail_12v
    yield _row("12V", 0x20, "ok" if rail >= _RAIL_LOWEST_V else "cr", "7.1", f"{rail:.2f} Volts")
    for socket in range(machine.profile.cpu.sockets):
        yield _row(f"CPU{socket + 1} Temp", 0x08 + socket, "ok", f"3.{socket + 1}", f"{41 + socket} degrees C")
    for fan in machine.fans:
        if fan.rpm is None:
            yield _row(f"FAN{fan.index + 1}", 0x30 + fan.index, "ns", f"29.{fan.index + 1}", "No Reading")
        else:
            state = "ok" if fan.rpm >= 600 else "cr"
            yield _row(f"FAN{fan.index + 1}", 0x30 + fan.index, state, f"29.{fan.index + 1}", f"{fan.rpm} RPM")
    for supply in machine.power_supplies:
        name, number, entity = f"PS{supply.index + 1} Status", 0x60 + supply.index, f"10.{supply.index + 1}"
        if not supply.present:
            yield _row(name, number, "ok", entity, "")
        elif not supply.input_ok:
            yield _row(name, number, "ok", entity, "Presence detected, Power Supply AC lost")
        else:
            yield _row(name, number, "ok", entity, "Presence detected")
        if supply.present:
            yield _row(f"PS{supply.index + 1} Power", 0x70 + supply.index, "ok", entity, f"{supply.watts} Watts")


def _events(machine: Machine) -> Iterator[str]:
    for number, record in enumerate(machine.bmc.records, start=1):
        state = "Asserted" if record.asserted else "Deasserted"
        if record.at_s is None or not machine.bmc.clock_set:
            stamp = (
                f"Pre-Init  |{number:010d}" if record.at_s is None else f"{moment(number * 7.0):%m/%d/%Y | %H:%M:%S}"
            )
        else:
            stamp = f"{moment(record.at_s):%m/%d/%Y | %H:%M:%S}"
        yield f"{number:4x} | {stamp} | {record.sensor} | {record.event} | {state}\n"


def _power(machine: Machine) -> str:
    """What all power supplies deliver, now and over the last minute."""
    now_w = sum(supply.watts for supply in machine.power_supplies)
    least_w, most_w = round(now_w * 0.96), round(now_w * between(1.02, 1.05, machine.serial, "watts"))
    stamp = f"{moment(machine.now_s):%a %b %d %H:%M:%S %Y}"
    return (
        f"\n    Instantaneous power reading:              {now_w:8d} Watts\n"
        f"    Minimum during sampling period:           {least_w:8d} Watts\n"
        f"    Maximum during sampling period:           {most_w:8d} Watts\n"
        f"    Average power reading over sample period: {now_w:8d} Watts\n"
        f"    IPMI timestamp:                           {stamp}    Sampling period:                          00000060 Seconds.\n"  # noqa: E501 -- one line of ipmitool
        "    Power reading state is:                   activated\n\n"
    )


def _identities(machine: Machine) -> Iterator[str]:
    """The board's record, and one of each power supply's slot."""
    board, system = machine.profile.board, machine.system
    rows: tuple[tuple[str, str], ...] = (
        ("Chassis Type", "Rack Mount Chassis"),
        ("Chassis Serial", system.chassis_serial),
        ("Board Mfg", board.manufacturer),
        ("Board Product", board.board_product),
        ("Board Serial", system.board_serial),
        ("Product Manufacturer", system.manufacturer),
        ("Product Name", system.product),
        ("Product Serial", system.serial),
    )
    yield _record("Builtin FRU Device", 0, rows)
    for supply in machine.power_supplies:
        rows = (("Board Product", f"PWS-{board.psu_watts}"), ("Board Serial", f"PS{system.serial}{supply.index}"))
        yield _record(f"PSU{supply.index + 1}", supply.index + 1, rows if supply.present else ())


def _record(name: str, number: int, rows: tuple[tuple[str, str], ...]) -> str:
    head = f"FRU Device Description : {name} (ID {number})\n"
    return head + ("".join(f" {key:<22}: {value}\n" for key, value in rows) or _ABSENT)
