"""The form of a profile: the bill of materials of a SKU, and how its parts are wired and named."""

from dataclasses import dataclass, field
from typing import Literal

Vendor = Literal["nvidia", "amd", "intel"]
GIB_IN_MIB = 1024


@dataclass(frozen=True, slots=True)
class PciId:
    """Numbers and words by which lspci shows a device. Numbers are hexadecimal text without ``0x``."""

    vendor: str
    device: str
    subvendor: str
    subdevice: str
    class_code: str  # "0302"
    class_name: str  # "3D controller"
    vendor_name: str
    device_name: str
    revision: str = "00"


@dataclass(frozen=True, slots=True)
class AcceleratorProfile:
    """One kind of accelerator, and where its ``len(pci)`` copies sit. Clocks in MHz, temperatures in degrees C."""

    name: str
    pci_id: PciId
    pci: tuple[str, ...]
    numa: tuple[int, ...]
    memory_mib: int
    idle_used_mib: int
    power_limit_w: int
    idle_power_w: float
    idle_temp_c: int
    core_mhz: int
    idle_core_mhz: int
    memory_mhz: int
    idle_memory_mhz: int
    pcie_gts: float
    pcie_width: int
    links: int
    link_gbps: float
    firmware: str
    driver: str
    kernel_driver: str
    part: Literal["gpu", "hpu"] = "gpu"


@dataclass(frozen=True, slots=True)
class NicProfile:
    """One network port."""

    name: str
    pci: str
    pci_id: PciId
    driver: str
    firmware: str
    speed_mbps: int
    numa: int
    pcie_gts: float
    pcie_width: int
    port: str = "FIBRE"
    link_layer: Literal["Ethernet", "InfiniBand"] = "Ethernet"


@dataclass(frozen=True, slots=True)
class DiskProfile:
    """One NVMe drive. ``size_b`` is the namespace's size in bytes."""

    name: str  # "/dev/nvme0n1"
    pci: str
    pci_id: PciId
    model: str
    firmware: str
    size_b: int
    numa: int
    pcie_gts: float = 16.0
    pcie_width: int = 4

    @property
    def controller(self) -> str:
        """The controller's name: ``nvme0`` of ``/dev/nvme0n1``."""
        return self.name.removeprefix("/dev/").rpartition("n")[0]


@dataclass(frozen=True, slots=True)
class CpuProfile:
    """The processors. Frequencies in MHz; caches in KiB for each core (l1d, l1i, l2) and each socket (l3)."""

    vendor_id: str
    model_name: str
    family: int
    model: int
    stepping: int
    sockets: int
    cores_per_socket: int
    threads_per_core: int
    max_mhz: float
    min_mhz: float
    base_mhz: float
    address_bits: tuple[int, int]
    l1d_kib: int
    l1i_kib: int
    l2_kib: int
    l3_kib: int
    l3_instances_per_socket: int
    numa_nodes: int
    flags: str
    virtualization: str
    dmi_family: str
    dmi_manufacturer: str

    @property
    def logical(self) -> int:
        """How many CPUs the kernel sees."""
        return self.sockets * self.cores_per_socket * self.threads_per_core


@dataclass(frozen=True, slots=True)
class MemoryProfile:
    """Main memory: one DIMM for each locator, all alike."""

    locators: tuple[str, ...]
    dimm_mib: int
    speed_mts: int
    manufacturer: str
    part_number: str

    @property
    def total_mib(self) -> int:
        """Installed memory."""
        return len(self.locators) * self.dimm_mib


@dataclass(frozen=True, slots=True)
class BoardProfile:
    """The chassis and its firmware, as SMBIOS and the BMC name them."""

    manufacturer: str
    product: str
    sku_number: str
    family: str
    board_product: str
    bios_vendor: str
    bios_version: str
    bios_date: str  # MM/DD/YYYY
    bmc_firmware: str  # "7.10"
    bmc_manufacturer_id: int
    bmc_manufacturer: str
    bmc_product_id: int
    power_supplies: int
    psu_watts: int
    fans: int


@dataclass(frozen=True, slots=True)
class Profile:
    """A SKU as the lab builds it."""

    sku: str
    title: str
    vendor: Vendor
    nick: str  # "h100": the beginning of host names and serials
    board: BoardProfile
    cpu: CpuProfile
    memory: MemoryProfile
    accelerator: AcceleratorProfile
    nic_ports: tuple[NicProfile, ...]
    drives: tuple[DiskProfile, ...]
    kernel_release: str
    os_name: str
    tools: frozenset[str] = field(default_factory=frozenset)  # the vendor's own tools on PATH

    @property
    def accelerators(self) -> int:
        """How many accelerators the SKU has."""
        return len(self.accelerator.pci)

    @property
    def accelerator_model(self) -> str:
        """The accelerator's name as its tool prints it."""
        return self.accelerator.name

    @property
    def disks(self) -> tuple[str, ...]:
        """Device paths of the drives: ``/dev/nvme0n1`` …"""
        return tuple(drive.name for drive in self.drives)

    @property
    def nics(self) -> tuple[str, ...]:
        """Interface names of the network ports: ``eth0``, ``ens1np0`` …"""
        return tuple(port.name for port in self.nic_ports)

    @property
    def memory_mib(self) -> int:
        """Installed main memory."""
        return self.memory.total_mib

    @property
    def cpus(self) -> int:
        """Logical CPUs."""
        return self.cpu.logical
