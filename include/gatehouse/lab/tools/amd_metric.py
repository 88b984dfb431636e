"""``amd-smi metric``: what the GPU measures now."""

from gatehouse.lab.machine.machine import Machine
from gatehouse.lab.machine.parts import Accelerator

_NA = "N/A"
_BLOCKS = ("UMC", "SDMA", "GFX", "MMHUB", "PCIE_BIF", "HDP", "XGMI_WAFL")
Json = dict[str, object]


def _of(value: float, unit: str) -> Json:
    return {"value": value, "unit": unit}


def metric(_machine: Machine, gpu: Accelerator) -> Json:
    """All sections of one GPU."""
    return {
        "gpu": gpu.index,
        "usage": _usage(gpu),
        "power": _power(gpu),
        "clock": _clocks(gpu),
        "temperature": {
            "edge": _NA,
            "hotspot": _of(gpu.temp_c, "C"),
            "mem": _of(gpu.memory_temp_c, "C"),
        },
        "pcie": _pcie(gpu),
        "ecc": _ecc(gpu),
        "ecc_blocks": _ecc_blocks(gpu),
        "fan": {"speed": _NA, "max": _NA, "rpm": _NA, "usage": _NA},
        "voltage_curve": _NA,
        "overdrive": _NA,
        "perf_level": "AMDSMI_DEV_PERF_LEVEL_AUTO",
        "xgmi_err": "ERROR" if any(not link.up for link in gpu.links) else "NO_ERROR",
        "xgmi": {
            "link_status": ["U" if link.up else "D" for link in gpu.links],
            "link_crc_errors": [link.crc_errors for link in gpu.links],
        },
        "energy": {"total_energy_consumption": _of(round(gpu.power_w * 86_400.0, 3), "J")},
        "mem_usage": _memory(gpu),
        "throttle": _throttle(gpu),
    }


def _usage(gpu: Accelerator) -> Json:
    return {
        "gfx_activity": _of(gpu.util_pct, "%"),
        "umc_activity": _of(0, "%"),
        "mm_activity": _NA,
        "vcn_activity": [_of(0, "%") for _ in range(4)],
        "jpeg_activity": [_of(0, "%") for _ in range(32)],
    }


def _power(gpu: Accelerator) -> Json:
    throttled = gpu.throttle.hw_thermal or gpu.throttle.hw_power_brake or gpu.throttle.sw_power_cap
    return {
        "socket_power": _of(round(gpu.power_w), "W"),
        "gfx_voltage": _NA,
        "soc_voltage": _NA,
        "mem_voltage": _NA,
        "throttle_status": "THROTTLED" if throttled else "UNTHROTTLED",
        "power_management": "ENABLED",
    }


def _clock(now: int, low: int, high: int) -> Json:
    return {
        "clk": _of(now, "MHz"),
        "min_clk": _of(low, "MHz"),
        "max_clk": _of(high, "MHz"),
        "clk_locked": "DISABLED",
        "deep_sleep": "ENABLED" if now < low else "DISABLED",
    }


def _clocks(gpu: Accelerator) -> Json:
    kind = gpu.profile
    clocks: Json = {f"gfx_{xcd}": _clock(gpu.core_mhz, 500, kind.core_mhz) for xcd in range(8)}
    clocks["mem_0"] = _clock(gpu.memory_mhz, 900, kind.memory_mhz)
    for name in ("vclk", "dclk"):
        clocks |= {f"{name}_{aid}": _clock(29 if name == "vclk" else 22, 29, 1400) for aid in range(4)}
    return clocks


def _pcie(gpu: Accelerator) -> Json:
    return {
        "width": gpu.pcie.width,
        "speed": _of(gpu.pcie.speed_gts, "GT/s"),
        "bandwidth": _of(0, "Mb/s"),
        "replay_count": gpu.pcie.replays,
        "l0_to_recovery_count": 1,
        "replay_roll_over_count": 0,
        "nak_sent_count": 0,
        "nak_received_count": 0,
        "current_bandwidth_sent": _NA,
        "current_bandwidth_received": _NA,
        "max_packet_size": _NA,
        "lc_perf_other_end_recovery": 0,
    }


def _ecc(gpu: Accelerator) -> Json:
    now = gpu.volatile
    return {
        "total_correctable_count": now.dram_correctable + now.sram_correctable,
        "total_uncorrectable_count": now.dram_uncorrectable + now.sram_uncorrectable,
        "total_deferred_count": now.deferred,
        "cache_correctable_count": now.sram_correctable,
        "cache_uncorrectable_count": now.sram_uncorrectable,
    }


def _ecc_blocks(gpu: Accelerator) -> Json:
    now = gpu.volatile
    counts = {
        "UMC": (now.dram_correctable, now.dram_uncorrectable, now.deferred),
        "GFX": (now.sram_correctable, now.sram_uncorrectable, 0),
        "XGMI_WAFL": (sum(link.crc_errors for link in gpu.links), 0, 0),
    }
    names = ("correctable_count", "uncorrectable_count", "deferred_count")
    return {block: dict(zip(names, counts.get(block, (0, 0, 0)), strict=True)) for block in _BLOCKS}


def _memory(gpu: Accelerator) -> Json:
    free = gpu.memory_mib - gpu.used_mib
    return {
        "total_vram": _of(gpu.memory_mib, "MB"),
        "used_vram": _of(gpu.used_mib, "MB"),
        "free_vram": _of(free, "MB"),
        "total_visible_vram": _of(gpu.memory_mib, "MB"),
        "used_visible_vram": _of(gpu.used_mib, "MB"),
        "free_visible_vram": _of(free, "MB"),
        "total_gtt": _of(128_773, "MB"),
        "used_gtt": _of(18, "MB"),
        "free_gtt": _of(128_755, "MB"),
    }


def _throttle(gpu: Accelerator) -> Json:
    def status(flag: bool) -> str:
        return "ACTIVE" if flag else "NOT ACTIVE"

    why = gpu.throttle
    return {
        "accumulation_counter": 9_021_544,
        "prochot_accumulated": 0,
        "ppt_accumulated": why.power_brake_us,
        "socket_thermal_accumulated": why.thermal_us,
        "vr_thermal_accumulated": 0,
        "hbm_thermal_accumulated": 0,
        "prochot_violation_status": status(why.hw_power_brake),
        "ppt_violation_status": status(why.sw_power_cap),
        "socket_thermal_violation_status": status(why.hw_thermal),
        "vr_thermal_violation_status": status(False),
        "hbm_thermal_violation_status": status(False),
    }
