"""What the machine that the lab runs on is made of, read from /proc and /sys without root."""

import hashlib
import os
import platform
from dataclasses import dataclass
from pathlib import Path

_VIRTUAL_DISKS = ("loop", "ram", "zram", "dm-", "md", "sr", "fd", "nbd")
_UNSET = {"", "none", "not specified", "to be filled by o.e.m.", "default string", "0", "system serial number"}


@dataclass(frozen=True, slots=True)
class ThisMachine:
    """A real machine as the inventory and its SKU need it. ``serial`` is its own, or follows from its machine id."""

    serial: str
    model: str
    cpu_model: str
    cpus: int
    memory_mib: int
    disks: tuple[str, ...]
    nics: tuple[str, ...]


def discover(root: Path = Path("/")) -> ThisMachine:
    """Look at the machine; ``root`` is where its /proc, /sys and /etc are."""
    return ThisMachine(
        serial=_serial(root),
        model=_text(root / "sys/class/dmi/id/product_name") or platform.machine(),
        cpu_model=_cpu_model(root),
        cpus=os.cpu_count() or 1,
        memory_mib=_memory_mib(root),
        disks=_disks(root),
        nics=_nics(root),
    )


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8", errors="replace").strip()
    except OSError:
        return ""


def _serial(root: Path) -> str:
    """SMBIOS's serial number; without it a short hash of the machine id, which itself is better kept private."""
    serial = _text(root / "sys/class/dmi/id/product_serial")
    if serial.lower() not in _UNSET:
        return serial
    identity = _text(root / "etc/machine-id") or platform.node()
    return "THIS-" + hashlib.blake2b(identity.encode(), digest_size=5).hexdigest().upper()


def _cpu_model(root: Path) -> str:
    for line in _text(root / "proc/cpuinfo").splitlines():
        key, _, value = line.partition(":")
        if key.strip() == "model name":
            return value.strip()
    return platform.processor() or platform.machine()


def _memory_mib(root: Path) -> int:
    for line in _text(root / "proc/meminfo").splitlines():
        if line.startswith("MemTotal:"):
            return int(line.split()[1]) // 1024
    return 0


def _disks(root: Path) -> tuple[str, ...]:
    """Block devices with a device behind them: no loops, RAM disks or mapped ones."""
    block = root / "sys/block"
    if not block.is_dir():
        return ()
    names = [one.name for one in block.iterdir() if not one.name.startswith(_VIRTUAL_DISKS)]
    return tuple(f"/dev/{name}" for name in sorted(names) if (block / name / "device").exists())


def _nics(root: Path) -> tuple[str, ...]:
    """Interfaces with hardware behind them, and virtual ones that have a link; never the loopback."""
    net = root / "sys/class/net"
    if not net.is_dir():
        return ()
    return tuple(
        sorted(
            one.name
            for one in net.iterdir()
            if one.name != "lo" and ((one / "device").exists() or _text(one / "carrier") == "1")
        )
    )
