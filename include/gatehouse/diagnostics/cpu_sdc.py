"""Does any CPU compute silently wrong?"""

from gatehouse.diagnostics.spec import ANY_VENDOR, Ask, Diagnostic

DIAGNOSTIC = Diagnostic(
    id="cpu_sdc",
    title="CPU silent data corruption",
    question="Does every core give right answers in OpenDCDiag's tests against silent data corruption?",
    cells={
        ANY_VENDOR: (
            Ask("opendcdiag-tap", ("opendcdiag", "--quick", "--output-format=tap"), limit_s=120, patience="patience_s"),
        )
    },
    disturbs=True,
    expect_minutes=2.0,
    params={"patience_s": 480},
)
