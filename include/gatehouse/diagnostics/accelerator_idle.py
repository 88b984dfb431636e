"""Is somebody else's work on the accelerators?"""

from gatehouse.diagnostics.spec import Ask, Diagnostic

DIAGNOSTIC = Diagnostic(
    id="accelerator_idle",
    title="Idle accelerators",
    question="Is every accelerator free of other people's processes, so that a load measures the machine alone?",
    cells={
        "nvidia": (
            Ask(
                "nvidia-smi-table", ("nvidia-smi",), limit_s=60, keep=("gpus", "proc*", "gpu*.util_pct"), findings=False
            ),
        ),
        "amd": (
            Ask(
                "amd-smi-json",
                ("amd-smi", "metric", "--json"),
                limit_s=60,
                keep=("gpus", "gpu*.util.*", "gpu*.vram.*"),
                findings=False,
            ),
        ),
        "intel": (
            Ask("hl-smi-table", ("hl-smi",), limit_s=60, keep=("aips", "proc*", "aip*.util_pct"), findings=False),
        ),
        "aws": (Ask("neuron-ls-table", ("neuron-ls",)),),
        "google": (Ask("tpu-info", ("tpu-info",)),),
    },
)
