"""What has the management controller recorded?"""

from gatehouse.diagnostics.spec import ANY_VENDOR, Ask, Diagnostic

DIAGNOSTIC = Diagnostic(
    id="bmc_event_log",
    title="BMC event log",
    question="Does the BMC's event log hold a grave event that nothing took back?",
    cells={ANY_VENDOR: (Ask("ipmitool-sel-elist", ("ipmitool", "sel", "elist"), limit_s=120, root=True),)},
    expect_minutes=0.3,
)
