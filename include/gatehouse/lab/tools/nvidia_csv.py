"""``nvidia-smi --query-gpu=… --format=csv``: columns by name."""

from collections.abc import Callable, Sequence

from gatehouse.lab.machine.machine import Machine
from gatehouse.lab.machine.parts import Accelerator
from gatehouse.lab.tools.clock import moment
from gatehouse.lab.tools.nvidia_words import active, pcie_gen, smi_bus, yes
from gatehouse.lab.tools.spec import Steps, say

Value = Callable[[Machine, Accelerator], object]

# Name → (unit, value). The unit stands in the header and behind each value, unless nounits is asked.
_COLUMNS: dict[str, tuple[str, Value]] = {
    "timestamp": ("", lambda m, g: f"{moment(m.now_s):%Y/%m/%d %H:%M:%S.%f}"[:-3]),
    "driver_version": ("", lambda m, g: m.profile.accelerator.driver),
    "count": ("", lambda m, g: len(m.live_accelerators())),
    "name": ("", lambda m, g: g.name),
    "serial": ("", lambda m, g: g.serial),
    "uuid": ("", lambda m, g: f"GPU-{g.uuid}"),
    "index": ("", lambda m, g: g.index),
    "vbios_version": ("", lambda m, g: g.firmware),
    "pci.bus_id": ("", lambda m, g: smi_bus(g.pci)),
    "pci.device_id": ("", lambda m, g: f"0x{g.profile.pci_id.device}{g.profile.pci_id.vendor}".upper()),
    "pcie.link.gen.current": ("", lambda m, g: pcie_gen(g.pcie.speed_gts)),
    "pcie.link.gen.gpucurrent": ("", lambda m, g: pcie_gen(g.pcie.speed_gts)),
    "pcie.link.gen.max": ("", lambda m, g: pcie_gen(g.pcie.max_gts)),
    "pcie.link.gen.gpumax": ("", lambda m, g: pcie_gen(g.pcie.max_gts)),
    "pcie.link.width.current": ("", lambda m, g: g.pcie.width),
    "pcie.link.width.max": ("", lambda m, g: g.pcie.max_width),
    "persistence_mode": ("", lambda m, g: "Enabled"),
    "pstate": ("", lambda m, g: "P0"),
    "ecc.mode.current": ("", lambda m, g: "Enabled"),
    "ecc.mode.pending": ("", lambda m, g: "Enabled"),
    "mig.mode.current": ("", lambda m, g: "Disabled"),
    "compute_mode": ("", lambda m, g: "Default"),
    "compute_cap": ("", lambda m, g: "9.0"),
    "fan.speed": ("%", lambda m, g: "[N/A]"),
    "gpu_recovery_action": ("", lambda m, g: "Reset" if g.reset_required else "None"),
    "memory.total": ("MiB", lambda m, g: g.memory_mib),
    "memory.reserved": ("MiB", lambda m, g: 552),
    "memory.used": ("MiB", lambda m, g: g.used_mib),
    "memory.free": ("MiB", lambda m, g: g.memory_mib - 552 - g.used_mib),
    "utilization.gpu": ("%", lambda m, g: g.util_pct),
    "utilization.memory": ("%", lambda m, g: 0),
    "temperature.gpu": ("", lambda m, g: g.temp_c),
    "temperature.memory": ("", lambda m, g: g.memory_temp_c),
    "power.draw": ("W", lambda m, g: f"{g.power_w:.2f}"),
    "power.draw.instant": ("W", lambda m, g: f"{g.power_w:.2f}"),
    "power.draw.average": ("W", lambda m, g: f"{g.power_w:.2f}"),
    "power.limit": ("W", lambda m, g: f"{g.power_limit_w:.2f}"),
    "enforced.power.limit": ("W", lambda m, g: f"{g.power_limit_w:.2f}"),
    "power.max_limit": ("W", lambda m, g: f"{g.profile.power_limit_w:.2f}"),
    "clocks.current.graphics": ("MHz", lambda m, g: g.core_mhz),
    "clocks.gr": ("MHz", lambda m, g: g.core_mhz),
    "clocks.current.sm": ("MHz", lambda m, g: g.core_mhz),
    "clocks.sm": ("MHz", lambda m, g: g.core_mhz),
    "clocks.current.memory": ("MHz", lambda m, g: g.memory_mhz),
    "clocks.mem": ("MHz", lambda m, g: g.memory_mhz),
    "clocks.max.graphics": ("MHz", lambda m, g: g.profile.core_mhz),
    "clocks.max.sm": ("MHz", lambda m, g: g.profile.core_mhz),
    "clocks.max.memory": ("MHz", lambda m, g: g.profile.memory_mhz),
    "clocks_event_reasons.gpu_idle": ("", lambda m, g: active(g.throttle.idle)),
    "clocks_event_reasons.sw_power_cap": ("", lambda m, g: active(g.throttle.sw_power_cap)),
    "clocks_event_reasons.hw_slowdown": ("", lambda m, g: active(g.throttle.hw_slowdown)),
    "clocks_event_reasons.hw_thermal_slowdown": ("", lambda m, g: active(g.throttle.hw_thermal)),
    "clocks_event_reasons.hw_power_brake_slowdown": ("", lambda m, g: active(g.throttle.hw_power_brake)),
    "clocks_event_reasons.sw_thermal_slowdown": ("", lambda m, g: active(g.throttle.sw_thermal)),
    "ecc.errors.corrected.volatile.dram": ("", lambda m, g: g.volatile.dram_correctable),
    "ecc.errors.corrected.volatile.sram": ("", lambda m, g: g.volatile.sram_correctable),
    "ecc.errors.corrected.volatile.total": (
        "",
        lambda m, g: g.volatile.dram_correctable + g.volatile.sram_correctable,
    ),
    "ecc.errors.uncorrected.volatile.dram": ("", lambda m, g: g.volatile.dram_uncorrectable),
    "ecc.errors.uncorrected.volatile.sram": ("", lambda m, g: g.volatile.sram_uncorrectable),
    "ecc.errors.uncorrected.volatile.total": (
        "",
        lambda m, g: g.volatile.dram_uncorrectable + g.volatile.sram_uncorrectable,
    ),
    "ecc.errors.corrected.aggregate.total": (
        "",
        lambda m, g: g.aggregate.dram_correctable + g.aggregate.sram_correctable,
    ),
    "ecc.errors.uncorrected.aggregate.total": (
        "",
        lambda m, g: g.aggregate.dram_uncorrectable + g.aggregate.sram_uncorrectable,
    ),
    "remapped_rows.correctable": ("", lambda m, g: g.remap.correctable),
    "remapped_rows.uncorrectable": ("", lambda m, g: g.remap.uncorrectable),
    "remapped_rows.pending": ("", lambda m, g: yes(g.remap.pending)),
    "remapped_rows.failure": ("", lambda m, g: yes(g.remap.failed)),
}
_ALIASES = {"gpu_name": "name", "gpu_serial": "serial", "gpu_uuid": "uuid", "gpu_bus_id": "pci.bus_id"}


