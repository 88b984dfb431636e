"""How well do cable and transceiver of each NVIDIA port carry the signal?"""

from gatehouse.diagnostics.spec import ANY_VENDOR, Ask, Diagnostic

DIAGNOSTIC = Diagnostic(
    id="cable_health",
    title="Cable health",
    question="Is the bit error rate of each port's cable low, its module within its temperature, its light in range?",
    cells={
        ANY_VENDOR: (
            Ask(
                "mlxlink-json",
                ("mlxlink", "-d", "{hca}", "--show_module", "--show_counters", "--json"),
                root=True,
                for_each="hca",
                keep=(
                    *("state", "physical_state", "speed*", "width", "fec", "effective_*", "raw_ber", "symbol_*"),
                    *("link_down", "minutes_since_clear", "temp*", "voltage*", "rx_power*", "opcode", "recommendation"),
                    *("module.vendor", "module.part", "module.serial"),
                ),
            ),
        )
    },
    expect_minutes=0.3,
)
