"""Do the PCIe links of the accelerators repeat themselves?"""

from gatehouse.diagnostics.spec import Ask, Diagnostic

_REPLAYS = ("gpu*.pcie.replay",)

DIAGNOSTIC = Diagnostic(
    id="pcie_replays",
    title="PCIe replays",
    question="Did the PCIe link of an accelerator have to send packets again while the plan ran?",
    cells={
        "nvidia": (
            Ask(
                "nvidia-smi-xml",
                ("nvidia-smi", "-q", "-x"),
                limit_s=60,
                counters=_REPLAYS,
                keep=_REPLAYS,
                findings=False,
            ),
        ),
        "amd": (
            Ask(
                "amd-smi-json",
                ("amd-smi", "metric", "--json"),
                limit_s=60,
                counters=_REPLAYS,
                keep=_REPLAYS,
                findings=False,
            ),
        ),
    },
)
