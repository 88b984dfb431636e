"""The shape of one GPU in nvidia-smi's XML, written as a tree and turned into text once."""

from functools import cache

from gatehouse.lab.tools.nvidia_xml_measured import ERRORS, NA, SENSORS, Tree, leaves

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
    ("driver_model", [("current_dm", NA), ("pending_dm", NA)]),
    ("serial", "{serial}"),
    ("uuid", "{uuid}"),
    ("minor_number", "{minor}"),
    ("vbios_version", "{vbios}"),
    ("multigpu_board", "No"),
    ("board_id", "{board_id}"),
    ("board_part_number", "692-2G520-0200-000"),
    ("gpu_part_number", "2330-885-A1"),
    ("gpu_fru_part_number", NA),
    ("platformInfo", [*leaves(NA, "chassis_serial_number", "slot_number", "tray_index", "host_id", "peer_type")]),
    ("gpu_module_id", "{module_id}"),
    (
        "inforom_version",
        [
            ("img_version", "G520.0200.00.05"),
            ("oem_object", "2.1"),
            ("ecc_object", "7.16"),
            ("pwr_object", NA),
        ],
    ),
    ("inforom_bbx_flush", leaves(NA, "latest_timestamp", "latest_duration")),
    ("gpu_operation_mode", leaves(NA, "current_gom", "pending_gom")),
    ("c2c_mode", NA),
    (
        "gpu_virtualization_mode",
        [
            ("virtualization_mode", "None"),
            ("host_vgpu_mode", NA),
            ("vgpu_heterogeneous_mode", NA),
        ],
    ),
    ("gpu_reset_status", [("reset_required", "{reset}"), ("drain_and_reset_recommended", "{reset}")]),
    ("gpu_recovery_action", "{recovery}"),
    ("gsp_firmware_version", "{driver}"),
    ("ibmnpu", [("relaxed_ordering_mode", NA)]),
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
    ("pci_bridge_chip", leaves(NA, "bridge_chip_type", "bridge_chip_fw")),
    ("replay_counter", "{replays}"),
    ("replay_rollover_counter", "0"),
    ("tx_util", "610 KB/s"),
    ("rx_util", "547 KB/s"),
    *leaves(NA, "atomic_caps_inbound", "atomic_caps_outbound"),
]
_STATE: Tree = [
    ("pci", _PCI),
    ("fan_speed", NA),
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
    ("sparse_operation_mode", NA),
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
    ("cc_protected_memory_usage", leaves("0 MiB", "total", "used", "free")),
    ("compute_mode", "Default"),
    (
        "utilization",
        [
            ("gpu_util", "{util} %"),
            *leaves("0 %", "memory_util", "encoder_util", "decoder_util", "jpeg_util", "ofa_util"),
        ],
    ),
    ("encoder_stats", leaves("0", "session_count", "average_fps", "average_latency")),
    ("fbc_stats", leaves("0", "session_count", "average_fps", "average_latency")),
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
    body = _text([*_HEAD, *_STATE, *ERRORS, *SENSORS], 2)
    clocks = "\t\t<supported_clocks>\n{supported_clocks}\t\t</supported_clocks>\n"
    tail = "\t\t<processes>\n{processes}\t\t</processes>\n\t\t<accounted_processes>\n\t\t</accounted_processes>\n"
    tail += "\t\t<capabilities>\n\t\t\t<egm>disabled</egm>\n\t\t</capabilities>\n"
    return f'\t<gpu id="{{bus_id}}">\n{body}{clocks}{tail}\t</gpu>\n'
