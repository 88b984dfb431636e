"""CPU numbers as the kernel lists them: ``0-55,112-167``."""

from gatehouse.lab.profiles.spec import CpuProfile


def numa_cpus(cpu: CpuProfile, node: int) -> str:
    """The logical CPUs of a NUMA node: its cores first, then their second threads."""
    cores = cpu.sockets * cpu.cores_per_socket
    per_node = cores // cpu.numa_nodes
    ranges = [
        f"{thread * cores + node * per_node}-{thread * cores + (node + 1) * per_node - 1}"
        for thread in range(cpu.threads_per_core)
    ]
    return ",".join(ranges)
