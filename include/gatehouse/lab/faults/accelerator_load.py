"""Faults of accelerators that only a load shows, and loads of others that stand in a load's way."""

from gatehouse.lab.faults.registry import fault
from gatehouse.lab.faults.spec import Effect


@fault(
    "accelerator_miscompute",
    "An accelerator gives wrong answers under load",
    "GPU",
    "silent wrong answer",
    "accelerator",
    vendors=("nvidia", "amd"),
)
def accelerator_miscompute(at: Effect) -> None:
    """Only a load that compares its results sees it: the driver has nothing to say."""
    at.accelerator.miscomputes = True


@fault(
    "host_copy_slow",
    "Copies between the host and an accelerator are slow",
    "PCIe",
    "degraded",
    "accelerator",
    vendors=("nvidia", "amd"),
    params={"share": 0.45},
)
def host_copy_slow(at: Effect) -> None:
    """Of the bandwidth, ``share`` is left, at the full width and speed of the link."""
    at.accelerator.host_copy = at.number("share")


@fault(
    "fabric_copy_slow",
    "Copies between an accelerator and all others are slow",
    "accelerator-fabric",
    "degraded",
    "accelerator",
    vendors=("nvidia", "amd"),
    params={"share": 0.5},
)
def fabric_copy_slow(at: Effect) -> None:
    """Of the bandwidth, ``share`` is left, with all links up. A collective over all waits for this one."""
    at.accelerator.fabric_copy = at.number("share")


@fault(
    "nvswitch_error",
    "A port of an NVSwitch has a fatal error",
    "accelerator-fabric",
    "hard fail",
    "host",
    vendors=("nvidia",),
    params={"port": 30},
)
def nvswitch_error(at: Effect) -> None:
    """The fabric manager's record, and nothing else."""
    text = (
        "detected NVSwitch fatal error 20034 on fid 0 on NVSwitch pci bus id 00000000:09:00.0 physical id 2 "
        f"port {at.integer('port')}"
    )
    at.machine.fabric_log.append((at.at_s, text))


@fault(
    "foreign_process",
    "Somebody else's program runs on the accelerators",
    "application",
    "misconfigured",
    "host",
    params={"name": "python3"},
    cleared_by=("repair", "reboot"),
)
def foreign_process(at: Effect) -> None:
    """A process on each accelerator, with its memory, its load and its heat."""
    for one in at.machine.accelerators:
        one.process = at.text("name")
        one.used_mib = one.memory_mib * 3 // 4
        one.util_pct = 97
        one.power_w = one.power_limit_w * 0.9
        one.core_mhz = one.profile.core_mhz
        one.throttle.idle = False
