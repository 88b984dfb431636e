"""What amd-smi says of one GPU, by fact: where it stands in its tree, whether that came as JSON or as text.

``metric`` and ``static`` are one tree here; places are paths of lower-case keys, newest first (ROCm 5.7 to 7).
"""

from collections.abc import Mapping
from typing import Any

from gatehouse.model.readings import Fact
from gatehouse.vendors.quantities import number_or_unknown, quantity, word_or_unknown

_COUNT, _WORD = "count", "word"
# 16-bit all-ones is how the metrics table of the firmware says "not measured"; amd-smi prints it as a number.
_UNMEASURED_16_BIT = 65535

_FIELDS: dict[str, tuple[str, tuple[str, ...]]] = {
    "market_name": (_WORD, ("asic/market_name",)),
    "serial": (_WORD, ("asic/asic_serial", "board/product_serial")),
    "board_serial": (_WORD, ("board/product_serial",)),
    "product_name": (_WORD, ("board/product_name",)),
    "device_id": (_WORD, ("asic/device_id",)),
    "oam_id": (_COUNT, ("asic/oam_id",)),
    "compute_units": (_COUNT, ("asic/num_compute_units",)),
    "bdf": (_WORD, ("bus/bdf", "bdf")),
    "uuid": (_WORD, ("uuid",)),
    "vbios": (_WORD, ("ifwi/version", "vbios/version", "ifwi/part_number")),
    "driver": (_WORD, ("driver/version", "driver/driver_version")),
    "driver_name": (_WORD, ("driver/name", "driver/driver_name")),
    "numa": (_COUNT, ("numa/node",)),
    "pcie.max_width": (_COUNT, ("bus/max_pcie_width",)),
    "pcie.max_speed_gts": ("gts", ("bus/max_pcie_speed",)),
    "pcie.width": (_COUNT, ("pcie/width", "pcie/current_lanes")),
    "pcie.speed_gts": ("gts", ("pcie/speed", "pcie/current_speed")),
    "pcie.replay": (_COUNT, ("pcie/replay_count",)),
    "pcie.l0_to_recovery": (_COUNT, ("pcie/l0_to_recovery_count",)),
    "pcie.nak_sent": (_COUNT, ("pcie/nak_sent_count",)),
    "pcie.nak_received": (_COUNT, ("pcie/nak_received_count",)),
    "power_w": ("w", ("power/socket_power", "power/current_socket_power", "power/average_socket_power")),
    "power.limit_w": ("w", ("power/power_limit", "limit/socket_power", "limit/ppt0/socket_power_limit")),
    "power.max_w": ("w", ("limit/max_power", "limit/ppt0/max_power_limit")),
    "power.min_w": ("w", ("limit/min_power", "limit/ppt0/min_power_limit")),
    "throttle_status": (_WORD, ("power/throttle_status",)),
    "power_management": (_WORD, ("power/power_management",)),
    "voltage.gfx_v": ("v", ("power/gfx_voltage",)),
    "voltage.soc_v": ("v", ("power/soc_voltage",)),
    "voltage.mem_v": ("v", ("power/mem_voltage",)),
    "util.gfx_pct": ("pct", ("usage/gfx_activity",)),
    "util.umc_pct": ("pct", ("usage/umc_activity",)),
    "util.mm_pct": ("pct", ("usage/mm_activity",)),
    "temp.edge_c": ("c", ("temperature/edge",)),
    "temp.hotspot_c": ("c", ("temperature/hotspot",)),
    "temp.mem_c": ("c", ("temperature/mem",)),
    "temp.slowdown_hotspot_c": ("c", ("limit/slowdown_hotspot_temperature",)),
    "temp.slowdown_vram_c": ("c", ("limit/slowdown_vram_temperature",)),
    "temp.shutdown_edge_c": ("c", ("limit/shutdown_edge_temperature",)),
    "temp.shutdown_hotspot_c": ("c", ("limit/shutdown_hotspot_temperature",)),
    "temp.shutdown_vram_c": ("c", ("limit/shutdown_vram_temperature",)),
    "ecc.correctable": (_COUNT, ("ecc/total_correctable_count", "ecc/total_correctable")),
    "ecc.uncorrectable": (_COUNT, ("ecc/total_uncorrectable_count", "ecc/total_uncorrectable")),
    "ecc.deferred": (_COUNT, ("ecc/total_deferred_count", "ecc/total_deferred")),
    "ecc.cache_correctable": (_COUNT, ("ecc/cache_correctable_count", "ecc/cache_correctable")),
    "ecc.cache_uncorrectable": (_COUNT, ("ecc/cache_uncorrectable_count", "ecc/cache_uncorrectable")),
    "fan_rpm": ("rpm", ("fan/rpm",)),
    "fan_pct": ("pct", ("fan/usage",)),
    "xgmi_err": (_WORD, ("xgmi_err",)),
    "perf_level": (_WORD, ("perf_level",)),
    "vram.total_mb": ("mb", ("mem_usage/total_vram", "vram/size")),
    "vram.used_mb": ("mb", ("mem_usage/used_vram",)),
    "vram.free_mb": ("mb", ("mem_usage/free_vram",)),
    "vram.size_mb": ("mb", ("vram/size",)),
    "vram.type": (_WORD, ("vram/type",)),
    "vram.vendor": (_WORD, ("vram/vendor",)),
    "gtt.total_mb": ("mb", ("mem_usage/total_gtt",)),
    "gtt.used_mb": ("mb", ("mem_usage/used_gtt",)),
    "ras.eeprom_version": (_WORD, ("ras/eeprom_version",)),
    "ras.parity_schema": (_WORD, ("ras/parity_schema",)),
    "ras.single_bit_schema": (_WORD, ("ras/single_bit_schema",)),
    "ras.double_bit_schema": (_WORD, ("ras/double_bit_schema",)),
    "ras.poison_schema": (_WORD, ("ras/poison_schema",)),
    "partition.compute": (_WORD, ("partition/compute_partition", "partition/accelerator_partition")),
    "partition.memory": (_WORD, ("partition/memory_partition",)),
    "bad_pages.retired": (_COUNT, ("retired_count", "retired")),
}


