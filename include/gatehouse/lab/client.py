"""Talk to a running lab through its control socket."""

import json
import socket
import time
from pathlib import Path
from typing import Any

from gatehouse.lab.state import StateFolder
from gatehouse.model.errors import RefusedError, UnreachableError

_ANSWER_S = 10.0
_ASK_AGAIN_S = 0.05


class LabClient:
    """One state folder's lab. Each call is a connection of its own."""

    def __init__(self, state: Path) -> None:
        self._folder = StateFolder(state)

    def _ask(self, asked: dict[str, Any]) -> dict[str, Any]:
        """Ask, and wait for the answer.

        Raises:
            UnreachableError: no lab runs in the folder.
            RefusedError: the lab says no; the text is its own.
        """
        path = self._folder.read_lab().get("socket")
        if not path:
            raise UnreachableError(f"no lab runs in {self._folder.path}")
        try:
            with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as line:
                line.settimeout(_ANSWER_S)
                line.connect(path)
                line.sendall(json.dumps(asked).encode() + b"\n")
                answer = json.loads(line.makefile("rb").readline() or b"{}")
        except (OSError, ValueError) as error:
            raise UnreachableError(f"the lab in {self._folder.path} does not answer: {error}") from error
        if not isinstance(answer, dict) or not answer.pop("ok", False):
            raise RefusedError(str(answer.get("error", "the lab gave no answer")))
        return answer

    def status(self) -> dict[str, Any]:
        """How the lab stands."""
        return self._ask({"do": "status"})

    def hosts_and_faults(self) -> dict[str, Any]:
        """Its hosts, and the faults that are on them now."""
        return self._ask({"do": "list"})

    def inject(self, fault: dict[str, Any]) -> list[str]:
        """Place a fault, in the form of a scenario's entry; the hosts it is on."""
        return [str(name) for name in self._ask({"do": "inject", "fault": fault})["hosts"]]

    def repair(self, host: str, fault: str = "") -> list[str]:
        """End a fault of a host, or all of them; the ids of those that were ended."""
        return [str(name) for name in self._ask({"do": "repair", "host": host, "fault": fault})["ended"]]

    def reboot(self, host: str) -> list[str]:
        """Boot a host again; the ids of the faults that this ended."""
        return [str(name) for name in self._ask({"do": "reboot", "host": host})["ended"]]

    def kill_jobs(self, host: str) -> list[str]:
        """Kill the jobs that run on a host; their names."""
        return [str(name) for name in self._ask({"do": "kill_jobs", "host": host})["ended"]]

    def stop(self) -> None:
        """Ask the lab to end, and wait until its folder is free."""
        self._ask({"do": "stop"})
        deadline = time.monotonic() + _ANSWER_S
        while self._folder.lab_file.exists() and time.monotonic() < deadline:
            time.sleep(_ASK_AGAIN_S)

    def ready(self) -> bool:
        """Whether a lab answers in this folder."""
        try:
            self.status()
        except (UnreachableError, RefusedError):
            return False
        return True

    def wait_until_ready(self, within_s: float) -> dict[str, Any]:
        """Wait for a lab that is being started; its status.

        Raises:
            UnreachableError: none answered within that time.
        """
        deadline = time.monotonic() + within_s
        while not self.ready():
            if time.monotonic() > deadline:
                raise UnreachableError(f"the lab in {self._folder.path} did not answer within {within_s:g} s")
            time.sleep(_ASK_AGAIN_S)
        return self.status()
