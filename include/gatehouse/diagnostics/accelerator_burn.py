"""Do the accelerators compute rightly under full load?"""

from gatehouse.diagnostics.spec import Ask, Diagnostic

DIAGNOSTIC = Diagnostic(
    id="accelerator_burn",
    title="Accelerator burn",
    question="Does every accelerator give right answers while all of them multiply matrices at full load?",
    cells={"nvidia": (Ask("gpu_burn", ("gpu_burn", "-tc", "{seconds}"), limit_s=120),)},
    disturbs=True,
    expect_minutes=1.5,
    params={"seconds": 60},
)
