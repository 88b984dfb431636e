"""What does the pluggable module of each network port say?"""

from gatehouse.diagnostics.spec import ANY_VENDOR, Ask, Diagnostic

DIAGNOSTIC = Diagnostic(
    id="optic_module",
    title="Pluggable modules",
    question="Is the pluggable module of each network port there, cool enough, and without an alarm?",
    cells={ANY_VENDOR: (Ask("ethtool-m", ("ethtool", "-m", "{nic}"), root=True, for_each="nic"),)},
    expect_minutes=0.2,
)
