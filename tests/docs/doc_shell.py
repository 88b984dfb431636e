"""Types a page's commands into one bash session, as its reader would, and holds what happens against the page."""

import os
import queue
import re
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from doc_pages import DocCommand, DocFile, Step

from gatehouse.local.home import CHECKOUT

LIMIT_S = 180.0
LAB_PORT = "2222"  # what the pages say; the tests take a free one, lest they meet a lab that runs
_IN_CHECKOUT = (".venv", "Makefile", "include", "dags", "plugins")
_SCANNED = "AAAA…"  # where the reader puts the key that the scan has shown
_TOOLS = {"lscpu", "python3", "ssh-keygen", "ssh-keyscan"}
_FOREIGN = ("AIRFLOW", "GATEHOUSE", "PYTHON", "VIRTUAL_ENV", "MAKE", "MFLAGS", "PORT", "EXIT")


@dataclass(frozen=True, slots=True)
class Said:
    """What a command printed on both streams, and its exit code."""

    output: str
    exit_code: int


class DocShell:
    """A bash that a page's reader could sit at: in something like the checkout, with a home folder of its own."""

    def __init__(self, folder: Path, env: Mapping[str, str]) -> None:
        checkout = folder / "checkout"
        checkout.mkdir(parents=True)
        for name in _IN_CHECKOUT:
            (checkout / name).symlink_to(CHECKOUT / name)
        self.lab_port = free_port()
        self._nonce = secrets.token_hex(8)
        self._lines: queue.Queue[str | None] = queue.Queue()
        self._bash = subprocess.Popen(
            ["bash", "--noprofile", "--norc"],
            cwd=checkout,
            env=_environment(folder, env),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        threading.Thread(target=self._read, daemon=True).start()
        self.run("set -o pipefail")

    def _read(self) -> None:
        assert self._bash.stdout
        for line in self._bash.stdout:
            self._lines.put(line)
        self._lines.put(None)

    def run(self, command: str, limit_s: float = LIMIT_S) -> Said:
        """Type a command and wait for its end."""
        assert self._bash.stdin
        typed = command.replace(LAB_PORT, self.lab_port)
        self._bash.stdin.write(f"{{ {typed}\n}} </dev/null; printf '\\n%s %d\\n' {self._nonce} $?\n")
        self._bash.stdin.flush()
        said: list[str] = []
        while True:
            try:
                line = self._lines.get(timeout=limit_s)
            except queue.Empty:
                raise AssertionError(f"no end within {limit_s:g} s: {command}\n{''.join(said)}") from None
            assert line is not None, f"bash ended: {command}\n{''.join(said)}"
            if line.startswith(self._nonce):
                return Said("".join(said), int(line.split()[1]))
            said.append(line)

    def take(self, step: Step) -> None:
        """Do one step of a page, and fail where the page says otherwise."""
        if isinstance(step, DocFile):
            self._write(step)
            return
        said = self.run(step.text)
        where = f"{step.page}:{step.line}: $ {step.text}\n{said.output}"
        assert said.exit_code == step.exit_code, f"exit code {said.exit_code}, the page says {step.exit_code}: {where}"
        for shown in step.shown:
            assert is_shown(shown, said.output), f"{shown!r} is not in the output: {where}"

    def _write(self, file: DocFile) -> None:
        """Write a file as the page has it, with the host's own key where the page leaves it out."""
        text = file.text
        if _SCANNED in text:
            scan = self.run(f"ssh-keyscan -p {LAB_PORT} -t ed25519 127.20.0.1 2>/dev/null")
            text = text.replace(_SCANNED, scan.output.split()[-1])
        path = f"$HOME/{file.path}"
        assert self.run(f"cat > {path} <<'END_OF_FILE'\n{text}END_OF_FILE").exit_code == 0, path

    def close(self) -> None:
        """End the session, with whatever it left running."""
        os.killpg(self._bash.pid, signal.SIGKILL)
        self._bash.wait()


def is_shown(line: str, output: str) -> bool:
    """Whether a page's line of output stands in what came, spaces and line ends aside; ``…`` is anything."""
    pieces = [re.escape(" ".join(piece.split())) for piece in line.split("…")]
    return re.search(".{0,2000}?".join(pieces), " ".join(output.split())) is not None


def _environment(folder: Path, env: Mapping[str, str]) -> dict[str, str]:
    """The caller's, without its Airflow, its Python and its Gatehouse; as wide a terminal as tables need."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(_FOREIGN)}
    path = f"{Path(sys.executable).parent}{os.pathsep}{kept.get('PATH', os.defpath)}"
    return {**kept, "PATH": path, "HOME": str(folder), "COLUMNS": "250", "TERM": "dumb", **env}


def free_port() -> str:
    """A port of loopback that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return str(probe.getsockname()[1])


def missing_tools(texts: Iterable[str]) -> list[str]:
    """The programs of the machine that command lines need and that are not here."""
    words = {word for text in texts for word in re.split(r"[\s|]+", text)}
    return sorted(tool for tool in _TOOLS & words if not shutil.which(tool))


def typed(step: Step) -> str:
    """What a step types; a file's path where it writes one."""
    return step.text if isinstance(step, DocCommand) else step.path