def query_gpu(machine: Machine, gpus: Sequence[Accelerator], fields: str, args: Sequence[str]) -> Steps:
    """A row for each GPU; an unknown column is named and ends it with 2, as the tool does."""
    form = next((arg.split("=", 1)[1] for arg in args if arg.startswith("--format=")), "")
    options = form.split(",")
    if "csv" not in options:
        return say('"--format=" switch must be specified with CSV: --format=csv\n', exit_code=2)
    names = [field.strip() for field in fields.split(",")]
    for name in names:
        if _column(name) is None:
            return say(f'Field "{name}" is not a valid field to query.\n\n', exit_code=2)
    units = "nounits" not in options
    rows = [_row(machine, gpu, names, units) for gpu in gpus]
    return say("".join(([] if "noheader" in options else [_header(names, units)]) + rows))


def _column(name: str) -> tuple[str, Value] | None:
    name = name.replace("clocks_throttle_reasons.", "clocks_event_reasons.")
    return _COLUMNS.get(_ALIASES.get(name, name))


def _header(names: Sequence[str], units: bool) -> str:
    shown = []
    for name in names:
        unit = (_column(name) or ("", None))[0]
        shown.append(f"{name} [{unit}]" if unit else name)
    return ", ".join(shown) + "\n"


def _row(machine: Machine, gpu: Accelerator, names: Sequence[str], units: bool) -> str:
    cells = []
    for unit, value in filter(None, map(_column, names)):
        text = str(value(machine, gpu))
        cells.append(f"{text} {unit}" if unit and units and not text.startswith("[") else text)
    return ", ".join(cells) + "\n"
