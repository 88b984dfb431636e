"""Do the links between accelerators gain errors?"""

from gatehouse.diagnostics.spec import Ask, Diagnostic

DIAGNOSTIC = Diagnostic(
    id="fabric_errors",
    title="Errors of the accelerator fabric",
    question="Did a link between accelerators gain replay, recovery or CRC errors while the plan ran?",
    cells={
        "nvidia": (
            Ask("nvidia-smi-nvlink", ("nvidia-smi", "nvlink", "-e"), limit_s=60, counters=("gpu*.link*.*_errors",)),
        )
    },
)
