"""nvbandwidth: copies between host and GPUs and between GPUs."""

from collections.abc import Sequence

from gatehouse.lab.machine.machine import Machine
from gatehouse.lab.machine.parts import Accelerator
from gatehouse.lab.tools.copy_rates import between_two, to_host
from gatehouse.lab.tools.registry import tool
from gatehouse.lab.tools.spec import Call, Out, Steps, Wait, say

_SECONDS_A_TEST = 12.0


@tool("nvbandwidth")
def nvbandwidth(call: Call) -> Steps:
    """All tests, without arguments."""
    if call.args:
        return say(f"ERROR: unrecognised option '{call.args[0]}'\n", exit_code=1)
    gpus = call.machine.live_accelerators()
    if not gpus or any(gpu.lost for gpu in gpus):
        return say("nvbandwidth Version: v0.7\nERROR: No CUDA-capable device is detected\n", exit_code=1)
    return _run(call.machine, gpus)


def _run(machine: Machine, gpus: list[Accelerator]) -> Steps:
    driver = machine.profile.accelerator.driver
    listed = "".join(f"Device {gpu.index}: {gpu.name} (0000{gpu.pci[:10]})\n" for gpu in gpus)
    yield Out(
        "nvbandwidth Version: v0.7\nBuilt from Git version: v0.7\n\nCUDA Runtime Version: 12040\n"
        f"CUDA Driver Version: 12040\nDriver Version: {driver}\n\n{machine.name}\n{listed}\n".encode()
    )
    for name, title in (
        ("host_to_device_memcpy_ce", "memcpy CE CPU(row) -> GPU(column)"),
        ("device_to_host_memcpy_ce", "memcpy CE CPU(row) <- GPU(column)"),
    ):
        yield Wait(_SECONDS_A_TEST)
        yield Out(_test(name, title, gpus, [[to_host(machine, gpu) for gpu in gpus]]).encode())
    yield Wait(_SECONDS_A_TEST)
    pairs = [[None if a is b else between_two(machine, a, b) for b in gpus] for a in gpus]
    yield Out(_test("device_to_device_memcpy_read_ce", "memcpy CE GPU(row) -> GPU(column)", gpus, pairs).encode())
    yield Out(b"NOTE: The reported results may not reflect the full capabilities of the platform.\n")
    return 0


def _test(name: str, title: str, gpus: list[Accelerator], rows: Sequence[Sequence[float | None]]) -> str:
    head = "  " + "".join(f"{gpu.index:10d}" for gpu in gpus)
    body = "".join(f" {number}{''.join(_cell(value) for value in row)}\n" for number, row in enumerate(rows))
    total = sum(value for row in rows for value in row if value is not None)
    return f"Running {name}.\n{title} bandwidth (GB/s)\n{head}\n{body}\nSUM {name} {total:.2f}\n\n"


def _cell(value: float | None) -> str:
    return f"{'N/A':>10}" if value is None else f"{value:10.2f}"
