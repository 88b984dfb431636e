"""Which memory modules does the BMC see?"""

from gatehouse.diagnostics.spec import ANY_VENDOR, Ask, Diagnostic

DIAGNOSTIC = Diagnostic(
    id="redfish_memory",
    title="BMC: memory modules",
    question="Does the BMC see every memory module of the SKU, at its size, and healthy?",
    cells={ANY_VENDOR: (Ask("redfish-json", ("/redfish/v1/Systems/*/Memory/*",), limit_s=15, via="bmc"),)},
)
