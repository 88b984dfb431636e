"""Is this the machine the inventory says, built from the parts its SKU says?"""

from gatehouse.diagnostics.spec import ANY_VENDOR, Ask, Diagnostic

DIAGNOSTIC = Diagnostic(
    id="identity_bom",
    title="Identity and bill of materials",
    question="Is this the machine that the inventory says, with the board, CPUs and memory of its SKU?",
    cells={
        ANY_VENDOR: (
            Ask("dmidecode", ("dmidecode", "-t", "system"), root=True),
            Ask("lscpu", ("lscpu",)),
            Ask("meminfo", ("cat", "/proc/meminfo")),
        )
    },
)
