"""Is every RDMA port up at its rate?"""

from gatehouse.diagnostics.spec import ANY_VENDOR, Ask, Diagnostic

DIAGNOSTIC = Diagnostic(
    id="rdma_ports",
    title="RDMA ports",
    question="Is every InfiniBand or RoCE port of the SKU active, linked up and at its rate?",
    cells={ANY_VENDOR: (Ask("ibstat", ("ibstat",)),)},
)
