"""Which processors and accelerators does the BMC see?"""

from gatehouse.diagnostics.spec import ANY_VENDOR, Ask, Diagnostic

DIAGNOSTIC = Diagnostic(
    id="redfish_processors",
    title="BMC: processors and accelerators",
    question="Does the BMC see every CPU and accelerator of the SKU, each healthy and with its full PCIe link?",
    cells={ANY_VENDOR: (Ask("redfish-json", ("/redfish/v1/Systems/*/Processors/*",), limit_s=15, via="bmc"),)},
)
