"""How fast do all accelerators of a machine add up together?"""

from gatehouse.diagnostics.spec import Ask, Diagnostic

_ALL_REDUCE = ("all_reduce_perf", "-b", "512M", "-e", "16G", "-f", "2", "-g", "{accelerators}")

DIAGNOSTIC = Diagnostic(
    id="collective_bandwidth",
    title="Collective bandwidth",
    question="Does an all-reduce over all accelerators of the machine give right sums, at the bandwidth of its fabric?",
    cells={
        "nvidia": (Ask("nccl-tests", _ALL_REDUCE, limit_s=60, patience="patience_s"),),
        "amd": (Ask("rccl-tests", _ALL_REDUCE, limit_s=60, patience="patience_s"),),
    },
    disturbs=True,
    expect_minutes=2.0,
    params={"patience_s": 540},
)
