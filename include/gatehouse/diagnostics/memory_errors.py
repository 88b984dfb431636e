"""What has the machine counted of memory, PCIe and CPU errors since its error log began?"""

from gatehouse.diagnostics.spec import ANY_VENDOR, Ask, Diagnostic

DIAGNOSTIC = Diagnostic(
    id="memory_errors",
    title="Memory and machine-check errors",
    question="How many memory, PCIe and CPU errors has the machine's error log counted, and on which DIMM?",
    cells={ANY_VENDOR: (Ask("ras-mc-ctl-summary", ("ras-mc-ctl", "--summary"), root=True),)},
)
