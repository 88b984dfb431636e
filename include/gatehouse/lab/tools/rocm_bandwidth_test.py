"""rocm-bandwidth-test: access and copies between every two devices."""

from collections.abc import Callable

from gatehouse.lab.machine.machine import Machine
from gatehouse.lab.machine.parts import Accelerator
from gatehouse.lab.tools.copy_rates import between_two, local, to_host
from gatehouse.lab.tools.registry import tool
from gatehouse.lab.tools.spec import Call, Out, Steps, Wait, say

_SECONDS = 60.0
_BOTH_WAYS = 1.9
Device = Accelerator | int  # an int is a NUMA node


@tool("rocm-bandwidth-test")
def rocm_bandwidth_test(call: Call) -> Steps:
    """Everything, without arguments."""
    if call.args:
        return say(stderr=f"Invalid option: {call.args[0]}\n", exit_code=1)
    gpus = call.machine.live_accelerators()
    if not gpus:
        return say(stderr="No GPU agent was found\n", exit_code=1)
    return _run(call.machine, gpus)


def _run(machine: Machine, gpus: list[Accelerator]) -> Steps:
    nodes: list[Device] = list(range(machine.profile.cpu.numa_nodes))
    devices = [*nodes, *gpus]
    yield Out(_head(machine, devices).encode())
    yield Out(_matrix("Inter-Device Access", devices, lambda a, b: "1").encode())
    yield Out(_matrix("Inter-Device Numa Distance", devices, _distance).encode())
    yield Wait(_SECONDS)

    def one_way(a: Device, b: Device) -> str:
        if isinstance(a, int):
            return "N/A" if isinstance(b, int) else f"{to_host(machine, b):.3f}"
        if isinstance(b, int):
            return f"{to_host(machine, a):.3f}"
        return f"{local(machine, a) if a is b else between_two(machine, a, b):.3f}"

    def both_ways(a: Device, b: Device) -> str:
        said = one_way(a, b)
        return "N/A" if a is b or said == "N/A" else f"{float(said) * _BOTH_WAYS:.3f}"

    yield Out(_matrix("Unidirectional copy peak bandwidth GB/s", devices, one_way).encode())
    yield Wait(_SECONDS)
    yield Out(_matrix("Bidirectional copy peak bandwidth GB/s", devices, both_ways).encode())
    return 0


def _head(machine: Machine, devices: list[Device]) -> str:
    lines = ["", "          RocmBandwidthTest Version: 2.6.0", ""]
    lines += ["          Launch Command is: rocm-bandwidth-test (rocm_bandwidth -a + rocm_bandwidth -A)", "", ""]
    for index, one in enumerate(devices):
        if isinstance(one, int):
            lines.append(f"          Device: {index},  {machine.profile.cpu.model_name}")
        else:
            bus = one.pci.split(":", 1)[1].replace("00.0", "0.0")
            lines.append(f"          Device: {index},  {one.name},  GPU-{one.uuid.replace('-', '')[:16]},  {bus}")
    return "\n".join([*lines, "", ""])


def _distance(one: Device, other: Device) -> str:
    if one is other:
        return "0"
    return "32" if isinstance(one, int) and isinstance(other, int) else "15" if not isinstance(one, int) else "20"


def _matrix(title: str, devices: list[Device], cell: Callable[[Device, Device], str]) -> str:
    head = "          D/D       " + "".join(f"{index:<12}" for index in range(len(devices)))
    rows = [
        f"          {index:<10}" + "".join(f"{cell(one, other):<12}" for other in devices) + "\n"
        for index, one in enumerate(devices)
    ]
    return f"          {title}\n\n{head}\n\n" + "\n".join(rows) + "\n\n"
