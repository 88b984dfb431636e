"""The lab's folder: keys, what is running, what was injected and repaired, and the inventory it offers."""

import fcntl
import hashlib
import json
import os
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

from gatehouse.lab.machine.machine import Boot
from gatehouse.lab.scenario import FaultSpec, parse_fault
from gatehouse.model.errors import RefusedError
from gatehouse.model.hosts import Host

_LONGEST_SOCKET_PATH = 100  # the kernel takes 108 bytes, macOS 104
CONNECTION = "gatehouse_lab"
BMC_CONNECTION = "gatehouse_lab_bmc"
SITE = "lab"


@dataclass
class LabMemory:
    """What outlives a restart. ``first_started_s`` fixes how long hosts had been up when the lab was first started."""

    first_started_s: float
    injected: list[FaultSpec] = field(default_factory=list)
    cleared: set[tuple[str, str]] = field(default_factory=set)
    boots: dict[str, Boot] = field(default_factory=dict)
    jobs: dict[str, list[dict[str, Any]]] = field(default_factory=dict)


class StateFolder:
    """Files of one lab. Written whole or not at all."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.path.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._lock: IO[str] | None = None

    @property
    def lab_file(self) -> Path:
        """Who runs the lab, since when, and where its control socket is."""
        return self.path / "lab.json"

    @property
    def inventory_file(self) -> Path:
        """The site file for the catalogue."""
        return self.path / "catalog" / "sites" / f"{SITE}.yaml"

    @property
    def _memory_file(self) -> Path:
        return self.path / "memory.json"

    def socket_path(self) -> Path:
        """Of the control socket: in the folder, or in the temporary folder where that name would be too long."""
        here = self.path.resolve() / "control.sock"
        if len(os.fsencode(here)) <= _LONGEST_SOCKET_PATH:
            return here
        digest = hashlib.blake2b(os.fsencode(here), digest_size=8).hexdigest()
        return Path(tempfile.gettempdir()) / f"gatehouse-lab-{digest}.sock"

    def take(self) -> None:
        """Take the folder for this process; a lab that died leaves no trace of having it.

        Raises:
            RefusedError: another lab runs in it.
        """
        lock = (self.path / "lab.lock").open("a", encoding="ascii")
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            lock.close()
            pid = self.read_lab().get("pid", "unknown")
            raise RefusedError(f"a lab runs in {self.path} already (pid {pid}): stop it first") from error
        self._lock = lock
        self.socket_path().unlink(missing_ok=True)

    def release(self) -> None:
        """Give the folder back."""
        self.socket_path().unlink(missing_ok=True)
        self.lab_file.unlink(missing_ok=True)
        if self._lock is not None:
            self._lock.close()
            self._lock = None

    def read_lab(self) -> dict[str, Any]:
        """``lab.json``, or nothing."""
        try:
            value = json.loads(self.lab_file.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return {}
        return value if isinstance(value, dict) else {}

    def write_lab(self, value: dict[str, Any]) -> None:
        """Write ``lab.json``."""
        self._write(self.lab_file, json.dumps(value, indent=1) + "\n")

    def read_memory(self, now_s: float) -> LabMemory:
        """What an earlier lab in this folder left, or a fresh start."""
        try:
            value = json.loads(self._memory_file.read_text(encoding="utf-8"))
        except FileNotFoundError:
            return LabMemory(now_s)
        return LabMemory(
            first_started_s=float(value["first_started_s"]),
            injected=[parse_fault(one, str(self._memory_file)) for one in value["injected"]],
            cleared={(fault, host) for fault, host in value["cleared"]},
            boots={host: Boot(int(count), float(at_s)) for host, (count, at_s) in value["boots"].items()},
            jobs=value.get("jobs", {}),
        )

    def write_memory(self, memory: LabMemory) -> None:
        """Keep it for the next start."""
        value = {
            "first_started_s": memory.first_started_s,
            "injected": [one.model_dump(mode="json", by_alias=True, exclude_defaults=True) for one in memory.injected],
            "cleared": sorted(memory.cleared),
            "boots": {host: [boot.count, boot.at_s] for host, boot in memory.boots.items()},
            "jobs": memory.jobs,
        }
        self._write(self._memory_file, json.dumps(value, indent=1) + "\n")

    def forget(self) -> None:
        """Start again with what the scenario says: injections, repairs and reboots are gone, keys stay."""
        self._memory_file.unlink(missing_ok=True)

    def write_inventory(self, hosts: Iterable[Host]) -> None:
        """Write the site file: one line a host."""
        lines = [
            "# Written by the lab at each start.\n",
            "title: Simulated lab\n",
            "hosts:\n",
            *(f"  - {{{', '.join(f'{key}: {json.dumps(value)}' for key, value in _entry(host))}}}\n" for host in hosts),
        ]
        self.inventory_file.parent.mkdir(parents=True, exist_ok=True)
        self._write(self.inventory_file, "".join(lines))

    def _write(self, path: Path, text: str) -> None:
        part = path.with_suffix(path.suffix + ".part")
        part.write_text(text, encoding="utf-8")
        part.replace(path)


def _entry(host: Host) -> list[tuple[str, str | int | dict[str, str | int]]]:
    entry: list[tuple[str, str | int | dict[str, str | int]]] = [
        ("name", host.name),
        ("serial", host.serial),
        ("sku", host.sku),
        ("program", host.program),
        ("build", host.build),
        ("address", host.endpoint.address),
        ("port", host.endpoint.port),
        ("host_key", host.endpoint.host_key),
        ("connection", host.connection),
    ]
    if host.bmc is not None:
        certificate = f"sha256:{host.bmc.certificate}"
        bmc: dict[str, str | int] = {"address": host.bmc.address, "port": host.bmc.port, "certificate": certificate}
        entry.append(("bmc", bmc | {"connection": host.bmc.connection}))
    return entry
