"""``nvidia-smi -q -x``: the XML log, in the order and with the names of the v12 document type."""

from collections.abc import Sequence
from functools import cache

from gatehouse.lab.machine.machine import Machine
from gatehouse.lab.machine.parts import Accelerator
from gatehouse.lab.tools import nvidia_xml_template
from gatehouse.lab.tools.clock import ctime
from gatehouse.lab.tools.nvidia_words import CUDA_VERSION, active, pcie_gen, smi_bus, yes

_HEAD = """<?xml version="1.0" ?>
<!DOCTYPE nvidia_smi_log SYSTEM "nvsmi_device_v12.dtd">
<nvidia_smi_log>
\t<timestamp>{now}</timestamp>
\t<driver_version>{driver}</driver_version>
\t<cuda_version>{cuda}</cuda_version>
\t<attached_gpus>{count}</attached_gpus>
"""


def document(machine: Machine, gpus: Sequence[Accelerator]) -> str:
    """The whole log for those GPUs."""
    head = _HEAD.format(
        now=ctime(machine.now_s), driver=machine.profile.accelerator.driver, cuda=CUDA_VERSION, count=len(gpus)
    )
    template = nvidia_xml_template.gpu()
    return head + "".join(template.format_map(values(machine, gpu)) for gpu in gpus) + "</nvidia_smi_log>\n"


@cache
def _supported_clocks(memory_mhz: int, top_mhz: int) -> str:
    """The long list at the end; one copy for all GPUs of a kind."""
    steps = "".join(
        f"\t\t\t\t<supported_graphics_clock>{mhz} MHz</supported_graphics_clock>\n" for mhz in range(top_mhz, 209, -15)
    )
    return (
        f"\t\t\t<supported_mem_clock>\n\t\t\t\t<value>{memory_mhz} MHz</value>\n{steps}\t\t\t</supported_mem_clock>\n"
    )


def values(machine: Machine, gpu: Accelerator) -> dict[str, object]:
    """Everything that differs from GPU to GPU, by the template's names."""
    return {**_identity(machine, gpu), **_errors(gpu), **_sensors(gpu)}


def _identity(machine: Machine, gpu: Accelerator) -> dict[str, object]:
    kind = gpu.profile
    bus = smi_bus(gpu.pci)
    return {
        "bus_id": bus,
        "bus": bus[9:11],
        "domain": bus[4:8],
        "name": gpu.name,
        "serial": gpu.serial,
        "uuid": f"GPU-{gpu.uuid}",
        "minor": gpu.index,
        "vbios": gpu.firmware,
        "board_id": f"0x{int(bus[9:11], 16) << 8:x}",
        "module_id": gpu.index + 1,
        "driver": machine.profile.accelerator.driver,
        "device_id": f"{kind.pci_id.device}{kind.pci_id.vendor}".upper(),
        "subsystem_id": f"{kind.pci_id.subdevice}{kind.pci_id.subvendor}".upper(),
        "gen_max": pcie_gen(gpu.pcie.max_gts),
        "gen": pcie_gen(gpu.pcie.speed_gts),
        "width_max": gpu.pcie.max_width,
        "width": gpu.pcie.width,
        "replays": gpu.pcie.replays,
        "reset": yes(gpu.reset_required),
        "numa": gpu.numa,
        "processes": _process(gpu),
        "supported_clocks": _supported_clocks(kind.memory_mhz, kind.core_mhz),
    }


def _process(gpu: Accelerator) -> str:
    if not gpu.process:
        return ""
    rows = (("pid", 48_211 + gpu.index), ("type", "C"), ("process_name", gpu.process), ("used_memory", "61204 MiB"))
    inside = "".join(f"\t\t\t\t<{name}>{value}</{name}>\n" for name, value in rows)
    return f"\t\t\t<process_info>\n{inside}\t\t\t</process_info>\n"


def _errors(gpu: Accelerator) -> dict[str, object]:
    vol, agg, remap = gpu.volatile, gpu.aggregate, gpu.remap
    return {
        "v_sram_ce": vol.sram_correctable,
        "v_sram_ue": vol.sram_uncorrectable,
        "v_dram_ce": vol.dram_correctable,
        "v_dram_ue": vol.dram_uncorrectable,
        "a_sram_ce": agg.sram_correctable,
        "a_sram_ue": agg.sram_uncorrectable,
        "a_dram_ce": agg.dram_correctable,
        "a_dram_ue": agg.dram_uncorrectable,
        "remap_ce": remap.correctable,
        "remap_ue": remap.uncorrectable,
        "remap_pending": yes(remap.pending),
        "remap_failure": yes(remap.failed),
        "banks_max": remap.banks_max,
        "banks_high": remap.banks_high,
        "banks_partial": remap.banks_partial,
        "banks_low": remap.banks_low,
        "banks_none": remap.banks_none,
        "recovery": "Reset GPU" if gpu.reset_required else "None",
    }


def _sensors(gpu: Accelerator) -> dict[str, object]:
    why = gpu.throttle
    return {
        "idle": active(why.idle),
        "sw_power_cap": active(why.sw_power_cap),
        "hw_slowdown": active(why.hw_slowdown),
        "hw_thermal": active(why.hw_thermal),
        "hw_brake": active(why.hw_power_brake),
        "sw_thermal": active(why.sw_thermal),
        "thermal_us": why.thermal_us,
        "brake_us": why.power_brake_us,
        "mem_total": gpu.memory_mib,
        "mem_reserved": 552,
        "mem_used": gpu.used_mib,
        "mem_free": gpu.memory_mib - 552 - gpu.used_mib,
        "util": gpu.util_pct,
        "temp": gpu.temp_c,
        "tlimit": max(87 - gpu.temp_c, 0),
        "mem_temp": gpu.memory_temp_c,
        "power": f"{gpu.power_w:.2f}",
        "limit": f"{gpu.power_limit_w:.2f}",
        "core": gpu.core_mhz,
        "video": max(gpu.core_mhz * 4 // 5, 765),
        "memory": gpu.memory_mhz,
        "core_max": gpu.profile.core_mhz,
        "video_max": gpu.profile.core_mhz * 9 // 11,
        "memory_max": gpu.profile.memory_mhz,
    }
