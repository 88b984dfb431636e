"""Are all accelerators there, and does each report itself healthy?"""

from gatehouse.diagnostics.spec import Ask, Diagnostic

DIAGNOSTIC = Diagnostic(
    id="accelerator_health",
    title="Accelerator health",
    question="Is every accelerator of the SKU enumerated, and free of memory errors, at a sane temperature and power?",
    cells={
        "nvidia": (
            Ask("nvidia-smi-xml", ("nvidia-smi", "-q", "-x"), limit_s=60),
            Ask("nvidia-smi-nvlink", ("nvidia-smi", "nvlink", "-s")),
        ),
        "amd": (
            Ask("amd-smi-json", ("amd-smi", "metric", "--json"), limit_s=60),
            Ask("amd-smi-json", ("amd-smi", "static", "--json"), limit_s=60),
        ),
        "intel": (Ask("hl-smi-table", ("hl-smi",), limit_s=60),),
        "intel-xpu": (
            Ask("xpu-smi-health-table", ("xpu-smi", "health", "-d", "{accelerator}"), for_each="accelerator"),
        ),
        "aws": (Ask("neuron-ls-table", ("neuron-ls",), limit_s=60),),
        "google": (Ask("tpu-info", ("tpu-info",), limit_s=60),),
    },
)
