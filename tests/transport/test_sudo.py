"""The generated sudoers file against the real sudo: a user without root, over OpenSSH, in a mount namespace of its own.

Accounts and sudoers of this machine stay as they are: the server runs where others lie over them.
"""

import contextlib
import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
from openssh import KEYGEN, SSHD, OpenSsh, running_sshd

from gatehouse.model.commands import Command, Completed, Ended
from gatehouse.model.hosts import Login
from gatehouse.reports.sudoers import sudoers
from gatehouse.transport.framing import under_sudo
from gatehouse.transport.session import SessionLimits
from gatehouse.transport.ssh import run_commands

LIMIT_S = 20.0
USER, UID = "gatehouse", 64321
SUDO = shutil.which("sudo", path="/usr/bin:/usr/local/bin")
ODD = ("a,b:c=d", "back\\slash", "50%*", "[x]?", "#1", "two words", '"quoted"', "!not", "^reg$", "it's")
TOOLS = {
    "shown": 'printf "%s|" "$(id -u)" "$LC_ALL" "$@"',
    "plain": 'echo plain "$@"',
    "hangs": "echo begun; sleep 4567",
}


def _namespaces() -> bool:
    unshare = shutil.which("unshare")
    return bool(unshare) and subprocess.run([unshare, "-m", "true"], capture_output=True, check=False).returncode == 0


pytestmark = [
    pytest.mark.skipif(not (SSHD and KEYGEN), reason="no OpenSSH server installed: apt install openssh-server"),
    pytest.mark.skipif(not SUDO, reason="no sudo installed: apt install sudo"),
    pytest.mark.skipif(os.geteuid() != 0 or not _namespaces(), reason="needs root and mount namespaces"),
]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OpenSsh]:
    """An sshd on a machine where that user exists and may run as root what the file allows."""
    folder = tmp_path_factory.mktemp("machine")
    folder.chmod(0o755)
    tools = folder / "tools"
    tools.mkdir()
    for name, body in TOOLS.items():
        (tools / name).write_text(f"#!/bin/sh\n{body}\n")
        (tools / name).chmod(0o755)
    listed = [Command("k", argv, LIMIT_S, root=True) for argv in (("shown", *ODD), ("plain",), ("hangs", "long"))]
    listed.append(Command("k", ("hangs", "now"), 1, root=True))
    allowed = [under_sudo(command) for command in listed]
    _write(folder / "sudoers", sudoers(USER, {"p": allowed}, (str(tools), "/usr/bin", "/bin")), 0o440)
    _write(folder / "passwd", Path("/etc/passwd").read_text() + f"{USER}:x:{UID}:65534::/:/bin/sh\n", 0o644)
    _write(folder / "shadow", f"root:*:19000:0:99999:7:::\n{USER}:*:19000:0:99999:7:::\n", 0o600)
    over = " && ".join(f"mount --bind {folder / name} /etc/{name}" for name in ("sudoers", "passwd", "shadow"))
    for parent in (tools, *tools.parents):
        with contextlib.suppress(PermissionError):
            if parent.is_relative_to("/tmp") and parent != Path("/tmp"):
                parent.chmod(parent.stat().st_mode | 0o011)
    with running_sshd(
        ("unshare", "-m", "sh", "-c", f'{over} && exec "$@"', "sh"), f"PATH={tools}:/usr/bin:/bin"
    ) as ssh:
        yield OpenSsh(ssh.endpoint, Login(USER, ssh.login.private_key), ssh.pid)


def _write(path: Path, text: str, mode: int) -> None:
    path.write_text(text)
    path.chmod(mode)


def nothing_left(limit_s: float = 8.0) -> bool:
    """Whether the sleep of the tool that hangs is gone, or goes within the limit."""
    deadline = time.monotonic() + limit_s
    while any("4567" in (p.info["cmdline"] or ()) for p in psutil.process_iter(["cmdline"])):
        if time.monotonic() > deadline:
            return False
        time.sleep(0.1)
    return True


def asked(server: OpenSsh, *argv: str, limit_s: float = LIMIT_S) -> Completed:
    """One command as root."""
    return run_commands(server.endpoint, server.login, [Command("k", argv, limit_s, root=True)]).completed[0]


def test_what_is_listed_runs_as_root_in_the_plain_locale(server: OpenSsh) -> None:
    """It should get through with every odd character, as user 0, with LC_ALL=C."""
    done = asked(server, "shown", *ODD)
    assert (done.ended, done.exit_code, done.error_text) == (Ended.EXITED, 0, "")
    assert done.text.split("|")[:-1] == ["0", "C", *ODD]
    assert asked(server, "plain").text == "plain\n"


@pytest.mark.parametrize(
    "argv",
    [
        ("plain", "more"),
        ("shown",),
        ("shown", *ODD, "more"),
        ("shown", *(each.replace("50%*", "50%anything") for each in ODD)),
        ("shown", *(each.replace("[x]?", "xy") for each in ODD)),
        ("id",),
        ("timeout", "20", "id"),
        ("sh", "-c", "id"),
    ],
)
def test_whatever_is_not_listed_is_refused(server: OpenSsh, argv: tuple[str, ...]) -> None:
    """It should not widen: no more arguments, no fewer, no wildcard, no other tool."""
    done = asked(server, *argv)
    assert done.exit_code == 1
    assert "sudo:" in done.error_text
    assert not done.stdout


def test_another_limit_is_another_command(server: OpenSsh) -> None:
    """It should refuse what is listed under another limit: the file holds what the plan asks."""
    assert "sudo:" in asked(server, "plain", limit_s=19).error_text


def test_without_root_it_is_the_user(server: OpenSsh) -> None:
    """It should prove that the user is not root by itself."""
    done = run_commands(server.endpoint, server.login, [Command("k", ("id", "-u"))]).completed[0]
    assert done.text == f"{UID}\n"


def test_a_root_command_that_hangs_is_ended_at_its_limit(server: OpenSsh) -> None:
    """It should not outlive its limit: the user must be able to end what sudo started."""
    done = asked(server, "hangs", "now", limit_s=1)
    assert done.ended is Ended.TIMED_OUT
    assert (done.duration_s or 99) < 8
    assert nothing_left()


def test_a_connection_that_ends_leaves_no_root_process(server: OpenSsh) -> None:
    """It should end what runs as root too when we go away."""
    command = Command("k", ("hangs", "long"), LIMIT_S, root=True)
    session = run_commands(server.endpoint, server.login, [command], SessionLimits(total_s=1.5))
    assert session.completed[0].ended is Ended.CUT
    assert nothing_left()
