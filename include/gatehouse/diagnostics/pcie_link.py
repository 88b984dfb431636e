"""Did every PCIe link of an accelerator train to its full width and speed?"""

from gatehouse.diagnostics.spec import ANY_VENDOR, Ask, Diagnostic

DIAGNOSTIC = Diagnostic(
    id="pcie_link",
    title="PCIe link",
    question="Did the PCIe link of every device train to the width and speed that it is capable of?",
    cells={ANY_VENDOR: (Ask("lspci-vvv", ("lspci", "-vvv"), root=True),)},
)
