"""How much power does the machine draw?"""

from gatehouse.diagnostics.spec import ANY_VENDOR, Ask, Diagnostic

DIAGNOSTIC = Diagnostic(
    id="power_draw",
    title="Power draw",
    question="How much power does the machine draw, by its BMC's own measurement?",
    cells={ANY_VENDOR: (Ask("ipmitool-dcmi-power", ("ipmitool", "dcmi", "power", "reading"), root=True),)},
)
