"""How fast data move on a machine's accelerators now, in GB/s: what the bandwidth tests of every vendor measure."""

from gatehouse.lab.machine.identity import between
from gatehouse.lab.machine.machine import Machine
from gatehouse.lab.machine.parts import Accelerator

_OF_PCIE = 0.878  # of what a link carries in theory, a copy engine reaches so much
_FULL_LINKS = {"nvidia": 392.0, "amd": 47.9}  # between two accelerators whose links are all up
_WITHOUT_LINK = 19.0  # through the host
_LOCAL = {"nvidia": 1310.0, "amd": 1510.0}  # a copy within one accelerator's memory


def to_host(machine: Machine, gpu: Accelerator) -> float:
    """Between the host and one accelerator, in one direction. An idle link comes back to its speed for a copy."""
    link = gpu.pcie
    gts = link.max_gts if link.idle_downtrain else link.speed_gts
    theory = gts * link.width / 8
    return theory * _OF_PCIE * gpu.host_copy * between(0.985, 1.005, machine.serial, "host", gpu.index, machine.sample)


def between_two(machine: Machine, one: Accelerator, other: Accelerator) -> float:
    """Between two accelerators, in one direction."""
    vendor = machine.profile.vendor
    drawn = between(0.99, 1.005, machine.serial, "pair", one.index, other.index, machine.sample)
    slowest = min(one.fabric_copy, other.fabric_copy)
    if vendor == "amd":  # each pair has one xGMI link of its own: link number N-1 or N leads to accelerator N
        up = all(gpu.links[_link_to(gpu, peer)].up for gpu, peer in ((one, other), (other, one)))
        return (_FULL_LINKS["amd"] if up else _WITHOUT_LINK) * slowest * drawn
    share = min(sum(link.up for link in gpu.links) / len(gpu.links) for gpu in (one, other))
    return max(_FULL_LINKS["nvidia"] * share, _WITHOUT_LINK) * slowest * drawn


def local(machine: Machine, gpu: Accelerator) -> float:
    """Within one accelerator's memory."""
    return _LOCAL[machine.profile.vendor] * between(0.99, 1.005, machine.serial, "local", gpu.index, machine.sample)


def fabric_share(machine: Machine) -> float:
    """Of the full bandwidth, what a collective over all accelerators reaches: the slowest of them decides."""
    gpus = machine.live_accelerators()
    links = min((sum(link.up for link in gpu.links) / len(gpu.links) for gpu in gpus), default=0.0)
    return links * min((gpu.fabric_copy for gpu in gpus), default=0.0)


def _link_to(gpu: Accelerator, peer: Accelerator) -> int:
    return peer.index - (peer.index > gpu.index)
