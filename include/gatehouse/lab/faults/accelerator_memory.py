"""Faults of the accelerators' memory: HBM and on-chip SRAM."""

from gatehouse.lab.faults.registry import fault
from gatehouse.lab.faults.spec import Effect
from gatehouse.lab.machine.identity import number
from gatehouse.lab.machine.kernel import CRITICAL, ERROR, WARNING

_NO_PROCESS = "pid='<unknown>', name=<unknown>"


def xid(at: Effect, code: int, text: str, process: str = _NO_PROCESS) -> str:
    """A line of NVIDIA's driver about one GPU."""
    return f"NVRM: Xid (PCI:{at.accelerator.bus}): {code}, {process}, {text}"


def habana(at: Effect, text: str) -> str:
    """A line of the habanalabs driver about one device."""
    return f"habanalabs hl{at.part.index}: {text}"


def amdgpu(at: Effect, text: str) -> str:
    """A line of the amdgpu driver about one GPU."""
    return f"amdgpu {at.accelerator.pci}: amdgpu: {text}"


def _address(at: Effect) -> int:
    return number(at.machine.serial, "row", at.part.index) & 0x1FFFFFFFE0


@fault(
    "ecc_uncorrectable",
    "Uncorrectable memory error of an accelerator",
    "HBM",
    "hard fail",
    "accelerator",
    params={"count": 1, "contained": True},
)
def ecc_uncorrectable(at: Effect) -> None:
    """Counters, a row that waits for its remapping (NVIDIA), and the driver's lines."""
    one, count = at.accelerator, at.integer("count")
    one.volatile.dram_uncorrectable += count
    one.aggregate.dram_uncorrectable += count
    {"nvidia": _nvidia_uncorrectable, "amd": _amd_uncorrectable, "intel": _gaudi_uncorrectable}[
        at.machine.profile.vendor
    ](at, count)


def _nvidia_uncorrectable(at: Effect, count: int) -> None:
    one, row = at.accelerator, _address(at)
    one.remap.uncorrectable += count
    one.remap.pending = True
    one.remap.banks_max -= count
    one.remap.banks_high += count
    one.reset_required = True
    after = (
        xid(at, 94, "Contained memory error, Ch 00000010", "pid=412233, name=python3")
        if at.params["contained"]
        else xid(at, 95, "Uncontained memory error, RST: Yes, D-RST: No")
    )
    at.kernel(
        xid(
            at,
            48,
            "An uncorrectable double bit error (DBE) has been detected on GPU in the framebuffer at "
            f"physAddr 0x{row:x} partition 2, subpartition 1.",
        ),
        xid(at, 63, f"Row Remapper: New row (0x{row:016x}) marked for remapping, reset gpu to activate."),
        after,
        level=WARNING,
    )


def _amd_uncorrectable(at: Effect, count: int) -> None:
    at.kernel(
        amdgpu(at, "uncorrectable hardware error(ERREVENT_ATHUB_INTERRUPT) detected!"),
        amdgpu(at, f"{count} uncorrectable hardware errors detected in umc block"),
        amdgpu(at, f"{count} uncorrectable hardware errors detected in total in umc block"),
        amdgpu(at, f"Saved bad pages {count} to RAS EEPROM"),
        level=ERROR,
    )


def _gaudi_uncorrectable(at: Effect, count: int) -> None:
    bank = number(at.machine.serial, "hbm", at.part.index) % 8
    at.kernel(
        habana(at, f'Received H/W interrupt 258 ["HBM{bank}_MC0_DERR"]'),
        habana(at, f"ECC error detected. address: 0x{_address(at):x}. Syndrom: 0x4d. block id {bank}. critical 1."),
        habana(at, f"HBM{bank} uncorrectable ECC error, count {count}"),
        level=ERROR,
    )


@fault(
    "ecc_correctable_storm",
    "Very many corrected memory errors of an accelerator",
    "HBM",
    "degraded",
    "accelerator",
    params={"count": 12_000},
)
def ecc_correctable_storm(at: Effect) -> None:
    """Corrected errors far above what a healthy part shows; two rows remapped on NVIDIA."""
    one, count = at.accelerator, at.integer("count")
    one.volatile.dram_correctable += count
    one.aggregate.dram_correctable += count
    vendor = at.machine.profile.vendor
    if vendor == "nvidia":
        one.remap.correctable += 2
        at.kernel(
            xid(at, 92, "High single-bit ECC error rate"),
            xid(at, 63, f"Row Remapper: New row (0x{_address(at):016x}) marked for remapping, reset gpu to activate."),
        )
        one.remap.pending = True
    elif vendor == "amd":
        lines = [amdgpu(at, f"{count // 12} correctable hardware errors detected in umc block") for _ in range(12)]
        at.kernel(*lines, spacing_s=5.0)
    else:
        lines = [habana(at, 'Received H/W interrupt 257 ["HBM3_MC1_SERR"]') for _ in range(12)]
        at.kernel(*lines, spacing_s=5.0)


@fault(
    "sram_uncorrectable",
    "Uncorrectable error in an accelerator's caches or registers",
    "GPU",
    "hard fail",
    "accelerator",
    params={"count": 1},
)
def sram_uncorrectable(at: Effect) -> None:
    """On-chip memory, which no row remapping can help."""
    one, count = at.accelerator, at.integer("count")
    one.volatile.sram_uncorrectable += count
    one.aggregate.sram_uncorrectable += count
    vendor = at.machine.profile.vendor
    if vendor == "nvidia":
        one.reset_required = True
        at.kernel(xid(at, 95, "Uncontained: LTC TAG (0x2,0x0). RST: Yes, D-RST: No"))
    elif vendor == "amd":
        at.kernel(amdgpu(at, f"{count} uncorrectable hardware errors detected in gfx block"), level=ERROR)
    else:
        at.kernel(habana(at, 'Received H/W interrupt 311 ["TPC5_DERR"]'), level=ERROR)


@fault(
    "row_remap_failure",
    "A GPU has no spare row left for a bad one",
    "HBM",
    "hard fail",
    "accelerator",
    vendors=("nvidia",),
)
def row_remap_failure(at: Effect) -> None:
    """The row remapper's failure flag and Xid 64."""
    remap = at.accelerator.remap
    remap.failed = True
    remap.uncorrectable += 8
    remap.banks_max -= 1
    remap.banks_none += 1
    at.accelerator.aggregate.dram_uncorrectable += 8
    at.kernel(
        xid(at, 64, f"Row Remapper: Failed to remap row 0x{_address(at):016x}: no spare row in the bank."),
        level=CRITICAL,
    )


@fault(
    "remap_pending",
    "A row of HBM waits for a reset to be remapped",
    "HBM",
    "degraded",
    "accelerator",
    vendors=("nvidia",),
    cleared_by=("repair", "reboot", "reset_device"),
)
def remap_pending(at: Effect) -> None:
    """What a reset of the GPU or a reboot puts right."""
    at.accelerator.remap.pending = True
    at.accelerator.remap.correctable += 1
    at.kernel(
        xid(at, 63, f"Row Remapper: New row (0x{_address(at):016x}) marked for remapping, reset gpu to activate.")
    )
