"""Which memory modules, processors and ports does the whole tree of the machine hold?"""

from gatehouse.diagnostics.spec import ANY_VENDOR, Ask, Diagnostic

DIAGNOSTIC = Diagnostic(
    id="hardware_tree",
    title="Hardware tree",
    question="Is every memory module, processor and network port of the SKU in the machine's own tree of parts?",
    cells={ANY_VENDOR: (Ask("lshw-json", ("lshw", "-json", "-quiet"), limit_s=120, root=True),)},
    expect_minutes=0.3,
)
