"""Every PCI device of a host as lspci would find it."""

from dataclasses import dataclass

from gatehouse.lab.machine.machine import Machine
from gatehouse.lab.machine.parts import PcieLink
from gatehouse.lab.profiles.spec import PciId

_HOST_BRIDGE = PciId(
    "8086", "09a2", "8086", "0000", "0880", "System peripheral", "Intel Corporation", "Ice Lake Memory Map/VT-d", "04"
)
_ROOT_PORT = PciId("8086", "352a", "8086", "0000", "0604", "PCI bridge", "Intel Corporation", "Device 352a", "04")
_AMD_HOST_BRIDGE = PciId(
    "1022", "14a4", "1022", "14a4", "0600", "Host bridge", "Advanced Micro Devices, Inc. [AMD]", "Device 14a4", "01"
)
_AMD_ROOT_PORT = PciId(
    "1022", "14ab", "1022", "1453", "0604", "PCI bridge", "Advanced Micro Devices, Inc. [AMD]", "Device 14ab", "01"
)
_VGA = PciId(
    "1a03",
    "2000",
    "1a03",
    "2000",
    "0300",
    "VGA compatible controller",
    "ASPEED Technology, Inc.",
    "ASPEED Graphics Family",
    "52",
)
_NVSWITCH = PciId("10de", "22a3", "10de", "1796", "0680", "Bridge", "NVIDIA Corporation", "GH100 [H100 NVSwitch]", "a1")


@dataclass(frozen=True, slots=True)
class PciDevice:
    """One function: where it is, what it is, and how its link stands (None without a link of its own)."""

    pci: str
    pci_id: PciId
    link: PcieLink | None
    driver: str
    numa: int = 0


def devices(machine: Machine) -> list[PciDevice]:
    """All devices on the bus, by address."""
    found = [*_fixed(machine), *_endpoints(machine)]
    return sorted((device for device in found if device.pci not in machine.pci_gone), key=lambda device: device.pci)


def _fixed(machine: Machine) -> list[PciDevice]:
    intel = machine.profile.cpu.vendor_id == "GenuineIntel"
    host, port = (_HOST_BRIDGE, _ROOT_PORT) if intel else (_AMD_HOST_BRIDGE, _AMD_ROOT_PORT)
    trained = PcieLink(32.0, 16, 32.0, 16)
    found = [
        PciDevice("0000:00:00.0", host, None, ""),
        PciDevice("0000:02:00.0", _VGA, None, "ast"),
        PciDevice("0000:15:01.0", port, trained, "pcieport"),
        PciDevice("0000:97:01.0", port, trained, "pcieport", 1),
    ]
    if machine.profile.vendor == "nvidia":
        switch = PcieLink(16.0, 2, 16.0, 2)
        found += [
            PciDevice(f"0000:{bus}:00.0", _NVSWITCH, switch, "nvidia-nvswitch") for bus in ("07", "08", "09", "0a")
        ]
    return found


def _endpoints(machine: Machine) -> list[PciDevice]:
    accelerators = [
        PciDevice(one.pci, one.profile.pci_id, one.pcie, one.profile.kernel_driver, one.numa)
        for one in machine.accelerators
        if one.present
    ]
    nics = [
        PciDevice(nic.profile.pci, nic.profile.pci_id, nic.pcie, nic.profile.driver, nic.profile.numa)
        for nic in machine.nics
        if nic.present
    ]
    drives = [
        PciDevice(disk.profile.pci, disk.profile.pci_id, disk.pcie, "nvme", disk.profile.numa)
        for disk in machine.disks
        if disk.present
    ]
    return accelerators + nics + drives
