"""What the columns of ``nvidia-smi --query-gpu`` mean, as facts: their names are those of ``--help-query-gpu``."""

import re

from gatehouse.model.readings import Fact
from gatehouse.vendors.quantities import flag_or_unknown, number_or_unknown, quantity, word_or_unknown

# Column -> (fact, kind); a kind is a unit suffix, or number, word, flag.
_COLUMNS: dict[str, tuple[str, str]] = {
    "name": ("name", "word"),
    "gpu_name": ("name", "word"),
    "uuid": ("uuid", "word"),
    "gpu_uuid": ("uuid", "word"),
    "serial": ("serial", "word"),
    "gpu_serial": ("serial", "word"),
    "pci.bus_id": ("bus", "word"),
    "gpu_bus_id": ("bus", "word"),
    "vbios_version": ("vbios", "word"),
    "inforom.img": ("inforom.image", "word"),
    "pstate": ("pstate", "word"),
    "compute_mode": ("compute_mode", "word"),
    "persistence_mode": ("persistence_mode", "word"),
    "addressing_mode": ("addressing_mode", "word"),
    "display_mode": ("display_mode", "word"),
    "driver_model.current": ("driver_model", "word"),
    "gpu_recovery_action": ("recovery_action", "word"),
    "fan.speed": ("fan_pct", "pct"),
    "temperature.gpu": ("temp_c", "c"),
    "temperature.memory": ("temp.memory_c", "c"),
    "temperature.gpu.tlimit": ("temp.tlimit_c", "c"),
    "power.draw": ("power_w", "w"),
    "power.draw.average": ("power.average_w", "w"),
    "power.draw.instant": ("power.instant_w", "w"),
    "power.limit": ("power.limit_w", "w"),
    "enforced.power.limit": ("power.enforced_limit_w", "w"),
    "power.default_limit": ("power.default_limit_w", "w"),
    "power.min_limit": ("power.min_limit_w", "w"),
    "power.max_limit": ("power.max_limit_w", "w"),
    "module.power.draw": ("power.module_w", "w"),
    "memory.total": ("fb.total_mib", "mib"),
    "memory.used": ("fb.used_mib", "mib"),
    "memory.free": ("fb.free_mib", "mib"),
    "memory.reserved": ("fb.reserved_mib", "mib"),
    "utilization.gpu": ("util.gpu_pct", "pct"),
    "utilization.memory": ("util.memory_pct", "pct"),
    "utilization.encoder": ("util.encoder_pct", "pct"),
    "utilization.decoder": ("util.decoder_pct", "pct"),
    "ecc.mode.current": ("ecc.mode", "word"),
    "ecc.mode.pending": ("ecc.mode_pending", "word"),
    "retired_pages.single_bit_ecc.count": ("retired.single_bit", "number"),
    "retired_pages.sbe": ("retired.single_bit", "number"),
    "retired_pages.double_bit.count": ("retired.double_bit", "number"),
    "retired_pages.dbe": ("retired.double_bit", "number"),
    "retired_pages.pending": ("retired.pending", "flag"),
    "remapped_rows.correctable": ("remapped.correctable", "number"),
    "remapped_rows.uncorrectable": ("remapped.uncorrectable", "number"),
    "remapped_rows.pending": ("remapped.pending", "flag"),
    "remapped_rows.failure": ("remapped.failure", "flag"),
    "pcie.link.gen.current": ("pcie.gen.current", "number"),
    "pcie.link.gen.gpucurrent": ("pcie.gen.gpucurrent", "number"),
    "pcie.link.gen.max": ("pcie.gen.max", "number"),
    "pcie.link.gen.gpumax": ("pcie.gen.devicemax", "number"),
    "pcie.link.gen.hostmax": ("pcie.gen.hostmax", "number"),
    "pcie.link.width.current": ("pcie.width.current", "number"),
    "pcie.link.width.max": ("pcie.width.max", "number"),
    "mig.mode.current": ("mig.mode", "word"),
    "mig.mode.pending": ("mig.mode_pending", "word"),
    "fabric.state": ("fabric.state", "word"),
    "fabric.status": ("fabric.status", "word"),
    "fabric.cliqueId": ("fabric.clique_id", "number"),
    "fabric.clusterUuid": ("fabric.cluster_uuid", "word"),
    "fabric.health.summary": ("fabric.health", "word"),
    "platform.module_id": ("module_id", "number"),
    "power.management": ("power.management", "word"),
    "module.power.draw.average": ("power.module_w", "w"),
    "module.power.draw.instant": ("power.module_instant_w", "w"),
    "utilization.jpeg": ("util.jpeg_pct", "pct"),
    "utilization.ofa": ("util.ofa_pct", "pct"),
    "display_active": ("display_active", "word"),
    "inforom.oem": ("inforom.oem", "word"),
    "inforom.ecc": ("inforom.ecc", "word"),
    "inforom.pwr": ("inforom.power", "word"),
    "ecc.errors.uncorrected.aggregate.sram.thresholdExceeded": ("ecc.sram_threshold_exceeded", "flag"),
    "remapped_rows.correctable_inactive": ("remapped.correctable_inactive", "number"),
    "remapped_rows.uncorrectable_inactive": ("remapped.uncorrectable_inactive", "number"),
    "clocks.current.graphics": ("clocks.graphics_mhz", "mhz"),
    "clocks.gr": ("clocks.graphics_mhz", "mhz"),
    "clocks.current.sm": ("clocks.sm_mhz", "mhz"),
    "clocks.sm": ("clocks.sm_mhz", "mhz"),
    "clocks.current.memory": ("clocks.mem_mhz", "mhz"),
    "clocks.mem": ("clocks.mem_mhz", "mhz"),
    "clocks.current.video": ("clocks.video_mhz", "mhz"),
    "clocks.video": ("clocks.video_mhz", "mhz"),
    "clocks.max.graphics": ("clocks.max.graphics_mhz", "mhz"),
    "clocks.max.gr": ("clocks.max.graphics_mhz", "mhz"),
    "clocks.max.sm": ("clocks.max.sm_mhz", "mhz"),
    "clocks.max.memory": ("clocks.max.mem_mhz", "mhz"),
    "clocks.max.mem": ("clocks.max.mem_mhz", "mhz"),
    "driver_version": ("driver", "word"),
    "kmd_version": ("kmd_version", "word"),
    "count": ("attached_gpus", "number"),
    "timestamp": ("timestamp", "word"),
    "index": ("index", "number"),
}
HOST_FACTS = frozenset({"driver", "kmd_version", "attached_gpus", "timestamp"})
_ECC = re.compile(r"ecc\.errors\.(un)?corrected\.(volatile|aggregate)\.(\w{1,40})")
_SRAM = re.compile(r"ecc\.errors\.uncorrected\.(volatile|aggregate)\.sram\.(parity|secded|l2|sm|mcu|pcie|other)")
_HISTOGRAM = re.compile(r"remapped_rows\.histogram\.(max|high|partial|low|none)")
_REASON = re.compile(r"clocks_(?:event|throttle)_reasons\.(\w{1,60})")
_HEADING = re.compile(r"([a-zA-Z_][\w.]{0,99})(?: \[([^\]]{1,10})\])?")
_SUFFIXES = {"MiB": "mib", "%": "pct", "W": "w", "MHz": "mhz", "us": "us", "KB/s": "kb_per_s"}


