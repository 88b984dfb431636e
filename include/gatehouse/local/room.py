"""Whether this machine can take a stack: asked before anything starts, answered in one line."""

import contextlib
import shutil
import socket
from pathlib import Path

import psutil

from gatehouse.local.errors import NoRoomError, PortBusyError
from gatehouse.local.home import Home

NEEDED_DISK_MB = 2000
NEEDED_MEMORY_MB = 1200  # measured: 1.1 GB at parallelism 8
_CGROUP = Path("/sys/fs/cgroup")


def check_disk(home: Home) -> None:
    """Refuse to fill the disk.

    Raises:
        NoRoomError: less than 2 GB are free where the home or PostgreSQL's data lie.
    """
    for folder in dict.fromkeys((home.root, home.state)):
        free_mb = shutil.disk_usage(_existing(folder)).free // 10**6
        if free_mb < NEEDED_DISK_MB:
            raise NoRoomError(
                f"{folder} has {free_mb} MB free and the stack needs {NEEDED_DISK_MB} MB: "
                "make room, or set GATEHOUSE_HOME to a folder on another disk"
            )


def check_memory() -> None:
    """Refuse to start what the kernel would have to kill.

    Raises:
        NoRoomError: less than 1.2 GB are available, to the machine or to this container.
    """
    free_mb = min(psutil.virtual_memory().available, _container_bytes()) // 10**6
    if free_mb < NEEDED_MEMORY_MB:
        raise NoRoomError(
            f"{free_mb} MB of memory are available and the stack needs {NEEDED_MEMORY_MB} MB: end something"
        )


def check_port(port: int) -> None:
    """Refuse a port that somebody else listens on.

    Raises:
        PortBusyError: it is taken; the text names the program where we may know it.
    """
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            holder = listener(port)
            why = f"is taken by {holder}: stop it" if holder else f"cannot be used ({error.strerror}): free it"
            other = port + 10 if port + 10 < 2**16 else port - 10
            raise PortBusyError(f"port {port} {why}, or choose another, like PORT={other} make demo") from error


def listener(port: int) -> str:
    """Who listens on a port, as ``name (pid 123)``; empty where we may not know."""
    with contextlib.suppress(psutil.Error, OSError):
        for connection in psutil.net_connections("tcp"):
            if connection.status == psutil.CONN_LISTEN and connection.laddr[1:2] == (port,) and connection.pid:
                return f"{psutil.Process(connection.pid).name()} (pid {connection.pid})"
    return ""


def _existing(folder: Path) -> Path:
    return next(place for place in (folder, *folder.parents) if place.exists())


def _container_bytes() -> int:
    """Bytes left below a container's memory limit (control groups v2); without one, more than any machine has."""
    try:
        limit, used = (int((_CGROUP / name).read_text()) for name in ("memory.max", "memory.current"))
        stat = dict(line.split() for line in (_CGROUP / "memory.stat").read_text().splitlines())
        return limit - used + int(stat["inactive_file"])
    except (OSError, ValueError, KeyError):
        return 1 << 62
