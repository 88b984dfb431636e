"""The parts of a host as they stand at one moment. Mutable: a fault is a change of them.

Temperatures in degrees C, powers in W, clocks in MHz, sizes in MiB or bytes as the name says.
"""

from dataclasses import dataclass, field

from gatehouse.lab.profiles.spec import AcceleratorProfile, DiskProfile, NicProfile


@dataclass(slots=True)
class EccCounts:
    """Memory errors of an accelerator. SRAM is on the chip (caches, register files), DRAM its HBM."""

    sram_correctable: int = 0
    sram_uncorrectable: int = 0
    dram_correctable: int = 0
    dram_uncorrectable: int = 0
    deferred: int = 0


@dataclass(slots=True)
class RemappedRows:
    """Rows of HBM that were replaced by spare ones, and the banks by how many spares they still have."""

    correctable: int = 0
    uncorrectable: int = 0
    pending: bool = False
    failed: bool = False
    banks_max: int = 2560
    banks_high: int = 0
    banks_partial: int = 0
    banks_low: int = 0
    banks_none: int = 0


@dataclass(slots=True)
class PcieLink:
    """A trained PCIe link against what the device can do. Speeds in GT/s."""

    speed_gts: float
    width: int
    max_gts: float
    max_width: int
    replays: int = 0
    idle_downtrain: bool = False  # slower only because nothing runs; a load brings the speed back


@dataclass(slots=True)
class Throttle:
    """Why clocks are lower than they could be."""

    idle: bool = True
    sw_power_cap: bool = False
    hw_slowdown: bool = False
    hw_thermal: bool = False
    hw_power_brake: bool = False
    sw_thermal: bool = False
    thermal_us: int = 0
    power_brake_us: int = 0


@dataclass(slots=True)
class FabricLink:
    """One link of the fabric between accelerators: NVLink, xGMI or a Gaudi port. Speed in GB/s."""

    speed_gbps: float
    up: bool = True
    crc_errors: int = 0
    replay_errors: int = 0
    recovery_errors: int = 0


@dataclass(slots=True)
class Accelerator:
    """One accelerator. ``present`` is false once it has fallen off the bus."""

    index: int
    profile: AcceleratorProfile
    uuid: str
    serial: str
    pci: str
    numa: int
    name: str
    firmware: str
    temp_c: int
    memory_temp_c: int
    power_w: float
    core_mhz: int
    memory_mhz: int
    memory_mib: int
    used_mib: int
    pcie: PcieLink
    links: list[FabricLink]
    present: bool = True
    util_pct: int = 0
    power_limit_w: int = 0
    volatile: EccCounts = field(default_factory=EccCounts)
    aggregate: EccCounts = field(default_factory=EccCounts)
    remap: RemappedRows = field(default_factory=RemappedRows)
    throttle: Throttle = field(default_factory=Throttle)
    reset_required: bool = False
    lost: bool = False  # the driver still lists it, and every query answers with an error
    miscomputes: bool = False  # gives wrong answers under load
    host_copy: float = 1.0  # of the bandwidth that its PCIe link allows
    fabric_copy: float = 1.0  # of the bandwidth that its links to other accelerators allow
    process: str = ""  # somebody's program that runs on it

    @property
    def part(self) -> str:
        """Its name as a part of the host: ``gpu3``, ``hpu2``."""
        return f"{self.profile.part}{self.index}"

    @property
    def bus(self) -> str:
        """Domain, bus and device without the function, as the kernel's Xid lines print it."""
        return self.pci.rsplit(".", 1)[0]


@dataclass(slots=True)
class Nic:
    """One network port."""

    index: int
    profile: NicProfile
    mac: str
    serial: str
    firmware: str
    speed_mbps: int
    pcie: PcieLink
    present: bool = True
    up: bool = True
    duplex: str = "Full"
    link_downs: int = 0
    rx_crc_errors: int = 0
    symbol_errors: int = 0
    link_recoveries: int = 0
    effective_ber: float = 1e-16  # after error correction
    module_temp_c: float = 46.0
    rx_power_mw: float = 1.2

    @property
    def name(self) -> str:
        """The interface's name."""
        return self.profile.name

    @property
    def rdma(self) -> str:
        """The RDMA device's name."""
        return f"mlx5_{self.index}"


@dataclass(slots=True)
class Disk:
    """One NVMe drive."""

    index: int
    profile: DiskProfile
    serial: str
    firmware: str
    temp_c: int
    power_on_hours: int
    pcie: PcieLink
    present: bool = True
    read_only: bool = False
    spare_pct: int = 100
    used_pct: int = 1
    media_errors: int = 0
    error_log_entries: int = 0
    unsafe_shutdowns: int = 9
    critical_warning: int = 0  # bits of the NVMe health log: 1 spare, 2 temperature, 4 reliability, 8 read-only
    corrupts: bool = False  # gives back other bytes than were written

    @property
    def name(self) -> str:
        """The device path."""
        return self.profile.name


@dataclass(slots=True)
class Dimm:
    """One memory module."""

    locator: str
    size_mib: int
    serial: str
    part_number: str
    node: int
    channel: int
    slot: int
    present: bool = True
    correctable: int = 0
    uncorrectable: int = 0


@dataclass(slots=True)
class System:
    """What SMBIOS says of the machine."""

    manufacturer: str
    product: str
    serial: str
    uuid: str
    board_serial: str
    chassis_serial: str
    bios_version: str
    bios_date: str
    bmc_firmware: str


@dataclass(slots=True)
class CpuState:
    """What differs from healthy processors, by logical CPU number."""

    miscomputing: set[int] = field(default_factory=set)
    throttled: set[int] = field(default_factory=set)
    machine_checks: int = 0


@dataclass(slots=True)
class MemoryState:
    """Words that come back changed in a memory test, and where."""

    miscompares: int = 0
    dimm: str = "Unknown"


@dataclass(slots=True)
class PowerSupply:
    """One power supply. ``watts`` is what it delivers now."""

    index: int
    watts: int
    present: bool = True
    input_ok: bool = True


@dataclass(slots=True)
class Fan:
    """One fan. ``rpm`` is None when the sensor gives no reading."""

    index: int
    rpm: int | None


@dataclass(slots=True)
class SelEntry:
    """A record of the BMC's event log. ``at_s`` is seconds since 1970; None: from before the clock was set."""

    at_s: float | None
    sensor: str
    event: str
    asserted: bool = True


@dataclass(slots=True)
class Bmc:
    """The management controller: its clock, sensors and event log; ``behaviour`` is how it fails to serve Redfish."""

    clock_set: bool = True
    inlet_c: int = 23
    rail_12v: float = 12.06
    records: list[SelEntry] = field(default_factory=list)
    behaviour: str = ""
