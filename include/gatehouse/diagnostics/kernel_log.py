"""What did the kernel complain about since boot?"""

from gatehouse.diagnostics.spec import ANY_VENDOR, Ask, Diagnostic

DIAGNOSTIC = Diagnostic(
    id="kernel_log",
    title="Kernel log",
    question="Did the kernel report faults of the hardware since this machine booted?",
    cells={
        ANY_VENDOR: (
            Ask("kernel-log", ("dmesg", "--time-format", "iso"), root=True),
            Ask(
                "kernel-log",
                ("journalctl", "--dmesg", "--boot", "--output", "short-iso-precise", "--no-pager"),
                root=True,
            ),
        )
    },
    enough="one",
)
