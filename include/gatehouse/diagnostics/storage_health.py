"""What do the drives say of themselves?"""

from gatehouse.diagnostics.spec import ANY_VENDOR, Ask, Diagnostic

DIAGNOSTIC = Diagnostic(
    id="storage_health",
    title="Storage health",
    question="Does each drive of the SKU report itself healthy, without media errors and with endurance left?",
    cells={ANY_VENDOR: (Ask("smartctl-json", ("smartctl", "--json", "--all", "{disk}"), root=True, for_each="disk"),)},
)
