"""Is every network port of the SKU up at its speed?"""

from gatehouse.diagnostics.spec import ANY_VENDOR, Ask, Diagnostic

DIAGNOSTIC = Diagnostic(
    id="nic_link",
    title="NIC link",
    question="Is the link of every network port of the SKU up, at full duplex and at its speed?",
    cells={ANY_VENDOR: (Ask("ethtool", ("ethtool", "{nic}"), for_each="nic"),)},
)
