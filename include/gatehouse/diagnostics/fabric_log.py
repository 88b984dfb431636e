"""What has the fabric manager recorded?"""

from gatehouse.diagnostics.spec import Ask, Diagnostic

DIAGNOSTIC = Diagnostic(
    id="fabric_log",
    title="Log of the fabric manager",
    question="Did NVIDIA's fabric manager record an error of a switch or a link?",
    cells={"nvidia": (Ask("fabricmanager-log", ("tail", "-n", "5000", "/var/log/fabricmanager.log")),)},
)
