"""What do the NVMe drives say of themselves?"""

from gatehouse.diagnostics.spec import ANY_VENDOR, Ask, Diagnostic

DIAGNOSTIC = Diagnostic(
    id="nvme_health",
    title="NVMe health log",
    question="Is each NVMe drive free of warnings and media errors, with spare blocks and endurance left?",
    cells={
        ANY_VENDOR: (
            Ask(
                "nvme-smart-log-json",
                ("nvme", "smart-log", "{nvme}", "--output-format=json"),
                root=True,
                for_each="nvme",
            ),
        )
    },
)
