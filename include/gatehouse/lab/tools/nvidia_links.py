"""``nvidia-smi nvlink`` and ``nvidia-smi topo``: what connects the GPUs."""

from collections.abc import Sequence

from gatehouse.lab.machine.machine import Machine
from gatehouse.lab.machine.parts import Accelerator
from gatehouse.lab.tools.cpu_lists import numa_cpus

_LEGEND = """
Legend:

  X    = Self
  SYS  = Connection traversing PCIe as well as the SMP interconnect between NUMA nodes (e.g., QPI/UPI)
  NODE = Connection traversing PCIe as well as the interconnect between PCIe Host Bridges within a NUMA node
  PHB  = Connection traversing PCIe as well as a PCIe Host Bridge (typically the CPU)
  PXB  = Connection traversing multiple PCIe bridges (without traversing the PCIe Host Bridge)
  PIX  = Connection traversing at most a single PCIe bridge
  NV#  = Connection traversing a bonded set of # NVLinks
"""
_P2P_LEGEND = """
Legend:

  X    = Self
  OK   = Status Ok
  CNS  = Chipset not supported
  GNS  = GPU not supported
  TNS  = Topology not supported
  NS   = Not supported
  U    = Unknown
"""


def status(gpus: Sequence[Accelerator]) -> str:
    """``nvlink -s``: the speed of each link, or that it is inactive."""
    lines = []
    for gpu in gpus:
        lines.append(f"GPU {gpu.index}: {gpu.name} (UUID: GPU-{gpu.uuid})\n")
        if not any(link.up for link in gpu.links):
            lines.append("NVML: Unable to retrieve NVLink information as all links are inActive\n")
            continue
        for number, link in enumerate(gpu.links):
            shown = f"{link.speed_gbps:g} GB/s" if link.up else "<inactive>"
            lines.append(f"\t Link {number}: {shown}\n")
    return "".join(lines)


def errors(gpus: Sequence[Accelerator]) -> str:
    """``nvlink -e``: error counters of each link."""
    lines = []
    for gpu in gpus:
        lines.append(f"GPU {gpu.index}: {gpu.name} (UUID: GPU-{gpu.uuid})\n")
        for number, link in enumerate(gpu.links):
            lines.append(f"\t Link {number}: Replay Errors: {link.replay_errors}\n")
            lines.append(f"\t Link {number}: Recovery Errors: {link.recovery_errors}\n")
            lines.append(f"\t Link {number}: CRC Errors: {link.crc_errors}\n")
    return "".join(lines)


def topology(machine: Machine, gpus: Sequence[Accelerator]) -> str:
    """``topo -m``: every pair goes through the switches, by as many links as both have."""
    names = [f"GPU{gpu.index}" for gpu in gpus]
    head = "".join(f"\t{name}" for name in names) + "\tCPU Affinity\tNUMA Affinity\tGPU NUMA ID\n"
    rows = []
    for gpu in gpus:
        cells = [" X " if other is gpu else _joint(gpu, other) for other in gpus]
        affinity = f"{numa_cpus(machine.profile.cpu, gpu.numa)}\t{gpu.numa}\t\tN/A"
        rows.append(f"GPU{gpu.index}\t" + "\t".join(cells) + f"\t{affinity}\n")
    return head + "".join(rows) + _LEGEND


def peers(gpus: Sequence[Accelerator]) -> str:
    """``topo -p2p n``: whether each may use the other over NVLink."""
    head = " \t" + "\t".join(f"GPU{gpu.index}" for gpu in gpus) + "\t\n"
    rows = [
        f" GPU{gpu.index}\t" + "\t".join("X" if other is gpu else _peer(gpu, other) for other in gpus) + "\t\n"
        for gpu in gpus
    ]
    return head + "".join(rows) + _P2P_LEGEND


def _peer(one: Accelerator, other: Accelerator) -> str:
    return "OK" if all(any(link.up for link in gpu.links) for gpu in (one, other)) else "NS"


def _joint(one: Accelerator, other: Accelerator) -> str:
    links = min(sum(link.up for link in gpu.links) for gpu in (one, other))
    return f"NV{links}" if links else ("NODE" if one.numa == other.numa else "SYS")
