"""How fast do data move between the host and the accelerators, and between accelerators?"""

from gatehouse.diagnostics.spec import Ask, Diagnostic

DIAGNOSTIC = Diagnostic(
    id="accelerator_bandwidth",
    title="Accelerator bandwidth",
    question="Do copies between host and accelerators, and between accelerators, reach the bandwidth of their links?",
    cells={
        "nvidia": (Ask("nvbandwidth-text", ("nvbandwidth",), limit_s=60, patience="patience_s"),),
        "amd": (Ask("transferbench", ("TransferBench", "p2p"), limit_s=60, patience="patience_s"),),
    },
    disturbs=True,
    expect_minutes=3.0,
    params={"patience_s": 840},
)
