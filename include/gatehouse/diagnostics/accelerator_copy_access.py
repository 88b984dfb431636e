"""Which accelerators may reach each other's memory, and how fast is each copy engine?"""

from gatehouse.diagnostics.spec import Ask, Diagnostic

DIAGNOSTIC = Diagnostic(
    id="accelerator_copy_access",
    title="Copy access between accelerators",
    question="May every accelerator reach every other's memory, and how fast is each copy engine by ROCm's own test?",
    cells={"amd": (Ask("rocm-bandwidth-test", ("rocm-bandwidth-test",), limit_s=60, patience="patience_s"),)},
    disturbs=True,
    expect_minutes=3.0,
    params={"patience_s": 840},
)
