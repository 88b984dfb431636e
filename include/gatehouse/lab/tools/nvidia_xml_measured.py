"""The half of a GPU's XML that is measured: memory errors, temperatures, power, clocks."""

Tree = list[tuple[str, "str | Tree"]]

NA = "N/A"


def leaves(value: str, *names: str) -> Tree:
    """Elements that all have the same text."""
    return [(name, value) for name in names]


def _counts(prefix: str) -> Tree:
    return [
        ("sram_correctable", f"{{{prefix}_sram_ce}}"),
        ("sram_uncorrectable_parity", "0"),
        ("sram_uncorrectable_secded", f"{{{prefix}_sram_ue}}"),
        ("dram_correctable", f"{{{prefix}_dram_ce}}"),
        ("dram_uncorrectable", f"{{{prefix}_dram_ue}}"),
    ]


ERRORS: Tree = [
    ("ecc_mode", [("current_ecc", "Enabled"), ("pending_ecc", "Enabled")]),
    (
        "ecc_errors",
        [
            ("volatile", _counts("v")),
            ("aggregate", [*_counts("a"), ("sram_threshold_exceeded", "No")]),
            (
                "aggregate_uncorrectable_sram_sources",
                leaves("0", "sram_l2", "sram_sm", "sram_microcontroller", "sram_pcie", "sram_other"),
            ),
        ],
    ),
    (
        "retired_pages",
        [
            ("multiple_single_bit_retirement", leaves(NA, "retired_count", "retired_pagelist")),
            ("double_bit_retirement", leaves(NA, "retired_count", "retired_pagelist")),
            *leaves(NA, "pending_blacklist", "pending_retirement"),
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
SENSORS: Tree = [
    (
        "temperature",
        [
            ("gpu_temp", "{temp} C"),
            ("gpu_temp_tlimit", "{tlimit} C"),
            ("gpu_temp_max_tlimit_threshold", "-8 C"),
            ("gpu_temp_slow_tlimit_threshold", "-2 C"),
            ("gpu_temp_max_gpu_tlimit_threshold", "0 C"),
            ("gpu_target_temperature", NA),
            ("memory_temp", "{mem_temp} C"),
            ("gpu_temp_max_mem_tlimit_threshold", "0 C"),
        ],
    ),
    ("supported_gpu_target_temp", leaves(NA, "gpu_target_temp_min", "gpu_target_temp_max")),
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
    ("gpu_memory_power_readings", [("power_draw", NA)]),
    (
        "module_power_readings",
        [
            ("power_state", "P0"),
            *leaves(
                NA,
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
    ("deferred_clocks", [("mem_clock", NA)]),
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
    ("clock_policy", leaves(NA, "auto_boost", "auto_boost_default")),
    ("voltage", [("graphics_volt", "670.000 mV")]),
    (
        "fabric",
        [
            ("state", "Completed"),
            ("status", "Success"),
            ("cliqueId", "0"),
            ("clusterUuid", "00000000-0000-0000-0000-000000000000"),
            ("health", [("bandwidth", NA)]),
        ],
    ),
]
