"""Healthy parts of a host, each with its own serial numbers and slightly its own sensors."""

from functools import cache

from gatehouse.lab.machine.boot_log import generic_boot, vendor_boot
from gatehouse.lab.machine.identity import between, digits, mac_of, number, uuid_of
from gatehouse.lab.machine.parts import (
    Accelerator,
    Bmc,
    Dimm,
    Disk,
    FabricLink,
    Fan,
    Nic,
    PcieLink,
    PowerSupply,
    SelEntry,
    System,
)
from gatehouse.lab.profiles.spec import Profile


def accelerators(profile: Profile, serial: str, sample: int) -> list[Accelerator]:
    """All accelerators, idle and healthy."""
    return [_accelerator(profile, serial, index, sample) for index in range(profile.accelerators)]


def _accelerator(profile: Profile, serial: str, index: int, sample: int) -> Accelerator:
    kind = profile.accelerator
    temp_c = round(between(-2, 5, serial, "temp", index) + between(-0.9, 0.9, serial, "t", index, sample))
    return Accelerator(
        index=index,
        profile=kind,
        uuid=uuid_of(serial, "accelerator", index),
        serial=digits(13, serial, "accelerator", index),
        pci=kind.pci[index],
        numa=kind.numa[index],
        name=kind.name,
        firmware=kind.firmware,
        temp_c=kind.idle_temp_c + temp_c,
        memory_temp_c=kind.idle_temp_c + temp_c + 7,
        power_w=round(
            kind.idle_power_w + between(-4, 4, serial, "w", index) + between(-1, 1, serial, "w", index, sample), 2
        ),
        core_mhz=kind.idle_core_mhz,
        memory_mhz=kind.idle_memory_mhz,
        memory_mib=kind.memory_mib,
        used_mib=kind.idle_used_mib,
        pcie=_link(kind.pcie_gts, kind.pcie_width),
        links=[FabricLink(kind.link_gbps) for _ in range(kind.links)],
        power_limit_w=kind.power_limit_w,
    )


def _link(gts: float, width: int) -> PcieLink:
    return PcieLink(speed_gts=gts, width=width, max_gts=gts, max_width=width)


def nics(profile: Profile, serial: str) -> list[Nic]:
    """All network ports, up at full speed."""
    return [
        Nic(
            index=index,
            profile=port,
            mac=mac_of(serial, "nic", index),
            serial=f"MT{digits(10, serial, 'nic', index)}",
            firmware=port.firmware,
            speed_mbps=port.speed_mbps,
            pcie=_link(port.pcie_gts, port.pcie_width),
            module_temp_c=round(between(41, 52, serial, "module", index), 2),
            rx_power_mw=round(between(0.9, 1.6, serial, "rx", index), 4),
        )
        for index, port in enumerate(profile.nic_ports)
    ]


def disks(profile: Profile, serial: str, sample: int) -> list[Disk]:
    """All drives, little worn."""
    return [
        Disk(
            index=index,
            profile=drive,
            serial=f"S64HNE0T{digits(6, serial, 'disk', index)}",
            firmware=drive.firmware,
            temp_c=round(between(31, 38, serial, "disk", index) + between(-1, 1, serial, "disk", index, sample)),
            power_on_hours=round(between(140, 900, serial, "hours")),
            pcie=_link(drive.pcie_gts, drive.pcie_width),
        )
        for index, drive in enumerate(profile.drives)
    ]


def dimms(profile: Profile, serial: str) -> list[Dimm]:
    """All memory modules; the first half of the channels belongs to processor 0."""
    locators = profile.memory.locators
    channels = sorted({locator[0] for locator in locators})
    half = len(channels) // 2
    return [
        Dimm(
            locator=locator,
            size_mib=profile.memory.dimm_mib,
            serial=f"{number(serial, 'dimm', locator) & 0xFFFFFFFF:08X}",
            part_number=profile.memory.part_number,
            node=channels.index(locator[0]) // half,
            channel=channels.index(locator[0]) % half,
            slot=int(locator[1:]) - 1,
        )
        for locator in locators
    ]


def system(profile: Profile, serial: str) -> System:
    """SMBIOS of a machine with that serial number."""
    board = profile.board
    return System(
        manufacturer=board.manufacturer,
        product=board.product,
        serial=serial,
        uuid=uuid_of(serial, "system"),
        board_serial=f"MB{digits(10, serial, 'board')}",
        chassis_serial=f"CH{digits(10, serial, 'chassis')}",
        bios_version=board.bios_version,
        bios_date=board.bios_date,
        bmc_firmware=board.bmc_firmware,
    )


def power_supplies(profile: Profile, serial: str) -> list[PowerSupply]:
    """All power supplies, sharing the load."""
    return [
        PowerSupply(index, watts=round(between(280, 420, serial, "psu", index)))
        for index in range(profile.board.power_supplies)
    ]


def fans(profile: Profile, serial: str, sample: int) -> list[Fan]:
    """All fans."""
    return [
        Fan(index, rpm=10 * round(between(780, 860, serial, "fan", index) + between(-6, 6, serial, index, sample)))
        for index in range(profile.board.fans)
    ]


def bmc(serial: str, booted_s: float) -> Bmc:
    """A BMC whose log holds the last power-up."""
    start = booted_s - 95
    records = [
        SelEntry(start - 40, "Event Logging Disabled SEL", "Log area reset/cleared"),
        SelEntry(start, "System Boot Initiated", "Initiated by power up"),
        SelEntry(start + 61, "System ACPI Power State", "S0/G0: working"),
    ]
    return Bmc(inlet_c=round(between(20, 26, serial, "inlet")), records=records)


@cache
def boot_lines(profile: Profile) -> tuple[tuple[float, str, int], ...]:
    """What a kernel of this SKU says while it boots; one copy for all hosts."""
    return tuple(sorted((*generic_boot(profile), *vendor_boot(profile)), key=lambda line: line[0]))
