"""What does the OCP health log of data-centre drives add?"""

from gatehouse.diagnostics.spec import ANY_VENDOR, Ask, Diagnostic

DIAGNOSTIC = Diagnostic(
    id="nvme_ocp_health",
    title="NVMe health log of OCP drives",
    question="Is the OCP health log of each drive free of uncorrectable reads, end-to-end errors and bad blocks?",
    cells={
        ANY_VENDOR: (
            Ask(
                "nvme-ocp-smart-json",
                ("nvme", "ocp", "smart-add-log", "{nvme}", "--output-format=json"),
                root=True,
                for_each="nvme",
                keep=("uncorrectable_*", "end_to_end_*", "bad_*", "percent_free_blocks", "capacitor_health", "pcie_*"),
            ),
        )
    },
)
