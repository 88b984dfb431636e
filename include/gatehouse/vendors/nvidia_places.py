"""Where nvidia-smi puts what it says of a GPU: sections of the XML and of the text of ``-q``, over their versions.

The XML's names follow nvsmi_device_v4 to v13.dtd; the text's follow drivers 340 to 610.
"""

# Kinds of a value that are no unit: a count, a word, yes or no, lanes ("16x"), banks ("64 bank(s)"), KB/s.
COUNT, WORD, FLAG, LANES, BANKS, RATE = "count", "word", "flag", "lanes", "banks", "kb_per_s"

# Where drivers before 450 count single- and double-bit errors, and where those from 550 on saw SRAM errors.
_OLD_PLACES = (
    ("device_memory", "Device Memory"), ("register_file", "Register File"), ("l1_cache", "L1 Cache"),
    ("l2_cache", "L2 Cache"), ("texture_memory", "Texture Memory"), ("texture_shm", "Texture Shared"),
    ("cbu", "CBU"), ("total", "Total"),
)  # fmt: skip
_SRAM_SOURCES = (
    ("l2", "L2"), ("sm", "SM"), ("microcontroller", "Microcontroller"), ("pcie", "PCIE"), ("other", "Other"),
)  # fmt: skip

# Sections of a GPU: where they stand in the XML and in the text, newest form first ("" is the GPU itself), and their
# rows: fact, kind, tag, words. A section of several places has its rows in each of them.
# fmt: off
SECTIONS: tuple[tuple[tuple[str, ...], tuple[str, ...], tuple[tuple[str, str, str, str], ...]], ...] = (
    (("",), ("",), (
        ("name", WORD, "product_name", "Product Name"),
        ("uuid", WORD, "uuid", "GPU UUID"),
        ("serial", WORD, "serial", "Serial Number"),
        ("vbios", WORD, "vbios_version", "VBIOS Version"),
        ("brand", WORD, "product_brand", "Product Brand"),
        ("architecture", WORD, "product_architecture", "Product Architecture"),
        ("part_number", WORD, "gpu_part_number", "GPU Part Number"),
        ("board_part_number", WORD, "board_part_number", "Board Part Number"),
        ("minor", COUNT, "minor_number", "Minor Number"),
        ("module_id", COUNT, "gpu_module_id", "Module ID"),
        ("module_id", COUNT, "platformInfo/module_id", "Platform Info/Module Id"),
        ("gsp_firmware", WORD, "gsp_firmware_version", "GSP Firmware Version"),
        ("display_mode", WORD, "display_mode", "Display Mode"),
        ("display_active", WORD, "display_active", "Display Active"),
        ("persistence_mode", WORD, "persistence_mode", "Persistence Mode"),
        ("addressing_mode", WORD, "addressing_mode", "Addressing Mode"),
        ("compute_mode", WORD, "compute_mode", "Compute Mode"),
        ("pstate", WORD, "performance_state", "Performance State"),
        ("recovery_action", WORD, "gpu_recovery_action", "GPU Recovery Action"),
        ("fan_pct", "pct", "fan_speed", "Fan Speed"),
        ("virtualization_mode", WORD,
         "gpu_virtualization_mode/virtualization_mode", "GPU Virtualization Mode/Virtualization Mode"),
        ("virtualization_mode", WORD,
         "gpu_virtualization_mode/virtualization_mode", "GPU Virtualization Mode/Virtualization mode"),
    )),
    (("inforom_version/",), ("Inforom Version/",), (
        ("inforom.image", WORD, "img_version", "Image Version"),
        ("inforom.oem", WORD, "oem_object", "OEM Object"),
        ("inforom.ecc", WORD, "ecc_object", "ECC Object"),
        ("inforom.power", WORD, "pwr_object", "Power Management Object"),
    )),
    (("driver_model/",), ("Driver Model/",), (("driver_model", WORD, "current_dm", "Current"),)),
    (("mig_mode/",), ("MIG Mode/",), (
        ("mig.mode", WORD, "current_mig", "Current"),
        ("mig.mode_pending", WORD, "pending_mig", "Pending"),
    )),
    (("ecc_mode/",), ("ECC Mode/", "Ecc Mode/"), (
        ("ecc.mode", WORD, "current_ecc", "Current"),
        ("ecc.mode_pending", WORD, "pending_ecc", "Pending"),
    )),
    (("fabric/",), ("Fabric/",), (
        ("fabric.state", WORD, "state", "State"),
        ("fabric.status", WORD, "status", "Status"),
        ("fabric.clique_id", COUNT, "cliqueId", "CliqueId"),
        ("fabric.cluster_uuid", WORD, "clusterUuid", "ClusterUUID"),
        ("fabric.health", WORD, "health/summary", "Health/Summary"),
        ("fabric.health.bandwidth", WORD, "health/bandwidth", "Health/Bandwidth"),
        ("fabric.health.route_unhealthy", WORD, "health/route_unhealthy", "Health/Route Unhealthy"),
        ("fabric.health.incorrect_configuration", WORD,
         "health/incorrect_configuration", "Health/Incorrect Configuration"),
    )),
    (("gpu_reset_status/",), ("GPU Reset Status/",), (
        ("reset.required", FLAG, "reset_required", "Reset Required"),
        ("reset.drain_recommended", FLAG, "drain_and_reset_recommended", "Drain and Reset Recommended"),
    )),
    (("pci/pci_gpu_link_info/",), ("PCI/GPU Link Info/",), (
        ("pcie.gen.current", COUNT, "pcie_gen/current_link_gen", "PCIe Generation/Current"),
        ("pcie.gen.max", COUNT, "pcie_gen/max_link_gen", "PCIe Generation/Max"),
        ("pcie.gen.hostmax", COUNT, "pcie_gen/max_host_link_gen", "PCIe Generation/Host Max"),
        ("pcie.gen.devicemax", COUNT, "pcie_gen/max_device_link_gen", "PCIe Generation/Device Max"),
        ("pcie.width.current", LANES, "link_widths/current_link_width", "Link Width/Current"),
        ("pcie.width.max", LANES, "link_widths/max_link_width", "Link Width/Max"),
    )),
    (("pci/",), ("PCI/",), (
        ("pcie.replay", COUNT, "replay_counter", "Replays Since Reset"),
        ("pcie.replay_rollover", COUNT, "replay_rollover_counter", "Replay Number Rollovers"),
        ("pcie.tx_kb_per_s", RATE, "tx_util", "Tx Throughput"),
        ("pcie.rx_kb_per_s", RATE, "rx_util", "Rx Throughput"),
    )),
    (("temperature/",), ("Temperature/",), (
        ("temp_c", "c", "gpu_temp", "GPU Current Temp"),
        ("temp.memory_c", "c", "memory_temp", "Memory Current Temp"),
        ("temp.tlimit_c", "c", "gpu_temp_tlimit", "GPU T.Limit Temp"),
        ("temp.tlimit_c", "c", "gpu_temp_tlimit", "GPU Current T.Limit Temp"),
        ("temp.slowdown_c", "c", "gpu_temp_slow_threshold", "GPU Slowdown Temp"),
        ("temp.shutdown_c", "c", "gpu_temp_max_threshold", "GPU Shutdown Temp"),
        ("temp.max_operating_c", "c", "gpu_temp_max_gpu_threshold", "GPU Max Operating Temp"),
        ("temp.memory_max_operating_c", "c", "gpu_temp_max_mem_threshold", "Memory Max Operating Temp"),
        ("temp.target_c", "c", "gpu_target_temperature", "GPU Target Temperature"),
        ("temp.slowdown_tlimit_c", "c", "gpu_temp_slow_tlimit_threshold", "GPU Slowdown T.Limit Temp"),
        ("temp.shutdown_tlimit_c", "c", "gpu_temp_max_tlimit_threshold", "GPU Shutdown T.Limit Temp"),
        ("temp.max_operating_tlimit_c", "c", "gpu_temp_max_gpu_tlimit_threshold", "GPU Max Operating T.Limit Temp"),
    )),
    (("gpu_power_readings/", "power_readings/"), ("GPU Power Readings/", "Power Readings/"), (
        ("power_w", "w", "power_draw", "Power Draw"),
        ("power_w", "w", "average_power_draw", "Average Power Draw"),
        ("power.instant_w", "w", "instant_power_draw", "Instantaneous Power Draw"),
        ("power.limit_w", "w", "current_power_limit", "Current Power Limit"),
        ("power.limit_w", "w", "power_limit", "Power Limit"),
        ("power.limit_w", "w", "current_power_limit", "GPU Ceiling Power Limit/Current Power Limit"),
        ("power.requested_limit_w", "w", "requested_power_limit", "Requested Power Limit"),
        ("power.enforced_limit_w", "w", "enforced_power_limit", "Enforced Power Limit"),
        ("power.min_limit_w", "w", "min_power_limit", "Min Power Limit"),
        ("power.max_limit_w", "w", "max_power_limit", "Max Power Limit"),
        ("power.default_limit_w", "w", "default_power_limit", "Default Power Limit"),
        ("power.default_limit_w", "w", "default_power_limit", "GPU Ceiling Power Limit/Default Power Limit"),
    )),
    (("gpu_memory_power_readings/",), ("GPU Memory Power Readings/",), (
        ("power.memory_w", "w", "average_power_draw", "Average Power Draw"),
    )),
    (("module_power_readings/",), ("Module Power Readings/",), (
        ("power.module_w", "w", "power_draw", "Power Draw"),
        ("power.module_w", "w", "average_power_draw", "Average Power Draw"),
    )),
    (("voltage/",), ("Voltage/",), (("voltage.graphics_v", "v", "graphics_volt", "Graphics"),)),
    (("fb_memory_usage/", "memory_usage/"), ("FB Memory Usage/", "Memory Usage/"), (
        ("fb.total_mib", "mib", "total", "Total"),
        ("fb.used_mib", "mib", "used", "Used"),
        ("fb.free_mib", "mib", "free", "Free"),
        ("fb.reserved_mib", "mib", "reserved", "Reserved"),
    )),
    (("bar1_memory_usage/",), ("BAR1 Memory Usage/",), (
        ("bar1.total_mib", "mib", "total", "Total"),
        ("bar1.used_mib", "mib", "used", "Used"),
        ("bar1.free_mib", "mib", "free", "Free"),
    )),
    (("utilization/",), ("Utilization/",), (
        ("util.gpu_pct", "pct", "gpu_util", "Gpu"),
        ("util.gpu_pct", "pct", "gpu_util", "GPU"),
        ("util.memory_pct", "pct", "memory_util", "Memory"),
        ("util.encoder_pct", "pct", "encoder_util", "Encoder"),
        ("util.decoder_pct", "pct", "decoder_util", "Decoder"),
        ("util.jpeg_pct", "pct", "jpeg_util", "JPEG"),
        ("util.ofa_pct", "pct", "ofa_util", "OFA"),
    )),
    *(((f"{xml}/",), (f"{text}/",), (
        (f"{fact}.graphics_mhz", "mhz", "graphics_clock", "Graphics"),
        (f"{fact}.sm_mhz", "mhz", "sm_clock", "SM"),
        (f"{fact}.mem_mhz", "mhz", "mem_clock", "Memory"),
        (f"{fact}.video_mhz", "mhz", "video_clock", "Video"),
    )) for fact, xml, text in (("clocks", "clocks", "Clocks"), ("clocks.max", "max_clocks", "Max Clocks"))),
    *(((f"ecc_errors/{span}/",), (f"ECC Errors/{span.capitalize()}/",), (
        (f"ecc.{span}.sram_correctable", COUNT, "sram_correctable", "SRAM Correctable"),
        (f"ecc.{span}.sram_uncorrectable", COUNT, "sram_uncorrectable", "SRAM Uncorrectable"),
        (f"ecc.{span}.sram_uncorrectable_parity", COUNT, "sram_uncorrectable_parity", "SRAM Uncorrectable Parity"),
        (f"ecc.{span}.sram_uncorrectable_secded", COUNT, "sram_uncorrectable_secded", "SRAM Uncorrectable SEC-DED"),
        (f"ecc.{span}.dram_correctable", COUNT, "dram_correctable", "DRAM Correctable"),
        (f"ecc.{span}.dram_uncorrectable", COUNT, "dram_uncorrectable", "DRAM Uncorrectable"),
        *((f"ecc.{span}.{bits}_bit_{place}", COUNT, f"{bits}_bit/{place}", f"{bits.capitalize()} Bit/{words}")
          for bits in ("single", "double") for place, words in _OLD_PLACES),
    )) for span in ("volatile", "aggregate")),
    (("ecc_errors/",), ("ECC Errors/",), (
        ("ecc.sram_threshold_exceeded", FLAG,
         "aggregate/sram_threshold_exceeded", "Aggregate/SRAM Threshold Exceeded"),
        *((f"ecc.aggregate.sram_{place}", COUNT,
           f"aggregate_uncorrectable_sram_sources/sram_{place}",
           f"Aggregate Uncorrectable SRAM Sources/SRAM {words}") for place, words in _SRAM_SOURCES),
        ("repair.unrepairable_memory", FLAG, "unrepairable_memory", "Unrepairable Memory"),
        ("repair.channel_pending", FLAG, "channel_repair_pending", "Channel Repair Pending"),
        ("repair.tpc_pending", FLAG, "tpc_repair_pending", "TPC Repair Pending"),
    )),
    (("retired_pages/",), ("Retired Pages/",), (
        ("retired.single_bit", COUNT, "multiple_single_bit_retirement/retired_count", "Single Bit ECC"),
        ("retired.single_bit", COUNT, "multiple_single_bit_retirement/retired_page_count", "Single Bit ECC"),
        ("retired.double_bit", COUNT, "double_bit_retirement/retired_count", "Double Bit ECC"),
        ("retired.double_bit", COUNT, "double_bit_retirement/retired_page_count", "Double Bit ECC"),
        ("retired.pending", FLAG, "pending_retirement", "Pending Page Blacklist"),
        ("retired.pending", FLAG, "pending_blacklist", "Pending"),
        ("retired.pending", FLAG, "pending_retirement", "Pending Page Retirement"),
    )),
    (("remapped_rows/",), ("Remapped Rows/",), (
        ("remapped.correctable", COUNT, "remapped_row_corr", "Correctable Error"),
        ("remapped.uncorrectable", COUNT, "remapped_row_unc", "Uncorrectable Error"),
        ("remapped.correctable_inactive", COUNT, "remapped_row_corr_inactive", "Correctable Error Inactive"),
        ("remapped.uncorrectable_inactive", COUNT, "remapped_row_unc_inactive", "Uncorrectable Error Inactive"),
        ("remapped.pending", FLAG, "remapped_row_pending", "Pending"),
        ("remapped.failure", FLAG, "remapped_row_failure", "Remapping Failure Occurred"),
        *((f"remapped.histogram.{level}", BANKS, f"row_remapper_histogram/row_remapper_histogram_{level}",
           f"Bank Remap Availability Histogram/{level.capitalize()}")
          for level in ("max", "high", "partial", "low", "none")),
    )),
)
# fmt: on
