"""What nvidia-smi says of one GPU, by fact: where it stands in the XML and in the text of ``-q``, over their versions.

The XML's names follow nvsmi_device_v10 to v13.dtd; the text's follow drivers 418 to 590.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from gatehouse.model.readings import Fact
from gatehouse.vendors.quantities import flag_or_unknown, number_or_unknown, quantity, word_or_unknown

Look = Callable[[str], str | None]
_COUNT, _WORD, _FLAG, _LANES, _BANKS = "count", "word", "flag", "lanes", "banks"


@dataclass(frozen=True, slots=True)
class Field:
    """A fact of a GPU: its kind (a unit suffix, or count, word, flag, …) and its places, newest first.

    ``core`` facts are reported as unknown where they are absent; others are left out.
    """

    fact: str
    kind: str
    xml: tuple[str, ...]
    text: tuple[str, ...]
    core: bool


# Sections of a GPU: where they stand in the XML and in the text, newest form first ("" is the GPU itself), and their
# rows: fact, kind, tag, words. A section of several places has its rows in each of them.
# fmt: off
_SECTIONS: tuple[tuple[tuple[str, ...], tuple[str, ...], tuple[tuple[str, str, str, str], ...]], ...] = (
    (("",), ("",), (
        ("name", _WORD, "product_name", "Product Name"),
        ("uuid", _WORD, "uuid", "GPU UUID"),
        ("serial", _WORD, "serial", "Serial Number"),
        ("vbios", _WORD, "vbios_version", "VBIOS Version"),
        ("brand", _WORD, "product_brand", "Product Brand"),
        ("architecture", _WORD, "product_architecture", "Product Architecture"),
        ("part_number", _WORD, "gpu_part_number", "GPU Part Number"),
        ("board_part_number", _WORD, "board_part_number", "Board Part Number"),
        ("minor", _COUNT, "minor_number", "Minor Number"),
        ("module_id", _COUNT, "gpu_module_id", "Module ID"),
        ("gsp_firmware", _WORD, "gsp_firmware_version", "GSP Firmware Version"),
        ("display_mode", _WORD, "display_mode", "Display Mode"),
        ("persistence_mode", _WORD, "persistence_mode", "Persistence Mode"),
        ("addressing_mode", _WORD, "addressing_mode", "Addressing Mode"),
        ("compute_mode", _WORD, "compute_mode", "Compute Mode"),
        ("pstate", _WORD, "performance_state", "Performance State"),
        ("recovery_action", _WORD, "gpu_recovery_action", "GPU Recovery Action"),
        ("fan_pct", "pct", "fan_speed", "Fan Speed"),
    )),
    (("inforom_version/",), ("Inforom Version/",), (("inforom.image", _WORD, "img_version", "Image Version"),)),
    (("driver_model/",), ("Driver Model/",), (("driver_model", _WORD, "current_dm", "Current"),)),
    (("mig_mode/",), ("MIG Mode/",), (("mig.mode", _WORD, "current_mig", "Current"),)),
    (("ecc_mode/",), ("ECC Mode/", "Ecc Mode/"), (
        ("ecc.mode", _WORD, "current_ecc", "Current"),
        ("ecc.mode_pending", _WORD, "pending_ecc", "Pending"),
    )),
    (("fabric/",), ("Fabric/",), (
        ("fabric.state", _WORD, "state", "State"),
        ("fabric.status", _WORD, "status", "Status"),
        ("fabric.clique_id", _COUNT, "cliqueId", "CliqueId"),
        ("fabric.cluster_uuid", _WORD, "clusterUuid", "ClusterUUID"),
        ("fabric.health", _WORD, "health/summary", "Health/Summary"),
    )),
    (("gpu_reset_status/",), ("GPU Reset Status/",), (
        ("reset.required", _FLAG, "reset_required", "Reset Required"),
        ("reset.drain_recommended", _FLAG, "drain_and_reset_recommended", "Drain and Reset Recommended"),
    )),
    (("pci/pci_gpu_link_info/",), ("PCI/GPU Link Info/",), (
        ("pcie.gen.current", _COUNT, "pcie_gen/current_link_gen", "PCIe Generation/Current"),
        ("pcie.gen.max", _COUNT, "pcie_gen/max_link_gen", "PCIe Generation/Max"),
        ("pcie.gen.hostmax", _COUNT, "pcie_gen/max_host_link_gen", "PCIe Generation/Host Max"),
        ("pcie.gen.devicemax", _COUNT, "pcie_gen/max_device_link_gen", "PCIe Generation/Device Max"),
        ("pcie.width.current", _LANES, "link_widths/current_link_width", "Link Width/Current"),
        ("pcie.width.max", _LANES, "link_widths/max_link_width", "Link Width/Max"),
    )),
    (("pci/",), ("PCI/",), (
        ("pcie.replay", _COUNT, "replay_counter", "Replays Since Reset"),
        ("pcie.replay_rollover", _COUNT, "replay_rollover_counter", "Replay Number Rollovers"),
    )),
    (("temperature/",), ("Temperature/",), (
        ("temp_c", "c", "gpu_temp", "GPU Current Temp"),
        ("temp.memory_c", "c", "memory_temp", "Memory Current Temp"),
        ("temp.tlimit_c", "c", "gpu_temp_tlimit", "GPU T.Limit Temp"),
        ("temp.slowdown_c", "c", "gpu_temp_slow_threshold", "GPU Slowdown Temp"),
        ("temp.shutdown_c", "c", "gpu_temp_max_threshold", "GPU Shutdown Temp"),
    )),
    (("gpu_power_readings/", "power_readings/"), ("GPU Power Readings/", "Power Readings/"), (
        ("power_w", "w", "power_draw", "Power Draw"),
        ("power_w", "w", "average_power_draw", "Average Power Draw"),
        ("power.instant_w", "w", "instant_power_draw", "Instantaneous Power Draw"),
        ("power.limit_w", "w", "current_power_limit", "Current Power Limit"),
        ("power.limit_w", "w", "power_limit", "Power Limit"),
        ("power.max_limit_w", "w", "max_power_limit", "Max Power Limit"),
        ("power.default_limit_w", "w", "default_power_limit", "Default Power Limit"),
    )),
    (("module_power_readings/",), ("Module Power Readings/",), (
        ("power.module_w", "w", "power_draw", "Power Draw"),
        ("power.module_w", "w", "average_power_draw", "Average Power Draw"),
    )),
    (("voltage/",), ("Voltage/",), (("voltage.graphics_v", "v", "graphics_volt", "Graphics"),)),
    (("fb_memory_usage/",), ("FB Memory Usage/",), (
        ("fb.total_mib", "mib", "total", "Total"),
        ("fb.used_mib", "mib", "used", "Used"),
        ("fb.free_mib", "mib", "free", "Free"),
        ("fb.reserved_mib", "mib", "reserved", "Reserved"),
    )),
    (("bar1_memory_usage/",), ("BAR1 Memory Usage/",), (
        ("bar1.total_mib", "mib", "total", "Total"),
        ("bar1.used_mib", "mib", "used", "Used"),
    )),
    (("utilization/",), ("Utilization/",), (
        ("util.gpu_pct", "pct", "gpu_util", "Gpu"),
        ("util.gpu_pct", "pct", "gpu_util", "GPU"),
        ("util.memory_pct", "pct", "memory_util", "Memory"),
        ("util.encoder_pct", "pct", "encoder_util", "Encoder"),
        ("util.decoder_pct", "pct", "decoder_util", "Decoder"),
    )),
    *(((f"{xml}/",), (f"{text}/",), (
        (f"{fact}.graphics_mhz", "mhz", "graphics_clock", "Graphics"),
        (f"{fact}.sm_mhz", "mhz", "sm_clock", "SM"),
        (f"{fact}.mem_mhz", "mhz", "mem_clock", "Memory"),
        (f"{fact}.video_mhz", "mhz", "video_clock", "Video"),
    )) for fact, xml, text in (("clocks", "clocks", "Clocks"), ("clocks.max", "max_clocks", "Max Clocks"))),
    *(((f"ecc_errors/{span}/",), (f"ECC Errors/{span.capitalize()}/",), (
        (f"ecc.{span}.sram_correctable", _COUNT, "sram_correctable", "SRAM Correctable"),
        (f"ecc.{span}.sram_uncorrectable", _COUNT, "sram_uncorrectable", "SRAM Uncorrectable"),
        (f"ecc.{span}.sram_uncorrectable_parity", _COUNT, "sram_uncorrectable_parity", "SRAM Uncorrectable Parity"),
        (f"ecc.{span}.sram_uncorrectable_secded", _COUNT, "sram_uncorrectable_secded", "SRAM Uncorrectable SEC-DED"),
        (f"ecc.{span}.dram_correctable", _COUNT, "dram_correctable", "DRAM Correctable"),
        (f"ecc.{span}.dram_uncorrectable", _COUNT, "dram_uncorrectable", "DRAM Uncorrectable"),
        (f"ecc.{span}.single_bit_device_memory", _COUNT, "single_bit/device_memory", "Single Bit/Device Memory"),
        (f"ecc.{span}.single_bit_total", _COUNT, "single_bit/total", "Single Bit/Total"),
        (f"ecc.{span}.double_bit_device_memory", _COUNT, "double_bit/device_memory", "Double Bit/Device Memory"),
        (f"ecc.{span}.double_bit_total", _COUNT, "double_bit/total", "Double Bit/Total"),
    )) for span in ("volatile", "aggregate")),
    (("ecc_errors/",), ("ECC Errors/",), (
        ("ecc.sram_threshold_exceeded", _FLAG,
         "aggregate/sram_threshold_exceeded", "Aggregate/SRAM Threshold Exceeded"),
        ("repair.channel_pending", _FLAG, "channel_repair_pending", "Channel Repair Pending"),
        ("repair.tpc_pending", _FLAG, "tpc_repair_pending", "TPC Repair Pending"),
    )),
    (("retired_pages/",), ("Retired Pages/",), (
        ("retired.single_bit", _COUNT, "multiple_single_bit_retirement/retired_count", "Single Bit ECC"),
        ("retired.double_bit", _COUNT, "double_bit_retirement/retired_count", "Double Bit ECC"),
        ("retired.pending", _FLAG, "pending_retirement", "Pending Page Blacklist"),
        ("retired.pending", _FLAG, "pending_blacklist", "Pending"),
    )),
    (("remapped_rows/",), ("Remapped Rows/",), (
        ("remapped.correctable", _COUNT, "remapped_row_corr", "Correctable Error"),
        ("remapped.uncorrectable", _COUNT, "remapped_row_unc", "Uncorrectable Error"),
        ("remapped.pending", _FLAG, "remapped_row_pending", "Pending"),
        ("remapped.failure", _FLAG, "remapped_row_failure", "Remapping Failure Occurred"),
        *((f"remapped.histogram.{level}", _BANKS, f"row_remapper_histogram/row_remapper_histogram_{level}",
           f"Bank Remap Availability Histogram/{level.capitalize()}")
          for level in ("max", "high", "partial", "low", "none")),
    )),
)
# fmt: on
_CORE = frozenset(
    {"name", "uuid", "serial", "pstate", "ecc.mode", "pcie.gen.current", "pcie.gen.max", "pcie.width.current"}
    | {
        "pcie.width.max",
        "temp_c",
        "temp.memory_c",
        "fan_pct",
        "power_w",
        "power.limit_w",
        "fb.total_mib",
        "fb.used_mib",
    }
    | {
        f"ecc.{span}.{name}"
        for span in ("volatile", "aggregate")
        for name in ("dram_correctable", "dram_uncorrectable")
    }
    | {"ecc.volatile.sram_correctable", "ecc.aggregate.sram_correctable"}
    | {"retired.single_bit", "retired.double_bit", "retired.pending"}
)


def _fields() -> Iterator[Field]:
    places: dict[str, tuple[str, list[str], list[str]]] = {}
    for xml, text, rows in _SECTIONS:
        for fact, kind, tag, words in rows:
            known = places.setdefault(fact, (kind, [], []))
            known[1].extend(f"{section}{tag}" for section in xml)
            known[2].extend(f"{section}{words}" for section in text)
    for fact, (kind, tags, lines) in places.items():
        yield Field(fact, kind, tuple(dict.fromkeys(tags)), tuple(dict.fromkeys(lines)), fact in _CORE)


FIELDS: tuple[Field, ...] = tuple(_fields())


def value_of(kind: str, words: str) -> Fact:
    """A field's words as its kind of value; None where the tool gave none."""
    if kind == _WORD:
        return word_or_unknown(words)
    if kind == _FLAG:
        return flag_or_unknown(words)
    if kind == _LANES:
        return number_or_unknown(words.removesuffix("x"))
    if kind == _BANKS:
        return number_or_unknown(words.removesuffix("bank(s)"))
    return number_or_unknown(words) if kind == _COUNT else quantity(words, kind)


def gpu_facts(look: Look, places: Callable[[Field], tuple[str, ...]]) -> dict[str, Fact]:
    """The facts of one GPU: ``look`` gives the words at a place, None where the place does not exist.

    Of several places the first that holds a value counts.
    """
    facts: dict[str, Fact] = {}
    for field in FIELDS:
        words = [said for place in places(field) if (said := look(place)) is not None]
        values = [value_of(field.kind, said) for said in words]
        if words or field.core:
            facts[field.fact] = next((value for value in values if value is not None), None)
    _add_sram_total(facts)
    return facts


def _add_sram_total(facts: dict[str, Fact]) -> None:
    """Drivers from 550 on split uncorrectable SRAM errors into parity and SEC-DED: their sum is the old count."""
    for span in ("volatile", "aggregate"):
        parts = [facts.get(f"ecc.{span}.sram_uncorrectable_{kind}") for kind in ("parity", "secded")]
        numbers = [part for part in parts if isinstance(part, int)]
        if f"ecc.{span}.sram_uncorrectable" not in facts:
            facts[f"ecc.{span}.sram_uncorrectable"] = sum(numbers) if len(numbers) == len(parts) else None
