"""What nvidia-smi says of one GPU, by fact: where it stands in the XML and in the text of ``-q``, over their versions.

The XML's names follow nvsmi_device_v10 to v13.dtd; the text's follow drivers 418 to 590.
"""

from collections.abc import Callable, Mapping
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
    text: tuple[str, ...] = ()
    core: bool = False


def _pair(prefix: str, kind: str, xml: str, text: str, items: Mapping[str, tuple[str, str]]) -> tuple[Field, ...]:
    return tuple(Field(f"{prefix}.{name}", kind, (f"{xml}/{x}",), (f"{text}/{t}",)) for name, (x, t) in items.items())


_IDENTITY = (
    Field("name", _WORD, ("product_name",), ("Product Name",), core=True),
    Field("uuid", _WORD, ("uuid",), ("GPU UUID",), core=True),
    Field("serial", _WORD, ("serial",), ("Serial Number",), core=True),
    Field("vbios", _WORD, ("vbios_version",), ("VBIOS Version",)),
    Field("brand", _WORD, ("product_brand",), ("Product Brand",)),
    Field("architecture", _WORD, ("product_architecture",), ("Product Architecture",)),
    Field("part_number", _WORD, ("gpu_part_number",), ("GPU Part Number",)),
    Field("board_part_number", _WORD, ("board_part_number",), ("Board Part Number",)),
    Field("minor", _COUNT, ("minor_number",), ("Minor Number",)),
    Field("module_id", _COUNT, ("gpu_module_id",), ("Module ID",)),
    Field("inforom.image", _WORD, ("inforom_version/img_version",), ("Inforom Version/Image Version",)),
    Field("gsp_firmware", _WORD, ("gsp_firmware_version",), ("GSP Firmware Version",)),
)
_MODES = (
    Field("display_mode", _WORD, ("display_mode",), ("Display Mode", "Display Attached")),
    Field("persistence_mode", _WORD, ("persistence_mode",), ("Persistence Mode",)),
    Field("addressing_mode", _WORD, ("addressing_mode",), ("Addressing Mode",)),
    Field("compute_mode", _WORD, ("compute_mode",), ("Compute Mode",)),
    Field("driver_model", _WORD, ("driver_model/current_dm",), ("Driver Model/Current",)),
    Field("pstate", _WORD, ("performance_state", "gpu_power_readings/power_state"), ("Performance State",), core=True),
    Field("mig.mode", _WORD, ("mig_mode/current_mig",), ("MIG Mode/Current",)),
    Field("ecc.mode", _WORD, ("ecc_mode/current_ecc",), ("ECC Mode/Current", "Ecc Mode/Current"), core=True),
    Field("ecc.mode_pending", _WORD, ("ecc_mode/pending_ecc",), ("ECC Mode/Pending", "Ecc Mode/Pending")),
    Field("fabric.state", _WORD, ("fabric/state",), ("Fabric/State",)),
    Field("fabric.status", _WORD, ("fabric/status",), ("Fabric/Status",)),
    Field("fabric.clique_id", _COUNT, ("fabric/cliqueId",), ("Fabric/CliqueId",)),
    Field("fabric.cluster_uuid", _WORD, ("fabric/clusterUuid",), ("Fabric/ClusterUUID",)),
    Field("fabric.health", _WORD, ("fabric/health/summary",), ("Fabric/Health/Summary",)),
    Field("reset.required", _FLAG, ("gpu_reset_status/reset_required",), ("GPU Reset Status/Reset Required",)),
    Field(
        "reset.drain_recommended",
        _FLAG,
        ("gpu_reset_status/drain_and_reset_recommended",),
        ("GPU Reset Status/Drain and Reset Recommended",),
    ),
    Field("recovery_action", _WORD, ("gpu_recovery_action",), ("GPU Recovery Action",)),
)
_LINK_XML, _LINK_TEXT = "pci/pci_gpu_link_info", "PCI/GPU Link Info"
_PCIE = (
    *(
        Field(
            f"pcie.{fact}",
            kind,
            (f"{_LINK_XML}/{xml}",),
            (f"{_LINK_TEXT}/{text}",),
            core=fact in {"gen.current", "gen.max", "width.current", "width.max"},
        )
        for fact, kind, xml, text in (
            ("gen.current", _COUNT, "pcie_gen/current_link_gen", "PCIe Generation/Current"),
            ("gen.max", _COUNT, "pcie_gen/max_link_gen", "PCIe Generation/Max"),
            ("gen.hostmax", _COUNT, "pcie_gen/max_host_link_gen", "PCIe Generation/Host Max"),
            ("gen.devicemax", _COUNT, "pcie_gen/max_device_link_gen", "PCIe Generation/Device Max"),
            ("width.current", _LANES, "link_widths/current_link_width", "Link Width/Current"),
            ("width.max", _LANES, "link_widths/max_link_width", "Link Width/Max"),
        )
    ),
    Field("pcie.replay", _COUNT, ("pci/replay_counter",), ("PCI/Replays Since Reset", "PCI/Replays since reset")),
    Field("pcie.replay_rollover", _COUNT, ("pci/replay_rollover_counter",), ("PCI/Replay Number Rollovers",)),
)
_TEMPERATURE = (
    Field("temp_c", "c", ("temperature/gpu_temp",), ("Temperature/GPU Current Temp",), core=True),
    Field("temp.memory_c", "c", ("temperature/memory_temp",), ("Temperature/Memory Current Temp",), core=True),
    Field(
        "temp.tlimit_c",
        "c",
        ("temperature/gpu_temp_tlimit",),
        ("Temperature/GPU T.Limit Temp", "Temperature/GPU T.limit Temp"),
    ),
    Field("temp.slowdown_c", "c", ("temperature/gpu_temp_slow_threshold",), ("Temperature/GPU Slowdown Temp",)),
    Field("temp.shutdown_c", "c", ("temperature/gpu_temp_max_threshold",), ("Temperature/GPU Shutdown Temp",)),
    Field("fan_pct", "pct", ("fan_speed",), ("Fan Speed",), core=True),
)
_POWER = (
    Field(
        "power_w",
        "w",
        ("gpu_power_readings/power_draw", "gpu_power_readings/average_power_draw", "power_readings/power_draw"),
        ("GPU Power Readings/Power Draw", "GPU Power Readings/Average Power Draw", "Power Readings/Power Draw"),
        core=True,
    ),
    Field(
        "power.instant_w",
        "w",
        ("gpu_power_readings/instant_power_draw",),
        ("GPU Power Readings/Instantaneous Power Draw",),
    ),
    Field(
        "power.limit_w",
        "w",
        ("gpu_power_readings/current_power_limit", "power_readings/power_limit"),
        ("GPU Power Readings/Current Power Limit", "Power Readings/Power Limit"),
        core=True,
    ),
    Field(
        "power.max_limit_w",
        "w",
        ("gpu_power_readings/max_power_limit", "power_readings/max_power_limit"),
        ("GPU Power Readings/Max Power Limit", "Power Readings/Max Power Limit"),
    ),
    Field(
        "power.default_limit_w",
        "w",
        ("gpu_power_readings/default_power_limit", "power_readings/default_power_limit"),
        ("GPU Power Readings/Default Power Limit", "Power Readings/Default Power Limit"),
    ),
    Field(
        "power.module_w",
        "w",
        ("module_power_readings/power_draw", "module_power_readings/average_power_draw"),
        ("Module Power Readings/Power Draw", "Module Power Readings/Average Power Draw"),
    ),
    Field("voltage.graphics_v", "v", ("voltage/graphics_volt",), ("Voltage/Graphics",)),
)
_MEMORY = (
    Field("fb.total_mib", "mib", ("fb_memory_usage/total",), ("FB Memory Usage/Total",), core=True),
    Field("fb.used_mib", "mib", ("fb_memory_usage/used",), ("FB Memory Usage/Used",), core=True),
    Field("fb.free_mib", "mib", ("fb_memory_usage/free",), ("FB Memory Usage/Free",)),
    Field("fb.reserved_mib", "mib", ("fb_memory_usage/reserved",), ("FB Memory Usage/Reserved",)),
    Field("bar1.total_mib", "mib", ("bar1_memory_usage/total",), ("BAR1 Memory Usage/Total",)),
    Field("bar1.used_mib", "mib", ("bar1_memory_usage/used",), ("BAR1 Memory Usage/Used",)),
)
_UTILISATION = _pair(
    "util",
    "pct",
    "utilization",
    "Utilization",
    {
        "gpu_pct": ("gpu_util", "Gpu"),
        "memory_pct": ("memory_util", "Memory"),
        "encoder_pct": ("encoder_util", "Encoder"),
        "decoder_pct": ("decoder_util", "Decoder"),
    },
)
_DOMAINS = {"graphics": "Graphics", "sm": "SM", "mem": "Memory", "video": "Video"}
_CLOCKS = tuple(
    Field(f"{fact}.{name}_mhz", "mhz", (f"{xml}/{name}_clock",), (f"{text}/{word}",))
    for fact, xml, text in (("clocks", "clocks", "Clocks"), ("clocks.max", "max_clocks", "Max Clocks"))
    for name, word in _DOMAINS.items()
)
_ECC = tuple(
    Field(
        f"ecc.{span}.{name}",
        _COUNT,
        (f"ecc_errors/{span}/{name}",),
        (f"ECC Errors/{span.capitalize()}/{words}",),
        core=name in {"dram_correctable", "dram_uncorrectable", "sram_correctable"},
    )
    for span in ("volatile", "aggregate")
    for name, words in {
        "sram_correctable": "SRAM Correctable",
        "sram_uncorrectable": "SRAM Uncorrectable",
        "sram_uncorrectable_parity": "SRAM Uncorrectable Parity",
        "sram_uncorrectable_secded": "SRAM Uncorrectable SEC-DED",
        "dram_correctable": "DRAM Correctable",
        "dram_uncorrectable": "DRAM Uncorrectable",
    }.items()
)
_ECC_OLD = tuple(
    Field(
        f"ecc.{span}.{bits}_{place}",
        _COUNT,
        (f"ecc_errors/{span}/{bits}/{place}",),
        (f"ECC Errors/{span.capitalize()}/{words}/{place_words}",),
    )
    for span in ("volatile", "aggregate")
    for bits, words in {"single_bit": "Single Bit", "double_bit": "Double Bit"}.items()
    for place, place_words in {"device_memory": "Device Memory", "total": "Total"}.items()
)
_RETIREMENT_OLD = "retired_pages/{}_retirement/retired_count"
_REPAIR = (
    Field(
        "ecc.sram_threshold_exceeded",
        _FLAG,
        ("ecc_errors/aggregate/sram_threshold_exceeded",),
        ("ECC Errors/Aggregate/SRAM Threshold Exceeded",),
    ),
    Field(
        "retired.single_bit",
        _COUNT,
        (_RETIREMENT_OLD.format("multiple_single_bit"),),
        ("Retired Pages/Single Bit ECC",),
        core=True,
    ),
    Field(
        "retired.double_bit",
        _COUNT,
        (_RETIREMENT_OLD.format("double_bit"),),
        ("Retired Pages/Double Bit ECC",),
        core=True,
    ),
    Field(
        "retired.pending",
        _FLAG,
        ("retired_pages/pending_retirement", "retired_pages/pending_blacklist"),
        ("Retired Pages/Pending Page Blacklist", "Retired Pages/Pending"),
        core=True,
    ),
    Field("remapped.correctable", _COUNT, ("remapped_rows/remapped_row_corr",), ("Remapped Rows/Correctable Error",)),
    Field(
        "remapped.uncorrectable", _COUNT, ("remapped_rows/remapped_row_unc",), ("Remapped Rows/Uncorrectable Error",)
    ),
    Field("remapped.pending", _FLAG, ("remapped_rows/remapped_row_pending",), ("Remapped Rows/Pending",)),
    Field(
        "remapped.failure",
        _FLAG,
        ("remapped_rows/remapped_row_failure",),
        ("Remapped Rows/Remapping Failure Occurred",),
    ),
    *(
        Field(
            f"remapped.histogram.{level}",
            _BANKS,
            (f"remapped_rows/row_remapper_histogram/row_remapper_histogram_{level}",),
            (f"Remapped Rows/Bank Remap Availability Histogram/{level.capitalize()}",),
        )
        for level in ("max", "high", "partial", "low", "none")
    ),
    Field(
        "repair.channel_pending", _FLAG, ("ecc_errors/channel_repair_pending",), ("ECC Errors/Channel Repair Pending",)
    ),
    Field("repair.tpc_pending", _FLAG, ("ecc_errors/tpc_repair_pending",), ("ECC Errors/TPC Repair Pending",)),
)
FIELDS: tuple[Field, ...] = (
    *_IDENTITY, *_MODES, *_PCIE, *_TEMPERATURE, *_POWER, *_MEMORY, *_UTILISATION, *_CLOCKS, *_ECC, *_ECC_OLD, *_REPAIR,
)  # fmt: skip


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
