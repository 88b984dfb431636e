"""What does the vendor's own diagnosis say of the accelerators?"""

from gatehouse.diagnostics.spec import Ask, Diagnostic

DIAGNOSTIC = Diagnostic(
    id="accelerator_diag",
    title="Vendor's accelerator diagnosis",
    question="Does every accelerator pass its vendor's own diagnosis at the asked level?",
    cells={
        "nvidia": (
            Ask("dcgmi-diag-json", ("dcgmi", "diag", "-r", "{level}", "-j"), limit_s=60, patience="patience_s"),
        ),
        "amd": (
            Ask(
                "rvs-log",
                ("rvs", "-c", "/opt/rocm/share/rocm-validation-suite/conf/{model}/gst_single.conf"),
                limit_s=60,
                patience="patience_s",
            ),
        ),
        "intel-xpu": (
            Ask(
                "xpu-smi-diag-table",
                ("xpu-smi", "diag", "-d", "{accelerator}", "-l", "{level}"),
                limit_s=60,
                for_each="accelerator",
                patience="patience_s",
            ),
        ),
    },
    disturbs=True,
    expect_minutes=3.0,
    params={"level": 1, "patience_s": 600},
)
