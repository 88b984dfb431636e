"""A real OpenSSH server on loopback, for the tests that want the real thing."""

import contextlib
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from getpass import getuser
from pathlib import Path

from gatehouse.model.hosts import Endpoint, Login

SSHD = shutil.which("sshd", path="/usr/sbin:/usr/bin:/sbin:/usr/local/sbin")
KEYGEN = shutil.which("ssh-keygen")


@dataclass(frozen=True, slots=True)
class OpenSsh:
    """A running server, who may log in, and its own process id."""

    endpoint: Endpoint
    login: Login
    pid: int


def free_port() -> int:
    """A port on loopback that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextlib.contextmanager
def running_sshd(prefix: tuple[str, ...] = (), environment: str = "") -> Iterator[OpenSsh]:
    """An sshd with fresh keys on a free port of 127.0.0.1.

    ``prefix`` is what runs it, such as ``unshare``; ``environment`` a ``NAME=value`` that its sessions get.
    """
    assert SSHD and KEYGEN
    folder = Path(tempfile.mkdtemp(prefix="gatehouse-sshd-"))
    folder.chmod(0o711)  # a user without root must find its public key
    for name in ("host", "user"):
        subprocess.run([KEYGEN, "-q", "-t", "ed25519", "-N", "", "-f", str(folder / name)], check=True)
    Path("/run/sshd").mkdir(exist_ok=True)  # its privilege separation folder; only root needs it
    port = free_port()
    options = [
        "ListenAddress=127.0.0.1", f"Port={port}", "PidFile=none", "StrictModes=no", "UsePAM=no",
        f"AuthorizedKeysFile={folder / 'user.pub'}", "PasswordAuthentication=no", "MaxStartups=200",
        *([f"SetEnv={environment}"] if environment else []),
    ]  # fmt: skip
    arguments = [word for option in options for word in ("-o", option)]
    log = (folder / "log").open("wb")
    server = subprocess.Popen(
        [*prefix, SSHD, "-D", "-e", "-f", "/dev/null", "-h", str(folder / "host"), *arguments], stderr=log, stdout=log
    )
    try:
        _wait_for(port, server)
        host_key = " ".join((folder / "host.pub").read_text().split()[:2])
        yield OpenSsh(
            Endpoint("127.0.0.1", port, host_key), Login(getuser(), (folder / "user").read_text()), server.pid
        )
    finally:
        server.kill()
        server.wait()
        log.close()
        shutil.rmtree(folder, ignore_errors=True)


def _wait_for(port: int, server: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline and server.poll() is None:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=0.2):
            return
        time.sleep(0.05)
    raise AssertionError("sshd did not start")
