"""TransferBench: ``p2p``, copies between every two devices."""

from gatehouse.lab.machine.machine import Machine
from gatehouse.lab.machine.parts import Accelerator
from gatehouse.lab.tools.copy_rates import between_two, local, to_host
from gatehouse.lab.tools.registry import tool
from gatehouse.lab.tools.spec import Call, Out, Steps, Wait, say

_SECONDS = 40.0
_CPU_LOCAL = 52.0
_BOTH_WAYS = 1.82  # copies in both directions at once, against one
Device = Accelerator | int  # an int is a NUMA node


@tool("TransferBench")
def transferbench(call: Call) -> Steps:
    """``p2p``."""
    if call.args != ("p2p",):
        return say("TransferBench v1.51\nUsage: ./TransferBench config <N>\nonly p2p is simulated\n", exit_code=0)
    gpus = call.machine.live_accelerators()
    if not gpus:
        return say("[ERROR] No GPU devices found\n", exit_code=1)
    return _run(call.machine, gpus)


def _run(machine: Machine, gpus: list[Accelerator]) -> Steps:
    nodes: list[Device] = list(range(machine.profile.cpu.numa_nodes))
    devices = [*nodes, *gpus]
    yield Out(f"TransferBench v1.51\n{'=' * 63}\nBytes Per Direction 67,108,864\n".encode())
    yield Wait(_SECONDS)
    rates = {(i, j): _rate(machine, a, b) for i, a in enumerate(devices) for j, b in enumerate(devices)}
    yield Out(_table("Uni", "->", devices, len(nodes), rates).encode())
    yield Wait(_SECONDS)
    both = {(i, j): rate * _BOTH_WAYS for (i, j), rate in rates.items() if i != j and max(i, j) >= len(nodes)}
    yield Out(_table("Bi", "<->", devices, len(nodes), both).encode())
    return 0


def _rate(machine: Machine, one: Device, other: Device) -> float:
    if isinstance(one, int):
        return _CPU_LOCAL if isinstance(other, int) else to_host(machine, other)
    if isinstance(other, int):
        return to_host(machine, one)
    return local(machine, one) if one is other else between_two(machine, one, other)


def _table(kind: str, arrow: str, devices: list[Device], nodes: int, rates: dict[tuple[int, int], float]) -> str:
    names = [f"CPU {one:02d}" if isinstance(one, int) else f"GPU {one.index:02d}" for one in devices]
    lines = [
        f"{kind}directional copy peak bandwidth GB/s [Local read / Remote write] (GPU-Executor: GFX)",
        "   SRC+EXE\\DST    " + "    ".join(names),
    ]
    for i, name in enumerate(names):
        lines.append(f"   {name}  {arrow:<3}" + "".join(_cell(rates.get((i, j))) for j in range(len(names))))
    heads = "".join(f"{head:>10}" for head in ("CPU->CPU", "CPU->GPU", "GPU->CPU", "GPU->GPU"))
    averages = "".join(_cell(_average(rates, nodes, a, b)) for a in (True, False) for b in (True, False))
    return "\n".join([*lines, f"{'':27}{heads}", f"   Averages (During {kind + 'Dir):':<9}{averages}", "", ""])


def _cell(value: float | None) -> str:
    return f"{'N/A':>10}" if value is None else f"{value:10.2f}"


def _average(rates: dict[tuple[int, int], float], nodes: int, from_cpu: bool, to_cpu: bool) -> float | None:
    values = [rate for (i, j), rate in rates.items() if (i < nodes) is from_cpu and (j < nodes) is to_cpu and i != j]
    return sum(values) / len(values) if values else None
