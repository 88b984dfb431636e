"""``amd-smi static``: what the GPU is."""

from gatehouse.lab.machine.identity import number
from gatehouse.lab.machine.machine import Machine
from gatehouse.lab.machine.parts import Accelerator

_NA = "N/A"
_ENABLED = ("UMC", "SDMA", "GFX", "MMHUB", "PCIE_BIF", "HDP", "XGMI_WAFL")
_DISABLED = ("ATHUB", "DF", "SMN", "SEM", "MP0", "MP1", "FUSE", "MCA", "VCN", "JPEG", "IH", "MPIO")
_CACHES = (
    ("DATA_CACHE, SIMD_CACHE", 32, 1, 2, 304),
    ("INST_CACHE, SIMD_CACHE", 64, 1, 2, 160),
    ("DATA_CACHE, SIMD_CACHE", 4096, 2, 304, 1),
    ("DATA_CACHE, SIMD_CACHE", 262144, 3, 304, 1),
)
Json = dict[str, object]

_IFWI, _OTHER_IFWI = "022.040.003.041.000001", "022.040.003.038.000001"


def _of(value: float, unit: str) -> Json:
    return {"value": value, "unit": unit}


def static(machine: Machine, gpu: Accelerator) -> Json:
    """All sections of one GPU."""
    return {
        "gpu": gpu.index,
        "asic": _asic(gpu),
        "bus": {
            "bdf": gpu.pci,
            "max_pcie_width": gpu.pcie.max_width,
            "max_pcie_speed": _of(gpu.pcie.max_gts, "GT/s"),
            "pcie_interface_version": "Gen 5",
            "slot_type": "OAM",
        },
        "vbios": {
            "name": "AMD MI300X_HW_SRIOV_CVS_1VF",
            "build_date": "2024/05/10 12:44",
            "part_number": gpu.firmware,
            "version": _IFWI if gpu.firmware == gpu.profile.firmware else _OTHER_IFWI,
        },
        "limit": _limits(gpu),
        "driver": {"name": "amdgpu", "version": machine.profile.accelerator.driver},
        "board": {
            "model_number": "102-G30211-0C",
            "product_serial": gpu.serial,
            "fru_id": "113-AMDG302110C03",
            "product_name": gpu.name + " OAM",
            "manufacturer_name": "AMD",
        },
        "ras": _ras(),
        "partition": {"compute_partition": "SPX", "memory_partition": "NPS1", "partition_id": 0},
        "soc_pstate": _NA,
        "xgmi_plpd": _NA,
        "process_isolation": "Disabled",
        "numa": {"node": gpu.numa, "affinity": gpu.numa},
        "vram": {"type": "HBM", "vendor": "HYNIX", "size": _of(gpu.memory_mib, "MB"), "bit_width": 8192},
        "cache_info": [_cache(index, *cache) for index, cache in enumerate(_CACHES)],
    }


def _asic(gpu: Accelerator) -> Json:
    ids = gpu.profile.pci_id
    return {
        "market_name": gpu.name,
        "vendor_id": f"0x{ids.vendor}",
        "vendor_name": "Advanced Micro Devices Inc. [AMD/ATI]",
        "subvendor_id": f"0x{ids.subvendor}",
        "device_id": f"0x{ids.device}",
        "subsystem_id": f"0x{ids.subdevice}",
        "rev_id": "0x00",
        "asic_serial": f"0x{number(gpu.uuid, 'asic'):016X}",
        "oam_id": gpu.index,
        "num_compute_units": 304,
        "target_graphics_version": "gfx942",
    }


def _limits(gpu: Accelerator) -> Json:
    return {
        "max_power": _of(gpu.profile.power_limit_w, "W"),
        "min_power": _of(0, "W"),
        "socket_power": _of(gpu.power_limit_w, "W"),
        "slowdown_edge_temperature": _NA,
        "slowdown_hotspot_temperature": _of(100, "C"),
        "slowdown_vram_temperature": _of(105, "C"),
        "shutdown_edge_temperature": _NA,
        "shutdown_hotspot_temperature": _of(110, "C"),
        "shutdown_vram_temperature": _of(115, "C"),
    }


def _ras() -> Json:
    return {
        "eeprom_version": "0x21000",
        "parity_schema": "DISABLED",
        "single_bit_schema": "DISABLED",
        "double_bit_schema": "DISABLED",
        "poison_schema": "ENABLED",
        "ecc_block_state": dict.fromkeys(_ENABLED, "ENABLED") | dict.fromkeys(_DISABLED, "DISABLED"),
    }


def _cache(index: int, properties: str, size_kb: int, level: int, shared_cu: int, instances: int) -> Json:
    return {
        "cache": index,
        "cache_properties": properties,
        "cache_size": _of(size_kb, "KB"),
        "cache_level": level,
        "max_num_cu_shared": shared_cu,
        "num_cache_instance": instances,
    }
