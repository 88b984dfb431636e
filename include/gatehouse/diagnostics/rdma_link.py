"""Is every RDMA port up, at the speed and with the firmware that its driver shows?"""

from gatehouse.diagnostics.spec import ANY_VENDOR, Ask, Diagnostic

DIAGNOSTIC = Diagnostic(
    id="rdma_link",
    title="RDMA links",
    question="Is every RDMA port of the SKU active, with its full MTU?",
    cells={
        ANY_VENDOR: (
            Ask("rdma-link", ("rdma", "link")),
            Ask("ibv_devinfo", ("ibv_devinfo",)),
        )
    },
)