def lowered(tree: Any) -> Any:
    """The same tree with lower-case keys, spaces as underscores."""
    if isinstance(tree, Mapping):
        return {str(key).strip().lower().replace(" ", "_"): lowered(value) for key, value in tree.items()}
    return [lowered(item) for item in tree] if isinstance(tree, list) else tree


def gpu_facts(tree: Mapping[str, Any]) -> dict[str, Fact]:
    """The facts of one GPU's tree, whose keys are in lower case. A place that is absent yields no fact."""
    facts: dict[str, Fact] = {}
    for fact, (kind, places) in _FIELDS.items():
        said = [value for place in places if (value := _at(tree, place)) is not None]
        values = [value_of(kind, value) for value in said]
        if said:
            facts[fact] = next((value for value in values if value is not None), None)
    return facts | _clocks(tree) | _ecc_blocks(tree)


def value_of(kind: str, said: Any) -> Fact:
    """A scalar, a text with its unit, or ``{"value", "unit"}``, as its kind of value."""
    if isinstance(said, Mapping):
        value = number_or_unknown(said.get("value"))
        said = None if value is None else f"{value} {said.get('unit') or ''}"
    if isinstance(said, (list, Mapping)):
        return None
    if kind == _WORD:
        return word_or_unknown(said)
    number = number_or_unknown(said) if kind == _COUNT else quantity(said, kind)
    return None if number == _UNMEASURED_16_BIT else number


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
                facts[f"ecc_block.{name.upper()}.{key.removesuffix('_count')}"] = value_of(_COUNT, count)
    states = _at(tree, "ras/ecc_block_state")
    for name, state in states.items() if isinstance(states, Mapping) else ():
        facts[f"ras.ecc.{name.upper()}"] = word_or_unknown(state)
    return facts
