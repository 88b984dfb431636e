"""dmidecode: SMBIOS structures, all or by type."""

from collections.abc import Callable, Iterator

from gatehouse.lab.machine.machine import Machine
from gatehouse.lab.machine.parts import Dimm
from gatehouse.lab.tools.registry import tool
from gatehouse.lab.tools.spec import Call, Steps, say

_HEAD = "# dmidecode 3.3\nGetting SMBIOS data from sysfs.\nSMBIOS 3.5.0 present.\n\n"
_NO_ROOT = "# dmidecode 3.3\nScanning /dev/mem for entry point.\n"
_TYPE_NAMES: dict[str, tuple[int, ...]] = {
    "bios": (0, 13),
    "system": (1, 12, 15, 23, 32),
    "baseboard": (2, 10, 41),
    "chassis": (3,),
    "processor": (4,),
    "memory": (5, 6, 16, 17),
    "cache": (7,),
    "connector": (8,),
    "slot": (9,),
}
_STRINGS: dict[str, Callable[[Machine], str]] = {
    "system-manufacturer": lambda m: m.system.manufacturer,
    "system-product-name": lambda m: m.system.product,
    "system-serial-number": lambda m: m.system.serial,
    "system-uuid": lambda m: m.system.uuid,
    "baseboard-serial-number": lambda m: m.system.board_serial,
    "chassis-serial-number": lambda m: m.system.chassis_serial,
    "bios-version": lambda m: m.system.bios_version,
    "bios-release-date": lambda m: m.system.bios_date,
}
Structure = tuple[int, int, str, list[str]]  # type, length in bytes, title, lines


@tool("dmidecode")
def dmidecode(call: Call) -> Steps:
    """Everything, ``-t TYPE[,TYPE]`` by number or name, or ``-s KEYWORD``."""
    args = list(call.args)
    if not call.root:
        return say(_NO_ROOT, "/dev/mem: Permission denied\n", 1)
    if not args:
        return say(_table(call.machine, None))
    flag, equals, value = args[0].partition("=")
    if not equals:
        value = args[1] if len(args) > 1 else ""
    if flag in ("-s", "--string"):
        if value not in _STRINGS:
            return say(stderr=f"Invalid string keyword: {value}\n", exit_code=2)
        return say(_STRINGS[value](call.machine) + "\n")
    if flag not in ("-t", "--type"):
        return say(stderr=f"dmidecode: unrecognized option '{flag}'\n", exit_code=2)
    types = _types(value)
    if types is None:
        return say(stderr=f"Invalid type keyword: {value}\n", exit_code=2)
    return say(_table(call.machine, types))


def _types(text: str) -> frozenset[int] | None:
    chosen: set[int] = set()
    for word in text.split(","):
        if word in _TYPE_NAMES:
            chosen.update(_TYPE_NAMES[word])
        elif word.isdecimal() and len(word) <= 3:
            chosen.add(int(word))
        else:
            return None
    return frozenset(chosen)


def _table(machine: Machine, types: frozenset[int] | None) -> str:
    shown = []
    for handle, (kind, length, title, lines) in enumerate(_structures(machine)):
        if types is None or kind in types:
            body = "".join(f"\t{line}\n" for line in lines)
            shown.append(f"Handle 0x{handle:04X}, DMI type {kind}, {length} bytes\n{title}\n{body}\n")
    return _HEAD + "".join(shown)


def _structures(machine: Machine) -> Iterator[Structure]:
    system, board = machine.system, machine.profile.board
    yield (
        0,
        26,
        "BIOS Information",
        [
            f"Vendor: {board.bios_vendor}",
            f"Version: {system.bios_version}",
            f"Release Date: {system.bios_date}",
            "ROM Size: 32 MB",
            "Characteristics:",
            "\tPCI is supported",
            "\tUEFI is supported",
            f"BIOS Revision: {'.'.join(system.bios_version.split('.')[:2])}",
        ],
    )
    yield (
        1,
        27,
        "System Information",
        [
            f"Manufacturer: {system.manufacturer}",
            f"Product Name: {system.product}",
            "Version: 0123456789",
            f"Serial Number: {system.serial}",
            f"UUID: {system.uuid}",
            "Wake-up Type: Power Switch",
            f"SKU Number: {board.sku_number}",
            f"Family: {board.family}",
        ],
    )
    yield (
        2,
        15,
        "Base Board Information",
        [
            f"Manufacturer: {system.manufacturer}",
            f"Product Name: {board.board_product}",
            "Version: 1.02",
            f"Serial Number: {system.board_serial}",
            "Asset Tag: Not Specified",
            "Type: Motherboard",
        ],
    )
    yield (
        3,
        22,
        "Chassis Information",
        [
            f"Manufacturer: {system.manufacturer}",
            "Type: Rack Mount Chassis",
            "Lock: Not Present",
            f"Serial Number: {system.chassis_serial}",
            "Boot-up State: Safe",
            "Power Supply State: Safe",
            "Thermal State: Safe",
            "Height: 8 U",
        ],
    )
    yield from _processors(machine)
    yield from _memory(machine)
    yield 32, 20, "System Boot Information", ["Status: No errors detected"]
    yield 127, 4, "End Of Table", []


def _processors(machine: Machine) -> Iterator[Structure]:
    cpu = machine.profile.cpu
    for socket in range(cpu.sockets):
        yield (
            4,
            48,
            "Processor Information",
            [
                f"Socket Designation: CPU{socket + 1}",
                "Type: Central Processor",
                f"Family: {cpu.dmi_family}",
                f"Manufacturer: {cpu.dmi_manufacturer}",
                f"Version: {cpu.model_name}",
                f"Max Speed: {int(cpu.max_mhz)} MHz",
                f"Current Speed: {int(cpu.base_mhz)} MHz",
                "Status: Populated, Enabled",
                f"Core Count: {cpu.cores_per_socket}",
                f"Core Enabled: {cpu.cores_per_socket}",
                f"Thread Count: {cpu.cores_per_socket * cpu.threads_per_core}",
            ],
        )


def _memory(machine: Machine) -> Iterator[Structure]:
    profile = machine.profile.memory
    yield (
        16,
        23,
        "Physical Memory Array",
        [
            "Location: System Board Or Motherboard",
            "Use: System Memory",
            "Error Correction Type: Multi-bit ECC",
            "Maximum Capacity: 8 TB",
            f"Number Of Devices: {len(profile.locators)}",
        ],
    )
    for dimm in machine.dimms:
        yield 17, 92, "Memory Device", _dimm(machine, dimm)


def _dimm(machine: Machine, dimm: Dimm) -> list[str]:
    profile = machine.profile.memory
    where = [
        f"Locator: DIMM_{dimm.locator}",
        f"Bank Locator: P{dimm.node}_Node{dimm.node}_Channel{dimm.channel}_Dimm{dimm.slot}",
    ]
    if not dimm.present:
        return [
            "Total Width: Unknown",
            "Data Width: Unknown",
            "Size: No Module Installed",
            "Form Factor: Unknown",
            *where,
        ]
    return [
        "Total Width: 80 bits",
        "Data Width: 64 bits",
        f"Size: {dimm.size_mib // 1024} GB",
        "Form Factor: DIMM",
        "Set: None",
        *where,
        "Type: DDR5",
        "Type Detail: Synchronous Registered (Buffered)",
        f"Speed: {profile.speed_mts} MT/s",
        f"Manufacturer: {profile.manufacturer}",
        f"Serial Number: {dimm.serial}",
        f"Part Number: {dimm.part_number}",
        "Rank: 2",
        f"Configured Memory Speed: {profile.speed_mts} MT/s",
    ]
