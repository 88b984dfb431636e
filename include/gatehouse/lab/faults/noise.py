"""What looks like a fault and is none: a check must not be fooled by it."""

from gatehouse.lab.faults.accelerator_memory import xid
from gatehouse.lab.faults.registry import fault
from gatehouse.lab.faults.spec import Effect


@fault(
    "idle_pcie_downtrain",
    "PCIe links that slow down while nothing runs",
    "application",
    "not measured",
    "accelerator",
    noise=True,
    cleared_by=("repair", "reboot"),
)
def idle_pcie_downtrain(at: Effect) -> None:
    """Every accelerator idles at 2.5 GT/s: power saving, and no fault."""
    for one in at.machine.accelerators:
        one.pcie.speed_gts = 2.5
        one.pcie.idle_downtrain = True


@fault(
    "xid45_storm",
    "Xid 45 on every GPU after a job was ended",
    "application",
    "not measured",
    "host",
    vendors=("nvidia",),
    params={"count": 25},
    noise=True,
    cleared_by=("repair", "reboot"),
)
def xid45_storm(at: Effect) -> None:
    """Preemptive channel removals: the job's teardown, and no fault."""
    lines = [
        f"NVRM: Xid (PCI:{one.bus}): 45, pid=99231, name=python3, Ch 000000{channel:02x}"
        for channel in range(at.integer("count"))
        for one in at.machine.accelerators
    ]
    at.kernel(*lines, spacing_s=0.004)


@fault(
    "xid13_application",
    "An application's illegal access",
    "application",
    "not measured",
    "accelerator",
    vendors=("nvidia",),
    noise=True,
    cleared_by=("repair", "reboot"),
)
def xid13_application(at: Effect) -> None:
    """Xid 13 and 43 of one program."""
    at.kernel(
        xid(at, 13, "Graphics SM Warp Exception on (GPC 4, TPC 2, SM 1): Out Of Range Address"),
        xid(at, 43, "Ch 00000008", "pid=55120, name=train"),
    )
