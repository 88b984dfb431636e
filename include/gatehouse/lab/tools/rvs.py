"""rvs: the ROCm Validation Suite's matrix products with their targets."""

from gatehouse.lab.machine.identity import between, number
from gatehouse.lab.machine.machine import Machine
from gatehouse.lab.machine.parts import Accelerator
from gatehouse.lab.tools.registry import tool
from gatehouse.lab.tools.spec import Call, Out, Steps, Wait, say

_CONFIGURATION = "/opt/rocm/share/rocm-validation-suite/conf/MI300X/gst_single.conf"
# What RVS's configuration for MI300X asks of each action, in GFLOPS.
_ACTIONS = (("gst-fp16-rand", 639_000), ("gst-bf16-rand", 581_000), ("gst-sgemm-rand", 100_000))
_SECONDS = 15.0
_REACHED, _SLOWED = 1.06, 0.63
_START_S = 40_112.0


@tool("rvs")
def rvs(call: Call) -> Steps:
    """``-c FILE`` with the configuration of this accelerator."""
    if call.args != ("-c", _CONFIGURATION):
        wanted = call.args[1] if len(call.args) > 1 else ""
        return say(f"[ERROR ] [ {_START_S:.6f}] Could not open configuration {wanted}\n", exit_code=1)
    gpus = call.machine.live_accelerators()
    if not gpus:
        return say(f"[ERROR ] [ {_START_S:.6f}] No devices match criteria from the test configuration.\n", exit_code=1)
    return _run(call.machine, gpus)


def _run(machine: Machine, gpus: list[Accelerator]) -> Steps:
    at_s = _START_S
    for action, target in _ACTIONS:
        yield Wait(_SECONDS)
        yield Out(f"[RESULT] [ {at_s:.6f}] Action name :{action}\n[RESULT] [ {at_s:.6f}] Module name :gst\n".encode())
        for gpu in gpus:
            at_s += _SECONDS
            yield Out(_lines(machine, gpu, action, target, at_s).encode())
    return 0


def _lines(machine: Machine, gpu: Accelerator, action: str, target: int, at_s: float) -> str:
    slow = gpu.throttle.hw_thermal or gpu.throttle.hw_power_brake
    drawn = between(0.99, 1.01, machine.serial, action, gpu.index, machine.sample)
    rate = round(target * (_SLOWED if slow else _REACHED) * drawn)
    head = f"[{action}] [GPU:: {kfd_id(gpu)}]"
    rows = [f"{head} Start of GPU ramp up", f"{head} GFLOPS {rate * 2 // 3}", f"{head} End of GPU ramp up"]
    rows.append(f"{head} GFLOPS {rate} Target GFLOPS: {target} met: {str(rate >= target).upper()}")
    if gpu.miscomputes:
        rows.append(f"{head} Gemm self-check: results differ, pass: FALSE")
    return "".join(f"[RESULT] [ {at_s + step:.6f}] {row}\n" for step, row in enumerate(rows))


def kfd_id(gpu: Accelerator) -> int:
    """The number by which the kernel's driver knows a GPU; no index."""
    return number(gpu.uuid, "kfd") % 60_000 + 1_000
