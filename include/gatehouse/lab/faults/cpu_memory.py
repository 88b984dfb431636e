"""Faults of processors and main memory."""

from gatehouse.lab.faults.registry import fault
from gatehouse.lab.faults.spec import Effect
from gatehouse.lab.machine.identity import number
from gatehouse.lab.machine.kernel import CRITICAL, EMERGENCY, ERROR, WARNING
from gatehouse.lab.machine.parts import SelEntry


def _record(at: Effect, sensor: str, event: str) -> None:
    """A record of the BMC's log."""
    at.machine.bmc.records.append(SelEntry(at.at_s, sensor, event))


@fault("cpu_miscompute", "A CPU gives wrong answers under load", "CPU", "silent wrong answer", "cpu")
def cpu_miscompute(at: Effect) -> None:
    """Only a stress test that verifies sees it: the kernel has nothing to say."""
    at.machine.cpu.miscomputing.add(at.part.index)


@fault(
    "memory_miscompare",
    "Main memory gives back other bits than were written",
    "DIMM",
    "silent wrong answer",
    ("dimm", "host"),
    params={"count": 3},
)
def memory_miscompare(at: Effect) -> None:
    """Only a memory test sees it."""
    at.machine.memory.miscompares += at.integer("count")
    if at.part.kind == "dimm":
        at.machine.memory.dimm = at.dimm.locator


@fault("edac_ce", "A memory module with very many corrected errors", "DIMM", "degraded", "dimm", params={"count": 240})
def edac_ce(at: Effect) -> None:
    """EDAC lines of one module, and a record in the BMC's log."""
    dimm, count = at.dimm, at.integer("count")
    dimm.correctable += count
    page = number(at.machine.serial, dimm.locator) & 0xFFFFFFF
    where = f"CPU_SrcID#{dimm.node}_MC#0_Chan#{dimm.channel}_DIMM#{dimm.slot}"
    lines = [
        f"EDAC MC{dimm.node}: {max(count // 20, 1)} CE memory read error on {where} (channel:{dimm.channel} "
        f"slot:{dimm.slot} page:0x{page + 64 * step:x} offset:0x{step * 64:x} grain:32 syndrome:0x0 -  "
        f"err_code:0x0101:0x0090 SystemAddress:0x{(page + 64 * step) << 12:x} DIMM_{dimm.locator})"
        for step in range(min(count, 20))
    ]
    at.kernel("mce: CMCI storm detected: switching to poll mode", *lines, spacing_s=1.5, level=WARNING)
    _record(at, f"Memory DIMM_{dimm.locator}", "Correctable ECC logging limit reached")


@fault("edac_ue", "A memory module with an uncorrectable error", "DIMM", "hard fail", "dimm")
def edac_ue(at: Effect) -> None:
    """EDAC, the machine check behind it, the poisoned page, and the BMC's record."""
    dimm = at.dimm
    dimm.uncorrectable += 1
    page = number(at.machine.serial, dimm.locator) & 0xFFFFFFF
    at.kernel(
        "mce: [Hardware Error]: Machine check events logged",
        f"EDAC MC{dimm.node}: 1 UE memory read error on CPU_SrcID#{dimm.node}_MC#0_Chan#{dimm.channel}_DIMM#{dimm.slot}"
        f" (channel:{dimm.channel} slot:{dimm.slot} page:0x{page:x} offset:0x0 grain:32 DIMM_{dimm.locator})",
        f"Memory failure: 0x{page:x}: recovery action for dirty LRU page: Recovered",
        level=CRITICAL,
    )
    _record(at, f"Memory DIMM_{dimm.locator}", "Uncorrectable ECC")


@fault("mce", "A machine check of a processor", "CPU", "hard fail", "cpu", params={"bank": 5})
def mce(at: Effect) -> None:
    """The lines of one uncorrected machine check that the machine survived."""
    cpu = at.part.index
    at.machine.cpu.machine_checks += 1
    at.kernel(
        "mce: [Hardware Error]: Machine check events logged",
        f"mce: [Hardware Error]: CPU {cpu}: Machine Check: 0 Bank {at.integer('bank')}: bea0000000000108",
        "mce: [Hardware Error]: TSC 0 ADDR 1ffffb5a0c3e0 MISC d012000100000000 SYND 4d000000",
        f"mce: [Hardware Error]: PROCESSOR 0:806f8 TIME {int(at.at_s)} SOCKET {cpu * 2 // at.machine.profile.cpus} "
        "APIC 4a microcode 2b0005c0",
        level=EMERGENCY,
    )
    _record(at, "Processor CPU1 Status", "IERR")


@fault("cpu_throttled", "Processors that slow down because they are hot", "CPU", "degraded", "host")
def cpu_throttled(at: Effect) -> None:
    """Lower throughput under stress, and the kernel's line for each package."""
    at.machine.cpu.throttled.update(range(at.machine.profile.cpus))
    at.kernel(
        "mce: CPU0: Package temperature is above threshold, cpu clock is throttled (total events = 1182)",
        "mce: CPU56: Package temperature is above threshold, cpu clock is throttled (total events = 1177)",
        level=CRITICAL,
    )


@fault(
    "soft_lockup",
    "A CPU that is stuck in the kernel",
    "OS/driver",
    "intermittent",
    "cpu",
    cleared_by=("repair", "reboot"),
)
def soft_lockup(at: Effect) -> None:
    """The watchdog's line."""
    cpu = at.part.index
    at.kernel(f"watchdog: BUG: soft lockup - CPU#{cpu} stuck for 26s! [kworker/{cpu}:1:8841]", level=EMERGENCY)


@fault("dimm_missing", "A memory module that the firmware does not see", "DIMM", "absent", "dimm")
def dimm_missing(at: Effect) -> None:
    """An empty socket in SMBIOS, less memory in /proc/meminfo, a record in the BMC's log."""
    at.dimm.present = False
    _record(at, f"Memory DIMM_{at.dimm.locator}", "Configuration error")
    at.kernel(
        f"EDAC MC{at.dimm.node}: DIMM_{at.dimm.locator} is not populated or was disabled by firmware", level=ERROR
    )
