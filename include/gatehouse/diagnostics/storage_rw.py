"""Does the storage give back what is written to it?"""

from gatehouse.diagnostics.spec import ANY_VENDOR, Ask, Diagnostic

DIAGNOSTIC = Diagnostic(
    id="storage_rw",
    title="Bounded storage read/write test",
    question="Does the scratch storage give back, verified, a bounded amount that is written to it, and how fast?",
    cells={
        ANY_VENDOR: (
            Ask(
                "fio-json",
                (
                    "fio",
                    "--name=gatehouse",
                    "--directory=/var/tmp",
                    "--filename=gatehouse-fio.tmp",
                    "--rw=randrw",
                    "--bs=64k",
                    "--size={mib}m",
                    "--verify=crc32c",
                    "--unlink=1",
                    "--runtime={seconds}",
                    "--output-format=json",
                ),
                limit_s=60,
            ),
        )
    },
    disturbs=True,
    expect_minutes=0.5,
    params={"seconds": 20, "mib": 64},
)
