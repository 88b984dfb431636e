"""Do all CPUs compute rightly under load?"""

from gatehouse.diagnostics.spec import ANY_VENDOR, Ask, Diagnostic

DIAGNOSTIC = Diagnostic(
    id="cpu_stress",
    title="CPU stress with verification",
    question="Do all CPUs give right answers under full load?",
    cells={
        ANY_VENDOR: (
            Ask(
                "stress-ng",
                ("stress-ng", "--cpu", "0", "--verify", "--metrics-brief", "--timeout", "{seconds}s"),
                limit_s=60,
            ),
        )
    },
    disturbs=True,
    expect_minutes=1.0,
    params={"seconds": 60},
)
