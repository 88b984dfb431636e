"""What did the BMC note?"""

from gatehouse.diagnostics.spec import ANY_VENDOR, Ask, Diagnostic

# Logs of the manager itself tell of log-ins and settings. Dell keeps the SEL among them.
DIAGNOSTIC = Diagnostic(
    id="redfish_log",
    title="BMC: event log",
    question="Are the newest thousand entries of each of the BMC's logs of the system free of faults nobody resolved?",
    cells={
        ANY_VENDOR: (
            Ask(
                "redfish-json",
                (
                    "/redfish/v1/Systems/*/LogServices/*/Entries",
                    "/redfish/v1/Managers/*/LogServices/Sel/Entries",
                ),
                limit_s=15,
                via="bmc",
            ),
        )
    },
)
