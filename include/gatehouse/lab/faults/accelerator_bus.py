"""Faults of how an accelerator hangs on the host and on its neighbours: PCIe, NVLink, xGMI, Gaudi ports."""

from gatehouse.lab.faults.accelerator_memory import amdgpu, habana, xid
from gatehouse.lab.faults.registry import fault
from gatehouse.lab.faults.spec import Effect
from gatehouse.lab.machine.kernel import CRITICAL, ERROR, INFO, WARNING
from gatehouse.lab.machine.parts import PcieLink


@fault("accelerator_missing", "An accelerator has fallen off the bus", "GPU", "absent", "accelerator")
def accelerator_missing(at: Effect) -> None:
    """Gone from its vendor's tool and from lspci; the kernel says when it went."""
    one = at.accelerator
    one.present = False
    vendor = at.machine.profile.vendor
    if vendor == "nvidia":
        at.kernel(
            f"pcieport 0000:15:01.0: AER: Uncorrected (Fatal) error received: {one.pci}",
            xid(at, 79, "GPU has fallen off the bus.", "pid=1204, name=nv-hostengine"),
            f"NVRM: GPU {one.pci}: GPU has fallen off the bus.",
            f"NVRM: GPU {one.pci}: GPU serial number is {one.serial}.",
            level=CRITICAL,
        )
    elif vendor == "amd":
        at.kernel(
            amdgpu(at, "device lost from bus!"),
            amdgpu(at, "GPU reset begin!"),
            amdgpu(at, "GPU reset(1) failed ... ret = -62"),
            amdgpu(at, "amdgpu: finishing device."),
            level=CRITICAL,
        )
    else:
        at.kernel(
            habana(at, "Device heartbeat failed! PCI link is DOWN"),
            habana(at, f"Going to hard-reset device {one.pci}"),
            habana(at, "Failed to reset! Device is NOT usable"),
            level=CRITICAL,
        )


@fault(
    "gpu_lost",
    "A GPU that the driver still lists and no longer reaches",
    "GPU",
    "hard fail",
    "accelerator",
    vendors=("nvidia",),
    cleared_by=("repair", "reboot"),
)
def gpu_lost(at: Effect) -> None:
    """nvidia-smi stops at it with exit code 15."""
    at.accelerator.lost = True
    at.kernel(
        xid(at, 79, "GPU has fallen off the bus.", "pid=1204, name=nv-hostengine"),
        xid(at, 154, "GPU recovery action changed from 0x0 (None) to 0x2 (Node Reboot Required)"),
        level=CRITICAL,
    )


@fault(
    "nvlink_down",
    "An NVLink of a GPU is inactive",
    "accelerator-fabric",
    "hard fail",
    "accelerator",
    vendors=("nvidia",),
    params={"link": 5, "count": 1},
)
def nvlink_down(at: Effect) -> None:
    """``count`` links from ``link`` on, and Xid 74."""
    links = at.accelerator.links
    for offset in range(at.integer("count")):
        link = links[(at.integer("link") + offset) % len(links)]
        link.up = False
        link.replay_errors += 211
        link.recovery_errors += 4
    at.kernel(
        xid(at, 74, f"NVLink: fatal error detected on link {at.integer('link') % len(links)}(0x10000, 0x0, 0x0, 0x0)"),
        "nvidia-nvswitch2: SXid (PCI:0000:09:00.0): 20034, Fatal, Link 33 LTSSM Fault Up",
        level=ERROR,
    )


@fault(
    "nvlink_crc_errors",
    "An NVLink of a GPU retransmits",
    "accelerator-fabric",
    "degraded",
    "accelerator",
    vendors=("nvidia",),
    params={"link": 2, "count": 4_400},
)
def nvlink_crc_errors(at: Effect) -> None:
    """Only the counters of ``nvlink -e`` show it, and they grow from look to look."""
    link = at.accelerator.links[at.integer("link") % len(at.accelerator.links)]
    count = at.integer("count") + 90 * max(at.machine.sample - 1, 0)
    link.crc_errors += count
    link.replay_errors += count // 9


