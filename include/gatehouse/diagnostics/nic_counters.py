"""Do the network ports gain errors?"""

from gatehouse.diagnostics.spec import ANY_VENDOR, Ask, Diagnostic

DIAGNOSTIC = Diagnostic(
    id="nic_counters",
    title="NIC error counters",
    question="Did a network port gain damaged frames, symbol errors or link downs while the plan ran?",
    cells={
        ANY_VENDOR: (
            Ask(
                "ethtool-S",
                ("ethtool", "-S", "{nic}"),
                for_each="nic",
                counters=("*crc_err*", "*symbol_err*", "link_down_events*", "rx_discards_phy", "tx_discards_phy"),
            ),
        )
    },
)
