"""gpu_burn: matrix products on all GPUs, and a verdict on each."""

from gatehouse.lab.machine.identity import between
from gatehouse.lab.machine.parts import Accelerator
from gatehouse.lab.tools.registry import tool
from gatehouse.lab.tools.spec import Call, Out, Steps, Wait, say

_TENSOR_GFLOPS = 512_000.0
_STEPS = 4
_HOT_C = 34


@tool("gpu_burn")
def gpu_burn(call: Call) -> Steps:
    """``[-tc] SECONDS``."""
    args = [arg for arg in call.args if arg not in ("-tc", "-d")]
    if len(args) != 1 or not args[0].isdecimal():
        return say("GPU Burn\nUsage: gpu_burn [OPTIONS] [TIME]\n", exit_code=1)
    gpus = call.machine.live_accelerators()
    if not gpus or any(gpu.lost for gpu in gpus):
        return say(stderr='Couldn\'t init a GPU test: Error in "init": unknown error\n', exit_code=124)
    return _run(call, gpus, int(args[0]))


def _run(call: Call, gpus: list[Accelerator], seconds: int) -> Steps:
    listed = "".join(f"GPU {gpu.index}: {gpu.name} (UUID: GPU-{gpu.uuid})\n" for gpu in gpus)
    yield Out(f"{listed}Using compare file: compare.ptx\nBurning for {seconds} seconds.\n".encode())
    for step in range(1, _STEPS + 1):
        yield Wait(seconds / _STEPS)
        yield Out(_progress(call, gpus, step).encode())
    verdicts = "".join(f"\tGPU {gpu.index}: {'FAULTY' if gpu.miscomputes else 'OK'}\n" for gpu in gpus)
    yield Out(f"\nKilling processes with SIGTERM (soft kill)\ndone\n\nTested {len(gpus)} GPUs:\n{verdicts}".encode())
    return 0


def _progress(call: Call, gpus: list[Accelerator], step: int) -> str:
    slow = [0.4 if gpu.throttle.hw_slowdown or gpu.throttle.hw_power_brake else 1.0 for gpu in gpus]
    rates = [
        round(_TENSOR_GFLOPS * share * between(0.98, 1.02, call.machine.serial, "burn", gpu.index, step))
        for gpu, share in zip(gpus, slow, strict=True)
    ]
    done = " - ".join(f"{step * rate // 16} ({rate} Gflop/s)" for rate in rates)
    wrong = " - ".join(f"{214 * step}  (WARNING!)" if gpu.miscomputes else "0" for gpu in gpus)
    temperatures = " - ".join(f"{gpu.temp_c + _HOT_C} C" for gpu in gpus)
    return f"{100 * step / _STEPS:.1f}%  proc'd: {done}   errors: {wrong}   temps: {temperatures}\n"
