"""Which firmware does the machine run?"""

from gatehouse.diagnostics.spec import ANY_VENDOR, Ask, Diagnostic

DIAGNOSTIC = Diagnostic(
    id="redfish_firmware",
    title="BMC: firmware inventory",
    question="Which version of each firmware does the BMC tell of, and is each component that carries one healthy?",
    cells={
        ANY_VENDOR: (Ask("redfish-json", ("/redfish/v1/UpdateService/FirmwareInventory/*",), limit_s=15, via="bmc"),)
    },
)
