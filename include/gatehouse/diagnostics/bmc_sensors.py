"""What do the sensors of the management controller read?"""

from gatehouse.diagnostics.spec import ANY_VENDOR, Ask, Diagnostic

DIAGNOSTIC = Diagnostic(
    id="bmc_sensors",
    title="BMC sensors",
    question="Is every temperature, voltage, fan and power supply that the BMC watches within its own limits?",
    cells={ANY_VENDOR: (Ask("ipmitool-sdr-elist", ("ipmitool", "sdr", "elist"), limit_s=120, root=True),)},
    expect_minutes=0.3,
)
