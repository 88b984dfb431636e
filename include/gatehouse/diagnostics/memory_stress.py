"""Does main memory keep what is written to it under load?"""

from gatehouse.diagnostics.spec import ANY_VENDOR, Ask, Diagnostic

DIAGNOSTIC = Diagnostic(
    id="memory_stress",
    title="Memory stress with verification",
    question="Does main memory give back what was written to it, with all CPUs copying at once?",
    cells={ANY_VENDOR: (Ask("stressapptest", ("stressapptest", "-s", "{seconds}", "-M", "{mib}", "-W"), limit_s=60),)},
    disturbs=True,
    expect_minutes=1.0,
    params={"seconds": 60, "mib": 1024},
)
