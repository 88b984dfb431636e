"""Which switch port is each network port cabled to?"""

from gatehouse.diagnostics.spec import ANY_VENDOR, Ask, Diagnostic

DIAGNOSTIC = Diagnostic(
    id="switch_neighbours",
    title="Switch neighbours",
    question="Does a switch answer at the other end of every Ethernet cable, and at which of its ports?",
    cells={ANY_VENDOR: (Ask("lldpctl-json", ("lldpctl", "-f", "json"), root=True),)},
)