def fact_of(heading: str) -> tuple[str, str] | None:
    """The fact and kind of a column's heading, ``"memory.used [MiB]"``; None where it is no heading at all.

    A column that is not known by name keeps its own, with its unit as suffix.
    """
    match = _HEADING.fullmatch(heading)
    if match is None:
        return None
    name, unit = match.groups()
    known = _COLUMNS.get(name) or _pattern_fact(name)
    if known is not None:
        return known
    suffix = _SUFFIXES.get(unit or "")
    return (f"{name}_{suffix}", suffix if suffix != "kb_per_s" else "word") if suffix else (name, "any")


def _pattern_fact(name: str) -> tuple[str, str] | None:
    if (ecc := _ECC.fullmatch(name)) is not None:
        kind = "uncorrectable" if ecc[1] else "correctable"
        return f"ecc.{ecc[2]}.{kind}" if ecc[3] == "total" else f"ecc.{ecc[2]}.{ecc[3]}_{kind}", "number"
    if (sram := _SRAM.fullmatch(name)) is not None:
        place = {"mcu": "microcontroller"}.get(sram[2], sram[2])
        kind = "sram_uncorrectable_" if place in ("parity", "secded") else "sram_"
        return f"ecc.{sram[1]}.{kind}{place}", "number"
    if (level := _HISTOGRAM.fullmatch(name)) is not None:
        return f"remapped.histogram.{level[1]}", "number"
    if (reason := _REASON.fullmatch(name)) is not None:
        return f"throttle.{reason[1]}", "word" if reason[1] in ("active", "supported") else "flag"
    return None


def value_of(kind: str, words: str) -> Fact:
    """A cell as its kind of value; None where the tool gave none."""
    if kind == "flag":
        return flag_or_unknown(words)
    if kind == "number":
        return number_or_unknown(words)
    if kind == "word":
        return word_or_unknown(words)
    if kind == "any":
        number = number_or_unknown(words)
        return number if number is not None else word_or_unknown(words)
    return quantity(words, kind)
