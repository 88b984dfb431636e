"""One host, built part by part when somebody looks: a command that asks for NICs never builds the GPUs."""

from dataclasses import dataclass, field
from functools import cached_property

from gatehouse.lab.machine import build
from gatehouse.lab.machine.identity import between, uuid_of
from gatehouse.lab.machine.kernel import KernelLog
from gatehouse.lab.machine.overrides import ToolOverride
from gatehouse.lab.machine.parts import (
    Accelerator,
    Bmc,
    CpuState,
    Dimm,
    Disk,
    Fan,
    MemoryState,
    Nic,
    PowerSupply,
    System,
)
from gatehouse.lab.profiles.spec import Profile

_DAY_S = 86_400.0


@dataclass(frozen=True, slots=True)
class Boot:
    """One boot of a host: how many there were before in this lab, and when it happened (seconds since 1970)."""

    count: int
    at_s: float


def first_boot(serial: str, lab_started_s: float) -> Boot:
    """The boot that a host had before the lab began: from 3 to 24 days ago, always the same for a serial."""
    return Boot(0, lab_started_s - between(3.0, 24.0, serial, "uptime") * _DAY_S)


@dataclass
class Machine:
    """A host at one moment.

    ``serial`` is its true serial number (``system.serial`` is what SMBIOS claims), ``now_s`` the moment in seconds
    since 1970, ``sample`` the how-many-eth look this is: sensors differ a little from look to look.
    """

    profile: Profile
    name: str
    serial: str
    boot: Boot
    now_s: float
    sample: int = 0
    overrides: dict[str, ToolOverride] = field(default_factory=dict)
    pci_gone: set[str] = field(default_factory=set)
    fabric_log: list[tuple[float, str]] = field(default_factory=list)  # (seconds since 1970, the record's text)

    @cached_property
    def accelerators(self) -> list[Accelerator]:
        """Every accelerator of the SKU; see ``Accelerator.present``."""
        return build.accelerators(self.profile, self.serial, self.sample)

    @cached_property
    def nics(self) -> list[Nic]:
        """Every network port."""
        return build.nics(self.profile, self.serial)

    @cached_property
    def disks(self) -> list[Disk]:
        """Every drive."""
        return build.disks(self.profile, self.serial, self.sample)

    @cached_property
    def dimms(self) -> list[Dimm]:
        """Every memory module."""
        return build.dimms(self.profile, self.serial)

    @cached_property
    def system(self) -> System:
        """What SMBIOS says."""
        return build.system(self.profile, self.serial)

    @cached_property
    def cpu(self) -> CpuState:
        """What is wrong with the processors."""
        return CpuState()

    @cached_property
    def memory(self) -> MemoryState:
        """What is wrong with main memory's contents."""
        return MemoryState()

    @cached_property
    def power_supplies(self) -> list[PowerSupply]:
        """Every power supply."""
        return build.power_supplies(self.profile, self.serial)

    @cached_property
    def fans(self) -> list[Fan]:
        """Every fan."""
        return build.fans(self.profile, self.serial, self.sample)

    @cached_property
    def bmc(self) -> Bmc:
        """The management controller."""
        return build.bmc(self.serial, self.boot.at_s)

    @cached_property
    def kernel(self) -> KernelLog:
        """The kernel's log."""
        return KernelLog(self.boot.at_s, build.boot_lines(self.profile))

    @property
    def boot_id(self) -> str:
        """The kernel's UUID of this boot."""
        return uuid_of(self.serial, "boot", self.boot.count)

    @property
    def uptime_s(self) -> float:
        """Seconds since boot."""
        return max(self.now_s - self.boot.at_s, 0.0)

    @property
    def memory_mib(self) -> int:
        """Memory of the DIMMs that are there."""
        return sum(dimm.size_mib for dimm in self.dimms if dimm.present)

    def live_accelerators(self) -> list[Accelerator]:
        """Those on the bus."""
        return [accelerator for accelerator in self.accelerators if accelerator.present]
