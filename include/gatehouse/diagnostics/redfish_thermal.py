"""How warm is the machine, and do its fans turn?"""

from gatehouse.diagnostics.spec import ANY_VENDOR, Ask, Diagnostic

DIAGNOSTIC = Diagnostic(
    id="redfish_thermal",
    title="BMC: temperatures and fans",
    question="Is every temperature that the BMC measures below its critical threshold, and does every fan turn?",
    cells={
        ANY_VENDOR: (
            Ask(
                "redfish-json",
                (
                    "/redfish/v1/Chassis/*/Thermal",
                    "/redfish/v1/Chassis/*/ThermalSubsystem/Fans/*",
                    "/redfish/v1/Chassis/*/Sensors/*",
                ),
                limit_s=15,
                via="bmc",
            ),
        )
    },
)
