"""lscpu, and /proc/cpuinfo."""

from gatehouse.lab.profiles.spec import CpuProfile
from gatehouse.lab.tools.cpu_lists import numa_cpus
from gatehouse.lab.tools.registry import tool
from gatehouse.lab.tools.spec import Call, Steps, say

_KEY_WIDTH = 33
_VULNERABILITIES = (
    ("Itlb multihit", "Not affected"),
    ("L1tf", "Not affected"),
    ("Mds", "Not affected"),
    ("Meltdown", "Not affected"),
    ("Retbleed", "Not affected"),
    ("Spec store bypass", "Mitigation; Speculative Store Bypass disabled via prctl and seccomp"),
    ("Spectre v1", "Mitigation; usercopy/swapgs barriers and __user pointer sanitization"),
    ("Srbds", "Not affected"),
)


@tool("lscpu")
def lscpu(call: Call) -> Steps:
    """The plain listing, or ``-J``/``--json``; other options are refused in the tool's words."""
    rows = _rows(call.machine.profile.cpu)
    if not call.args:
        return say("".join(f"{key + ':':<{_KEY_WIDTH}}{value}\n" for key, value in rows))
    if call.args[0] in ("-J", "--json"):
        items = ",\n".join(f'      {{"field": "{key.strip()}:", "data": "{value}"}}' for key, value in rows)
        return say(f'{{\n   "lscpu": [\n{items}\n   ]\n}}\n')
    option = call.args[0]
    return say(stderr=f"lscpu: unrecognized option '{option}'\nTry 'lscpu --help' for more information.\n", exit_code=1)


def _cache(kib: int, instances: int) -> str:
    total = kib * instances
    size = f"{total / 1024:g} MiB" if total >= 1024 else f"{total} KiB"
    return f"{size} ({instances} instance{'s' if instances != 1 else ''})"


def _rows(cpu: CpuProfile) -> list[tuple[str, str]]:
    cores = cpu.sockets * cpu.cores_per_socket
    l3s = cpu.sockets * cpu.l3_instances_per_socket
    return [
        ("Architecture", "x86_64"),
        ("  CPU op-mode(s)", "32-bit, 64-bit"),
        ("  Address sizes", f"{cpu.address_bits[0]} bits physical, {cpu.address_bits[1]} bits virtual"),
        ("  Byte Order", "Little Endian"),
        ("CPU(s)", str(cpu.logical)),
        ("  On-line CPU(s) list", f"0-{cpu.logical - 1}"),
        ("Vendor ID", cpu.vendor_id),
        ("  Model name", cpu.model_name),
        ("    CPU family", str(cpu.family)),
        ("    Model", str(cpu.model)),
        ("    Thread(s) per core", str(cpu.threads_per_core)),
        ("    Core(s) per socket", str(cpu.cores_per_socket)),
        ("    Socket(s)", str(cpu.sockets)),
        ("    Stepping", str(cpu.stepping)),
        ("    CPU max MHz", f"{cpu.max_mhz:.4f}"),
        ("    CPU min MHz", f"{cpu.min_mhz:.4f}"),
        ("    BogoMIPS", f"{cpu.base_mhz * 2:.2f}"),
        ("    Flags", cpu.flags),
        ("Virtualization features", ""),
        ("  Virtualization", cpu.virtualization),
        ("Caches (sum of all)", ""),
        ("  L1d", _cache(cpu.l1d_kib, cores)),
        ("  L1i", _cache(cpu.l1i_kib, cores)),
        ("  L2", _cache(cpu.l2_kib, cores)),
        ("  L3", _cache(cpu.l3_kib // cpu.l3_instances_per_socket, l3s)),
        ("NUMA", ""),
        ("  NUMA node(s)", str(cpu.numa_nodes)),
        *((f"  NUMA node{node} CPU(s)", numa_cpus(cpu, node)) for node in range(cpu.numa_nodes)),
        ("Vulnerabilities", ""),
        *((f"  {name}", state) for name, state in _VULNERABILITIES),
    ]


def cpuinfo(cpu: CpuProfile) -> str:
    """``/proc/cpuinfo``: a paragraph for each logical CPU."""
    cores = cpu.sockets * cpu.cores_per_socket
    paragraphs = []
    for number in range(cpu.logical):
        core = number % cores
        rows = (
            ("processor", number),
            ("vendor_id", cpu.vendor_id),
            ("cpu family", cpu.family),
            ("model", cpu.model),
            ("model name", cpu.model_name),
            ("stepping", cpu.stepping),
            ("microcode", "0x2b0005c0" if cpu.vendor_id == "GenuineIntel" else "0xa101148"),
            ("cpu MHz", f"{cpu.base_mhz:.3f}"),
            ("cache size", f"{cpu.l3_kib if cpu.vendor_id == 'GenuineIntel' else cpu.l2_kib} KB"),
            ("physical id", core // cpu.cores_per_socket),
            ("siblings", cpu.cores_per_socket * cpu.threads_per_core),
            ("core id", core % cpu.cores_per_socket),
            ("cpu cores", cpu.cores_per_socket),
            ("fpu", "yes"),
            ("flags", cpu.flags),
            ("bogomips", f"{cpu.base_mhz * 2:.2f}"),
        )
        paragraphs.append("".join(f"{key}\t: {value}\n" for key, value in rows))
    return "\n".join(paragraphs) + "\n"
