"""The shape of one GPU in nvidia-smi's XML, written as a tree and turned into text once."""

from functools import cache

Tree = list[tuple[str, "str | Tree"]]

_NA = "N/A"


def _leaves(value: str, *names: str) -> Tree:
    return [(name, value) for name in names]


def _counts(prefix: str) -> Tree:
    return [
        ("sram_correctable", f"{{{prefix}_sram_ce}}"),
        ("sram_uncorrectable_parity", "0"),
        ("sram_uncorrectable_secded", f"{{{prefix}_sram_ue}}"),
        ("dram_correctable", f"{{{prefix}_dram_ce}}"),
        ("dram_uncorrectable", f"{{{prefix}_dram_ue}}"),
    ]


_HEAD: Tree = [
    ("product_name", "{name}"),
    ("product_brand", "NVIDIA"),
    ("product_architecture", "Hopper"),
    ("display_mode", "Enabled"),
    ("display_active", "Disabled"),
    ("persistence_mode", "Enabled"),
    ("addressing_mode", "None"),
    ("mig_mode", [("current_mig", "Disabled"), ("pending_mig", "Disabled")]),
    ("mig_devices", "None"),
    ("accounting_mode", "Disabled"),
    ("accounting_mode_buffer_size", "4000"),
    ("driver_model", [("current_dm", _NA), ("pending_dm", _NA)]),
    ("serial", "{serial}"),
    ("uuid", "{uuid}"),
    ("minor_number", "{minor}"),
    ("vbios_version", "{vbios}"),
    ("multigpu_board", "No"),
    ("board_id", "{board_id}"),
    ("board_part_number", "692-2G520-0200-000"),
    ("gpu_part_number", "2330-885-A1"),
    ("gpu_fru_part_number", _NA),
    ("platformInfo", [*_leaves(_NA, "chassis_serial_number", "slot_number", "tray_index", "host_id", "peer_type")]),
    ("gpu_module_id", "{module_id}"),
    (
        "inforom_version",
        [
            ("img_version", "G520.0200.00.05"),
            ("oem_object", "2.1"),
            ("ecc_object", "7.16"),
            ("pwr_object", _NA),
        ],
    ),
    ("inforom_bbx_flush", _leaves(_NA, "latest_timestamp", "latest_duration")),
    ("gpu_operation_mode", _leaves(_NA, "current_gom", "pending_gom")),
    ("c2c_mode", _NA),
    (
        "gpu_virtualization_mode",
        [
            ("virtualization_mode", "None"),
            ("host_vgpu_mode", _NA),
            ("vgpu_heterogeneous_mode", _NA),
        ],
    ),
    ("gpu_reset_status", [("reset_required", "{reset}"), ("drain_and_reset_recommended", "{reset}")]),
    ("gpu_recovery_action", "{recovery}"),
    ("gsp_firmware_version", "{driver}"),
    ("ibmnpu", [("relaxed_ordering_mode", _NA)]),
]
_PCI: Tree = [
    ("pci_bus", "{bus}"),
    ("pci_device", "00"),
    ("pci_domain", "{domain}"),
    ("pci_base_class", "3"),
    ("pci_sub_class", "2"),
    ("pci_device_id", "{device_id}"),
    ("pci_bus_id", "{bus_id}"),
    ("pci_sub_system_id", "{subsystem_id}"),
    (
        "pci_gpu_link_info",
        [
            (
                "pcie_gen",
                [
                    ("max_link_gen", "{gen_max}"),
                    ("current_link_gen", "{gen}"),
                    ("device_current_link_gen", "{gen}"),
                    ("max_device_link_gen", "{gen_max}"),
                    ("max_host_link_gen", "{gen_max}"),
                ],
            ),
            ("link_widths", [("max_link_width", "{width_max}x"), ("current_link_width", "{width}x")]),
        ],
    ),
    ("pci_bridge_chip", _leaves(_NA, "bridge_chip_type", "bridge_chip_fw")),
    ("replay_counter", "{replays}"),
    ("replay_rollover_counter", "0"),
    ("tx_util", "610 KB/s"),
    ("rx_util", "547 KB/s"),
    *_leaves(_NA, "atomic_caps_inbound", "atomic_caps_outbound"),
]
_STATE: Tree = [
    ("pci", _PCI),
    ("fan_speed", _NA),
    ("performance_state", "P0"),
    (
        "clocks_event_reasons",
        [
            ("clocks_event_reason_gpu_idle", "{idle}"),
            ("clocks_event_reason_applications_clocks_setting", "Not Active"),
            ("clocks_event_reason_sw_power_cap", "{sw_power_cap}"),
            ("clocks_event_reason_hw_slowdown", "{hw_slowdown}"),
            ("clocks_event_reason_hw_thermal_slowdown", "{hw_thermal}"),
            ("clocks_event_reason_hw_power_brake_slowdown", "{hw_brake}"),
            ("clocks_event_reason_sync_boost", "Not Active"),
            ("clocks_event_reason_sw_thermal_slowdown", "{sw_thermal}"),
            ("clocks_event_reason_display_clocks_setting", "Not Active"),
        ],
    ),
    (
        "clocks_event_reasons_counters",
        [
            ("clocks_event_reasons_counters_sw_power_cap", "0 us"),
            ("clocks_event_reasons_counters_sync_boost", "0 us"),
            ("clocks_event_reasons_counters_sw_therm_slowdown", "0 us"),
            ("clocks_event_reasons_counters_hw_therm_slowdown", "{thermal_us} us"),
            ("clocks_event_reasons_counters_hw_power_brake", "{brake_us} us"),
        ],
    ),
    ("sparse_operation_mode", _NA),
    (
        "fb_memory_usage",
        [
            ("total", "{mem_total} MiB"),
            ("reserved", "{mem_reserved} MiB"),
            ("used", "{mem_used} MiB"),
            ("free", "{mem_free} MiB"),
        ],
    ),
    ("bar1_memory_usage", [("total", "131072 MiB"), ("used", "1 MiB"), ("free", "131071 MiB")]),
    ("cc_protected_memory_usage", _leaves("0 MiB", "total", "used", "free")),
    ("compute_mode", "Default"),
    (
        "utilization",
        [
            ("gpu_util", "{util} %"),
            *_leaves("0 %", "memory_util", "encoder_util", "decoder_util", "jpeg_util", "ofa_util"),
        ],
    ),
    ("encoder_stats", _leaves("0", "session_count", "average_fps", "average_latency")),
    ("fbc_stats", _leaves("0", "session_count", "average_fps", "average_latency")),
]
_ERRORS: Tree = [
    ("ecc_mode", [("current_ecc", "Enabled"), ("pending_ecc", "Enabled")]),
    (
        "ecc_errors",
        [
            ("volatile", _counts("v")),
            ("aggregate", [*_counts("a"), ("sram_threshold_exceeded", "No")]),
            (
                "aggregate_uncorrectable_sram_sources",
                _leaves("0", "sram_l2", "sram_sm", "sram_microcontroller", "sram_pcie", "sram_other"),
            ),
        ],
    ),
    (
        "retired_pages",
        [
            ("multiple_single_bit_retirement", _leaves(_NA, "retired_count", "retired_pagelist")),
            ("double_bit_retirement", _leaves(_NA, "retired_count", "retired_pagelist")),
            *_leaves(_NA, "pending_blacklist", "pending_retirement"),
        ],
    ),
    (
        "remapped_rows",
        [
            ("remapped_row_corr", "{remap_ce}"),
            ("remapped_row_unc", "{remap_ue}"),
            ("remapped_row_pending", "{remap_pending}"),
            ("remapped_row_failure", "{remap_failure}"),
            (
                "row_remapper_histogram",
                [
                    (f"row_remapper_histogram_{k}", f"{{banks_{k}}} bank(s)")
                    for k in ("max", "high", "partial", "low", "none")
                ],
            ),
        ],
    ),
]
_SENSORS: Tree = [
    (
        "temperature",
        [
            ("gpu_temp", "{temp} C"),
            ("gpu_temp_tlimit", "{tlimit} C"),
            ("gpu_temp_max_tlimit_threshold", "-8 C"),
            ("gpu_temp_slow_tlimit_threshold", "-2 C"),
            ("gpu_temp_max_gpu_tlimit_threshold", "0 C"),
            ("gpu_target_temperature", _NA),
            ("memory_temp", "{mem_temp} C"),
            ("gpu_temp_max_mem_tlimit_threshold", "0 C"),
        ],
    ),
    ("supported_gpu_target_temp", _leaves(_NA, "gpu_target_temp_min", "gpu_target_temp_max")),
    (
        "gpu_power_readings",
        [
            ("power_state", "P0"),
            ("power_draw", "{power} W"),
            ("current_power_limit", "{limit} W"),
            ("requested_power_limit", "{limit} W"),
            ("default_power_limit", "{limit} W"),
            ("min_power_limit", "200.00 W"),
            ("max_power_limit", "{limit} W"),
        ],
    ),
    ("gpu_memory_power_readings", [("power_draw", _NA)]),
    (
        "module_power_readings",
        [
            ("power_state", "P0"),
            *_leaves(
                _NA,
                "power_draw",
                "current_power_limit",
                "requested_power_limit",
                "default_power_limit",
                "min_power_limit",
                "max_power_limit",
            ),
        ],
    ),
    (
        "clocks",
        [
            ("graphics_clock", "{core} MHz"),
            ("sm_clock", "{core} MHz"),
            ("mem_clock", "{memory} MHz"),
            ("video_clock", "{video} MHz"),
        ],
    ),
    ("applications_clocks", [("graphics_clock", "{core_max} MHz"), ("mem_clock", "{memory_max} MHz")]),
    ("default_applications_clocks", [("graphics_clock", "{core_max} MHz"), ("mem_clock", "{memory_max} MHz")]),
    ("deferred_clocks", [("mem_clock", _NA)]),
    (
        "max_clocks",
        [
            ("graphics_clock", "{core_max} MHz"),
            ("sm_clock", "{core_max} MHz"),
            ("mem_clock", "{memory_max} MHz"),
            ("video_clock", "{video_max} MHz"),
        ],
    ),
    ("max_customer_boost_clocks", [("graphics_clock", "{core_max} MHz")]),
    ("clock_policy", _leaves(_NA, "auto_boost", "auto_boost_default")),
    ("voltage", [("graphics_volt", "670.000 mV")]),
    (
        "fabric",
        [
            ("state", "Completed"),
            ("status", "Success"),
            ("cliqueId", "0"),
            ("clusterUuid", "00000000-0000-0000-0000-000000000000"),
            ("health", [("bandwidth", _NA)]),
        ],
    ),
]


def _text(tree: Tree, depth: int) -> str:
    indent = "\t" * depth
    lines = []
    for name, inner in tree:
        if isinstance(inner, str):
            lines.append(f"{indent}<{name}>{inner}</{name}>\n")
        else:
            lines.append(f"{indent}<{name}>\n{_text(inner, depth + 1)}{indent}</{name}>\n")
    return "".join(lines)


@cache
def gpu() -> str:
    """The text of one ``<gpu>`` element, with ``{names}`` to fill."""
    body = _text([*_HEAD, *_STATE, *_ERRORS, *_SENSORS], 2)
    clocks = "\t\t<supported_clocks>\n{supported_clocks}\t\t</supported_clocks>\n"
    tail = "\t\t<processes>\n\t\t</processes>\n\t\t<accounted_processes>\n\t\t</accounted_processes>\n"
    tail += "\t\t<capabilities>\n\t\t\t<egm>disabled</egm>\n\t\t</capabilities>\n"
    return f'\t<gpu id="{{bus_id}}">\n{body}{clocks}{tail}\t</gpu>\n'
