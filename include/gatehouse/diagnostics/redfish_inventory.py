"""What does the BMC say that this machine is, and is it well?"""

from gatehouse.diagnostics.spec import ANY_VENDOR, Ask, Diagnostic

DIAGNOSTIC = Diagnostic(
    id="redfish_inventory",
    title="BMC: identity and health",
    question="Does the BMC know the machine as its SKU's product, and call system, chassis and itself healthy?",
    cells={
        ANY_VENDOR: (
            Ask("redfish-json", ("/redfish/v1/Systems/*",), limit_s=15, via="bmc"),
            Ask("redfish-json", ("/redfish/v1/Chassis/*",), limit_s=15, via="bmc"),
            Ask("redfish-json", ("/redfish/v1/Managers/*",), limit_s=15, via="bmc"),
        )
    },
)
