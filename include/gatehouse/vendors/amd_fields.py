"""What amd-smi says of one GPU, by fact: where it stands in its tree, whether that came as JSON or as text.

``metric`` and ``static`` are one tree here; places are paths of lower-case keys, newest first (ROCm 5.7 to 7).
"""

from collections.abc import Mapping
from typing import Any

from gatehouse.model.readings import Fact
from gatehouse.vendors.amd_records import PLACES, record_facts
from gatehouse.vendors.amd_values import COUNT, WORD, value_of, with_unit
from gatehouse.vendors.quantities import word_or_unknown

_POWER_LIMIT = (
    "power/power_limit",
    "limit/socket_power",
    "limit/socket_power_limit",
    "limit/ppt0/socket_power_limit",
)
_FIELDS: dict[str, tuple[str, tuple[str, ...]]] = {
    "market_name": (WORD, ("asic/market_name",)),
    "serial": (WORD, ("asic/asic_serial", "board/product_serial")),
    "board_serial": (WORD, ("board/product_serial",)),
    "product_name": (WORD, ("board/product_name",)),
    "device_id": (WORD, ("asic/device_id",)),
    "oam_id": (COUNT, ("asic/oam_id",)),
    "compute_units": (COUNT, ("asic/num_compute_units",)),
    "bdf": (WORD, ("bus/bdf", "bdf")),
    "uuid": (WORD, ("uuid",)),
    "vbios": (WORD, ("ifwi/version", "vbios/version", "ifwi/part_number")),
    "driver": (WORD, ("driver/version", "driver/driver_version")),
    "driver_name": (WORD, ("driver/name", "driver/driver_name")),
    "numa": (COUNT, ("numa/node",)),
    "pcie.max_width": (COUNT, ("bus/max_pcie_width",)),
    "pcie.max_speed_gts": ("gts", ("bus/max_pcie_speed",)),
    "pcie.width": (COUNT, ("pcie/width", "pcie/current_lanes")),
    "pcie.speed_gts": ("gts", ("pcie/speed", "pcie/current_speed")),
    "pcie.replay": (COUNT, ("pcie/replay_count", "pcie_replay")),
    "pcie.l0_to_recovery": (COUNT, ("pcie/l0_to_recovery_count",)),
    "pcie.nak_sent": (COUNT, ("pcie/nak_sent_count",)),
    "pcie.nak_received": (COUNT, ("pcie/nak_received_count",)),
    "power_w": ("w", ("power/socket_power", "power/current_socket_power", "power/average_socket_power", "power_usage")),
    "power.limit_w": (
        "w",
        ("power/power_limit", "limit/socket_power", "limit/ppt0/socket_power_limit", "limit/socket_power_limit"),
    ),
    "power.max_w": ("w", ("limit/max_power", "limit/max_power_limit", "limit/ppt0/max_power_limit")),
    "power.min_w": ("w", ("limit/min_power", "limit/min_power_limit", "limit/ppt0/min_power_limit")),
    "throttle_status": (WORD, ("power/throttle_status",)),
    "power_management": (WORD, ("power/power_management",)),
    "voltage.gfx_v": ("v", ("power/gfx_voltage",)),
    "voltage.soc_v": ("v", ("power/soc_voltage",)),
    "voltage.mem_v": ("v", ("power/mem_voltage",)),
    "util.gfx_pct": ("pct", ("usage/gfx_activity", "gfx")),
    "util.umc_pct": ("pct", ("usage/umc_activity", "mem")),
    "util.mm_pct": ("pct", ("usage/mm_activity",)),
    "temp.edge_c": ("c", ("temperature/edge",)),
    "temp.hotspot_c": ("c", ("temperature/hotspot", "hotspot_temperature")),
    "temp.mem_c": ("c", ("temperature/mem", "memory_temperature")),
    "temp.slowdown_edge_c": ("c", ("limit/slowdown_edge_temperature",)),
    "temp.slowdown_hotspot_c": ("c", ("limit/slowdown_hotspot_temperature",)),
    "temp.slowdown_vram_c": ("c", ("limit/slowdown_vram_temperature",)),
    "temp.shutdown_edge_c": ("c", ("limit/shutdown_edge_temperature",)),
    "temp.shutdown_hotspot_c": ("c", ("limit/shutdown_hotspot_temperature",)),
    "temp.shutdown_vram_c": ("c", ("limit/shutdown_vram_temperature",)),
    "ecc.correctable": (COUNT, ("ecc/total_correctable_count", "ecc/total_correctable", "single_bit_ecc")),
    "ecc.uncorrectable": (COUNT, ("ecc/total_uncorrectable_count", "ecc/total_uncorrectable", "double_bit_ecc")),
    "ecc.deferred": (COUNT, ("ecc/total_deferred_count", "ecc/total_deferred")),
    "ecc.cache_correctable": (COUNT, ("ecc/cache_correctable_count", "ecc/cache_correctable")),
    "ecc.cache_uncorrectable": (COUNT, ("ecc/cache_uncorrectable_count", "ecc/cache_uncorrectable")),
    "fan_rpm": ("rpm", ("fan/rpm",)),
    "fan_pct": ("pct", ("fan/usage",)),
    "xgmi_err": (WORD, ("xgmi_err",)),
    "perf_level": (WORD, ("perf_level",)),
    "vram.total_mb": ("mb", ("mem_usage/total_vram", "vram/size", "vram_total")),
    "vram.used_mb": ("mb", ("mem_usage/used_vram", "vram_used")),
    "vram.free_mb": ("mb", ("mem_usage/free_vram",)),
    "vram.size_mb": ("mb", ("vram/size",)),
    "vram.type": (WORD, ("vram/type",)),
    "vram.vendor": (WORD, ("vram/vendor",)),
    "gtt.total_mb": ("mb", ("mem_usage/total_gtt",)),
    "gtt.used_mb": ("mb", ("mem_usage/used_gtt",)),
    "ras.eeprom_version": (WORD, ("ras/eeprom_version",)),
    "ras.parity_schema": (WORD, ("ras/parity_schema",)),
    "ras.single_bit_schema": (WORD, ("ras/single_bit_schema",)),
    "ras.double_bit_schema": (WORD, ("ras/double_bit_schema",)),
    "ras.poison_schema": (WORD, ("ras/poison_schema",)),
    "partition.compute": (WORD, ("partition/compute_partition", "partition/accelerator_partition")),
    "partition.memory": (WORD, ("partition/memory_partition",)),
    "clocks.gfx_mhz": ("mhz", ("gfx_clock",)),
    "clocks.mem_mhz": ("mhz", ("mem_clock",)),
}


