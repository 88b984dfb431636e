"""Do the InfiniBand ports gain errors?"""

from gatehouse.diagnostics.spec import ANY_VENDOR, Ask, Diagnostic

DIAGNOSTIC = Diagnostic(
    id="ib_errors",
    title="InfiniBand errors",
    question="Did an InfiniBand port gain symbol errors, link recoveries or link downs while the plan ran?",
    cells={
        ANY_VENDOR: (
            Ask(
                "perfquery",
                ("perfquery", "-x", "-C", "{infiniband}", "-P", "1"),
                root=True,
                for_each="infiniband",
                counters=(
                    "port*.SymbolErrorCounter",
                    "port*.LinkErrorRecoveryCounter",
                    "port*.LinkDownedCounter",
                    "port*.PortRcvErrors",
                    "port*.LocalLinkIntegrityErrors",
                    "port*.ExcessiveBufferOverrunErrors",
                ),
            ),
        )
    },
)
