"""all_reduce_perf of nccl-tests and rccl-tests: sums over all accelerators of the machine."""

from gatehouse.lab.machine.identity import between
from gatehouse.lab.machine.machine import Machine
from gatehouse.lab.machine.parts import Accelerator
from gatehouse.lab.tools.copy_rates import fabric_share
from gatehouse.lab.tools.registry import tool
from gatehouse.lab.tools.spec import Call, Out, Steps, Wait, say

_BUS_GBPS = {"nvidia": 478.0, "amd": 331.0}
_FACTORS = {"K": 2**10, "M": 2**20, "G": 2**30}
_SECONDS_A_SIZE = 8.0
_HEADINGS = (
    f"#{'out-of-place':>74}{'in-place':>31}\n"
    "#       size         count      type   redop    root"
    "     time   algbw   busbw #wrong     time   algbw   busbw #wrong\n"
    "#        (B)    (elements)                          "
    "     (us)  (GB/s)  (GB/s)            (us)  (GB/s)  (GB/s)       \n"
)
_FULL_AT_B = 2**34
_FALL = 0.985  # busbw of half the size


@tool("all_reduce_perf")
def all_reduce_perf(call: Call) -> Steps:
    """``-b MIN -e MAX -f FACTOR -g GPUS``."""
    asked = dict(zip(call.args[::2], call.args[1::2], strict=False))
    sizes = _sizes(asked)
    if set(asked) != {"-b", "-e", "-f", "-g"} or not sizes or not asked["-g"].isdecimal():
        return say(stderr="USAGE: all_reduce_perf -b MIN -e MAX -f FACTOR -g GPUS\n", exit_code=1)
    gpus = call.machine.live_accelerators()
    if len(gpus) < int(asked["-g"]) or any(gpu.lost for gpu in gpus):
        why = f"invalid number of GPUs: {asked['-g']} asked, {len(gpus)} there"
        return say(stderr=f"{call.machine.name}: Test failure common.cu:1006: {why}\n", exit_code=3)
    return _run(call.machine, gpus, sizes)


def _sizes(asked: dict[str, str]) -> list[int]:
    least, most, factor = _bytes(asked.get("-b", "")), _bytes(asked.get("-e", "")), asked.get("-f", "")
    if not least or not most or not factor.isdecimal() or int(factor) < 2:
        return []
    sizes = [least]
    while sizes[-1] * int(factor) <= most:
        sizes.append(sizes[-1] * int(factor))
    return sizes


def _bytes(text: str) -> int:
    number, factor = (text[:-1], _FACTORS[text[-1]]) if text[-1:] in _FACTORS else (text, 1)
    return int(number) * factor if number.isdecimal() and len(number) < 12 else 0


def _run(machine: Machine, gpus: list[Accelerator], sizes: list[int]) -> Steps:
    yield Out(_head(machine, gpus, sizes).encode())
    wrong = 3 * sum(gpu.miscomputes for gpu in gpus)
    rates = []
    for size in sizes:
        yield Wait(_SECONDS_A_SIZE)
        busbw = _busbw(machine, size)
        rates.append(busbw)
        algbw = busbw / (2 * (len(gpus) - 1) / len(gpus)) if len(gpus) > 1 else busbw
        side = f"{size / (algbw * 1e3):9.1f} {algbw:7.2f} {busbw:7.2f} {wrong:6d}"
        yield Out(f"{size:12d}  {size // 4:12d}     float     sum      -1{side}{side}\n".encode())
    verdict = "FAILED" if wrong else "OK"
    yield Out(
        f"# Out of bounds values : {wrong * 2 * len(sizes)} {verdict}\n"
        f"# Avg bus bandwidth    : {sum(rates) / len(rates):g} \n#\n".encode()
    )
    return 1 if wrong else 0


def _busbw(machine: Machine, size: int) -> float:
    halvings = max(_FULL_AT_B // size, 1).bit_length() - 1
    drawn = between(0.995, 1.005, machine.serial, "collective", size, machine.sample)
    return _BUS_GBPS[machine.profile.vendor] * _FALL**halvings * fabric_share(machine) * drawn


def _head(machine: Machine, gpus: list[Accelerator], sizes: list[int]) -> str:
    ranks = "".join(
        f"#  Rank {gpu.index:2d} Group  0 Pid  48211 on {machine.name:>10} device {gpu.index:2d} "
        f"[{gpu.pci[:10]}] {gpu.name}\n"
        for gpu in gpus
    )
    return (
        f"# nThread 1 nGpus {len(gpus)} minBytes {sizes[0]} maxBytes {sizes[-1]} step: 2(factor) warmup iters: 5 "
        f"iters: 20 agg iters: 1 validation: 1 graph: 0\n#\n# Using devices\n{ranks}#\n{_HEADINGS}"
    )