def gpu_facts(tree: Mapping[str, Any]) -> dict[str, Fact]:
    """The facts of one GPU's tree, whose keys are in lower case. A place that is absent yields no fact.

    A value without a name of its own stands under its place: ``throttle.ppt_accumulated``.
    """
    facts: dict[str, Fact] = {}
    for fact, (kind, places) in _FIELDS.items():
        said = [value for place in places if (value := _at(tree, place)) is not None]
        values = [value_of(kind, value) for value in said]
        if said:
            facts[fact] = next((value for value in values if value is not None), None)
    own = _clocks(tree) | _ecc_blocks(tree) | record_facts(tree)
    return _others(tree) | facts | own


def _at(tree: Mapping[str, Any], place: str) -> Any:
    node: Any = tree
    for key in place.split("/"):
        node = node.get(key) if isinstance(node, Mapping) else None
    return node


def _clocks(tree: Mapping[str, Any]) -> dict[str, Fact]:
    clocks = tree.get("clock")
    facts: dict[str, Fact] = {}
    for name, clock in clocks.items() if isinstance(clocks, Mapping) else ():
        if isinstance(clock, Mapping) and "clk" in clock:
            facts[f"clocks.{name}_mhz"] = value_of("mhz", clock["clk"])
            facts[f"clocks.max.{name}_mhz"] = value_of("mhz", clock.get("max_clk"))
    return facts


def _ecc_blocks(tree: Mapping[str, Any]) -> dict[str, Fact]:
    """Counters by block of ``metric``, and which blocks ``static`` says are protected."""
    facts: dict[str, Fact] = {}
    blocks = tree.get("ecc_blocks")
    if isinstance(blocks, Mapping):
        facts["ecc_blocks"] = [name.upper() for name in blocks]
        for name, counts in blocks.items():
            for key, count in counts.items() if isinstance(counts, Mapping) else ():
                facts[f"ecc_block.{name.upper()}.{key.removesuffix('_count')}"] = value_of(COUNT, count)
    states = _at(tree, "ras/ecc_block_state")
    for name, state in states.items() if isinstance(states, Mapping) else ():
        facts[f"ras.ecc.{name.upper()}"] = word_or_unknown(state)
    return facts


_NAMED_PLACES = frozenset(place for _, places in _FIELDS.values() for place in places)
_OWN_PLACES = PLACES | {"clock", "ecc_blocks", "cache_info", "gpu"}
_MAX_DEPTH = 6


def _others(tree: Mapping[str, Any], place: str = "", depth: int = 0) -> dict[str, Fact]:
    """Every scalar whose place has no name of its own, with the unit that is printed beside it as suffix."""
    facts: dict[str, Fact] = {}
    for key, said in tree.items():
        path = f"{place}/{key}" if place else key
        if path in _NAMED_PLACES or path in _OWN_PLACES or path == "ras/ecc_block_state":
            continue
        if isinstance(said, Mapping) and not {"value", "unit"} <= set(said):
            facts |= _others(said, path, depth + 1) if depth < _MAX_DEPTH else {}
        elif said is not None and not isinstance(said, list) and not str(said).startswith("["):
            facts |= with_unit(path.replace("/", "."), said)
    return facts
