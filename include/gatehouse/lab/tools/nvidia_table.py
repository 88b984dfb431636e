"""``nvidia-smi`` without arguments: the table."""

from collections.abc import Sequence

from gatehouse.lab.machine.machine import Machine
from gatehouse.lab.machine.parts import Accelerator
from gatehouse.lab.tools.clock import ctime
from gatehouse.lab.tools.nvidia_words import CUDA_VERSION, smi_bus

_RULE = "+-----------------------------------------+------------------------+----------------------+\n"
_HEAD = """\
+-----------------------------------------------------------------------------------------+
| NVIDIA-SMI {driver:<22} Driver Version: {driver:<14} CUDA Version: {cuda:<8} |
|-----------------------------------------+------------------------+----------------------+
| GPU  Name                 Persistence-M | Bus-Id          Disp.A | Volatile Uncorr. ECC |
| Fan  Temp   Perf          Pwr:Usage/Cap |           Memory-Usage | GPU-Util  Compute M. |
|                                         |                        |               MIG M. |
|=========================================+========================+======================|
"""
_FOOT = """
+-----------------------------------------------------------------------------------------+
| Processes:                                                                              |
|  GPU   GI   CI        PID   Type   Process name                              GPU Memory |
|        ID   ID                                                               Usage      |
|=========================================================================================|
{processes}+-----------------------------------------------------------------------------------------+
"""
_NONE = "|  No running processes found                                                             |\n"


def table(machine: Machine, gpus: Sequence[Accelerator]) -> str:
    """Three lines a GPU, and what runs on them."""
    processes = "".join(_process(gpu) for gpu in gpus if gpu.process) or _NONE
    head = _HEAD.format(driver=machine.profile.accelerator.driver, cuda=CUDA_VERSION)
    return (
        f"{ctime(machine.now_s)}       \n{head}"
        + "".join(_rows(gpu) for gpu in gpus)
        + _FOOT.format(processes=processes)
    )


def _rows(gpu: Accelerator) -> str:
    errors = gpu.volatile.sram_uncorrectable + gpu.volatile.dram_uncorrectable
    power = f"{gpu.power_w:.0f}W / {gpu.power_limit_w:4d}W"
    memory = f"{gpu.used_mib}MiB / {gpu.memory_mib:6d}MiB"
    return (
        f"| {gpu.index:3d}  {gpu.name:<30} On  |   {smi_bus(gpu.pci)} Off | {errors:20d} |\n"
        f"| N/A  {gpu.temp_c:3d}C    P0   {power:>20} | {memory:>22} | {gpu.util_pct:7d}%      Default |\n"
        f"|                                         |                        |             Disabled |\n{_RULE}"
    )


def _process(gpu: Accelerator) -> str:
    return f"| {gpu.index:4d}   N/A  N/A {48_211 + gpu.index:11d}      C   {gpu.process:<38} 61204MiB |\n"
