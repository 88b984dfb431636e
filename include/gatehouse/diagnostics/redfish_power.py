"""Do the power supplies deliver?"""

from gatehouse.diagnostics.spec import ANY_VENDOR, Ask, Diagnostic

DIAGNOSTIC = Diagnostic(
    id="redfish_power",
    title="BMC: power supplies",
    question="Is every power supply of the SKU there, fed and healthy?",
    cells={
        ANY_VENDOR: (
            Ask(
                "redfish-json",
                ("/redfish/v1/Chassis/*/Power", "/redfish/v1/Chassis/*/PowerSubsystem/PowerSupplies/*"),
                limit_s=15,
                via="bmc",
            ),
        )
    },
)