@fault(
    "xgmi_link_down",
    "An xGMI link of a GPU is down",
    "accelerator-fabric",
    "hard fail",
    "accelerator",
    vendors=("amd",),
    params={"link": 3},
)
def xgmi_link_down(at: Effect) -> None:
    """The link's state in amd-smi, and the driver's RAS line."""
    at.accelerator.links[at.integer("link") % len(at.accelerator.links)].up = False
    at.kernel(
        amdgpu(at, f"XGMI: link {at.integer('link')} training failed, link is down"),
        amdgpu(at, "1 uncorrectable hardware errors detected in xgmi_wafl block"),
        level=ERROR,
    )


@fault(
    "gaudi_port_down",
    "A scale-up port of a Gaudi is down",
    "accelerator-fabric",
    "hard fail",
    "accelerator",
    vendors=("intel",),
    params={"link": 8},
)
def gaudi_port_down(at: Effect) -> None:
    """The driver's line about the port."""
    at.accelerator.links[at.integer("link") % len(at.accelerator.links)].up = False
    at.kernel(habana(at, f"NIC port {at.integer('link')}: link is down, PCS lost alignment"), level=ERROR)


def _link_of(at: Effect) -> tuple[PcieLink, str, str]:
    """The PCIe link of the part, its address and its driver."""
    if at.part.kind == "nic":
        return at.nic.pcie, at.nic.profile.pci, at.nic.profile.driver
    if at.part.kind == "disk":
        return at.disk.pcie, at.disk.profile.pci, "nvme"
    return at.accelerator.pcie, at.accelerator.pci, at.accelerator.profile.kernel_driver


@fault(
    "pcie_width_degraded",
    "A PCIe link trained to fewer lanes",
    "PCIe",
    "degraded",
    ("accelerator", "nic", "disk"),
    params={"width": 8},
)
def pcie_width_degraded(at: Effect) -> None:
    """lspci and the vendor's tool show the width; the kernel says what bandwidth is lost."""
    link, pci, driver = _link_of(at)
    link.width = min(at.integer("width"), link.max_width // 2)
    _bandwidth_line(at, link, pci, driver)


@fault(
    "pcie_speed_degraded",
    "A PCIe link trained to a lower speed",
    "PCIe",
    "degraded",
    ("accelerator", "nic", "disk"),
    params={"gts": 8.0},
)
def pcie_speed_degraded(at: Effect) -> None:
    """lspci and the vendor's tool show the speed; replays grow."""
    link, pci, driver = _link_of(at)
    link.speed_gts = min(at.number("gts"), link.max_gts / 2)
    link.replays += 41
    _bandwidth_line(at, link, pci, driver)


def _bandwidth_line(at: Effect, link: PcieLink, pci: str, driver: str) -> None:
    at.kernel(
        f"pci {pci}: {link.width * link.speed_gts * 0.985:.3f} Gb/s available PCIe bandwidth, limited by "
        f"{link.speed_gts:.1f} GT/s PCIe x{link.width} link at 0000:15:01.0 (capable of "
        f"{link.max_width * link.max_gts * 0.985:.3f} Gb/s with {link.max_gts:.1f} GT/s PCIe x{link.max_width} link)",
        f"{driver} {pci}: PCIe link is downgraded",
        level=INFO,
    )


@fault(
    "pcie_replays",
    "A PCIe link with very many replays and corrected errors",
    "PCIe",
    "degraded",
    ("accelerator", "nic", "disk"),
    params={"count": 9_800},
)
def pcie_replays(at: Effect) -> None:
    """Counters that grow from look to look, and AER lines."""
    link, pci, driver = _link_of(at)
    link.replays += at.integer("count") + 30 * max(at.machine.sample - 1, 0)
    line = f"{driver} {pci}: PCIe Bus Error: severity=Corrected, type=Data Link Layer, (Transmitter ID)"
    at.kernel(*[line, f"{driver} {pci}:    [12] Timeout"] * 8, spacing_s=2.0, level=WARNING)
