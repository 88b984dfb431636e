"""The files that people read on a host: /proc, /sys and /etc, made when they are read."""

from collections.abc import Callable

from gatehouse.lab.machine.identity import between
from gatehouse.lab.machine.machine import Machine
from gatehouse.lab.machine.parts import Nic
from gatehouse.lab.tools.clock import moment
from gatehouse.lab.tools.cpu import cpuinfo

_KIB_IN_MIB = 1024
_RESERVED_SHARE = 0.0155  # of installed memory that the kernel keeps out of MemTotal on such machines

File = Callable[[Machine], str]
_FILES: dict[str, File] = {
    "/proc/cpuinfo": lambda m: cpuinfo(m.profile.cpu),
    "/proc/uptime": lambda m: f"{m.uptime_s:.2f} {m.uptime_s * m.profile.cpus * 0.98:.2f}\n",
    "/proc/loadavg": lambda m: f"{between(0.1, 0.9, m.serial, 'load', m.sample):.2f} 0.21 0.18 1/2214 48211\n",
    "/proc/version": lambda m: f"Linux version {m.profile.kernel_release} (buildd@lab) #132-Ubuntu SMP\n",
    "/proc/cmdline": lambda m: f"BOOT_IMAGE=/boot/vmlinuz-{m.profile.kernel_release} root=/dev/md0 ro iommu=pt\n",
    "/proc/sys/kernel/random/boot_id": lambda m: f"{m.boot_id}\n",
    "/proc/sys/kernel/hostname": lambda m: f"{m.name}\n",
    "/proc/sys/kernel/osrelease": lambda m: f"{m.profile.kernel_release}\n",
    "/etc/hostname": lambda m: f"{m.name}\n",
    "/etc/machine-id": lambda m: m.system.uuid.replace("-", "") + "\n",
    "/sys/class/dmi/id/product_name": lambda m: f"{m.system.product}\n",
    "/sys/class/dmi/id/product_serial": lambda m: f"{m.system.serial}\n",
    "/sys/class/dmi/id/sys_vendor": lambda m: f"{m.system.manufacturer}\n",
    "/sys/class/dmi/id/board_serial": lambda m: f"{m.system.board_serial}\n",
    "/sys/class/dmi/id/bios_version": lambda m: f"{m.system.bios_version}\n",
}
FABRIC_LOG = "/var/log/fabricmanager.log"
ROOT_ONLY = {"/sys/class/dmi/id/product_serial", "/sys/class/dmi/id/board_serial"}
_NIC_FILES: dict[str, Callable[[Nic], str]] = {
    "address": lambda nic: f"{nic.mac}\n",
    "operstate": lambda nic: "up\n" if nic.up else "down\n",
    "carrier": lambda nic: "1\n" if nic.up else "0\n",
    "speed": lambda nic: f"{nic.speed_mbps if nic.up else -1}\n",
    "duplex": lambda nic: f"{nic.duplex.lower() if nic.up else 'unknown'}\n",
    "mtu": lambda nic: "9000\n" if nic.index > 1 else "1500\n",
    "carrier_changes": lambda nic: f"{2 + 2 * nic.link_downs}\n",
    "statistics/rx_errors": lambda nic: f"{nic.rx_crc_errors}\n",
    "statistics/rx_crc_errors": lambda nic: f"{nic.rx_crc_errors}\n",
    "statistics/tx_errors": lambda nic: "0\n",
}


def paths(machine: Machine) -> list[str]:
    """Every file there is, for patterns."""
    ports = [f"/sys/class/net/{nic.name}/{leaf}" for nic in machine.nics if nic.present for leaf in _NIC_FILES]
    drives = [f"/sys/block/{disk.name.removeprefix('/dev/')}/size" for disk in machine.disks if disk.present]
    return sorted([*_FILES, *ports, *drives])


def read(machine: Machine, path: str) -> str | None:
    """A file's text, or None where there is no such file."""
    if path == FABRIC_LOG and machine.profile.vendor == "nvidia":
        return _fabric_log(machine)
    if path in _FILES:
        return _FILES[path](machine)
    if path.startswith("/sys/class/net/"):
        name, _, leaf = path.removeprefix("/sys/class/net/").partition("/")
        nic = next((nic for nic in machine.nics if nic.present and nic.name == name), None)
        return _NIC_FILES[leaf](nic) if nic is not None and leaf in _NIC_FILES else None
    if path.startswith("/sys/block/") and path.endswith("/size"):
        name = path.split("/")[3]
        disk = next((disk for disk in machine.disks if disk.present and disk.name == f"/dev/{name}"), None)
        return f"{disk.profile.size_b // 512}\n" if disk is not None else None
    return None


def meminfo(machine: Machine) -> str:
    """``/proc/meminfo``: MemTotal is a little less than what is installed."""
    total = round(machine.memory_mib * _KIB_IN_MIB * (1 - _RESERVED_SHARE))
    free = round(total * between(0.955, 0.965, machine.serial, "free", machine.sample))
    rows = (
        ("MemTotal", total),
        ("MemFree", free),
        ("MemAvailable", free + total // 100),
        ("Buffers", 1_204_884),
        ("Cached", 18_775_212),
        ("SwapCached", 0),
        ("Active", 8_871_004),
        ("Inactive", 14_113_560),
        ("Unevictable", 30_772),
        ("Mlocked", 27_700),
        ("SwapTotal", 8_388_604),
        ("SwapFree", 8_388_604),
        ("Dirty", 312),
        ("Writeback", 0),
        ("AnonPages", 3_011_940),
        ("Mapped", 901_224),
        ("Shmem", 24_980),
        ("Slab", 6_233_168),
        ("CommitLimit", total // 2 + 8_388_604),
        ("Committed_AS", 11_443_020),
        ("VmallocTotal", 34_359_738_367),
        ("HardwareCorrupted", 0),
    )
    lines = "".join(f"{key + ':':<16}{value:>11} kB\n" for key, value in rows)
    return lines + "HugePages_Total:       0\nHugePages_Free:        0\nHugepagesize:       2048 kB\n"


def os_release(machine: Machine) -> str:
    """``/etc/os-release``."""
    version = machine.profile.os_name.split()[1]
    return (
        f'PRETTY_NAME="{machine.profile.os_name}"\nNAME="Ubuntu"\nVERSION_ID="{version[:5]}"\n'
        f'VERSION="{version} LTS (Jammy Jellyfish)"\nVERSION_CODENAME=jammy\nID=ubuntu\nID_LIKE=debian\n'
    )


def _fabric_log(machine: Machine) -> str:
    """The fabric manager's start after boot, and what it recorded since."""
    start = f"Fabric Manager version {machine.profile.accelerator.driver} is running with the following configuration options"  # noqa: E501 -- one line of the log
    records = [
        (machine.boot.at_s + 21, "INFO", f"{start}\n[Fabric Mode: 0]\nLOG_LEVEL=4"),
        (
            machine.boot.at_s + 44,
            "INFO",
            "Successfully configured all the available NVSwitches to route GPU NVLink traffic.",
        ),
    ]
    records += [(at_s, "ERROR", text) for at_s, text in machine.fabric_log]
    return "".join(f"[{moment(at_s):%b %d %Y %H:%M:%S}] [{level}] [tid 1847] {text}\n" for at_s, level, text in records)


_FILES["/proc/meminfo"] = meminfo
_FILES["/etc/os-release"] = os_release
