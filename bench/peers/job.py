"""What a contender is asked to do, as a file. Standard library only: each peer runs in an environment of its own.

A contender is ``python NAME.py JOB.json``: it visits every target, runs the target's commands and prints one JSON
object, ``{"hosts": visited, "commands": commands that came back with an exit code}``.
"""

import json
import shlex
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Target:
    """One visit: a name, where sshd answers, and the commands as words."""

    name: str
    address: str
    port: int
    commands: tuple[tuple[str, ...], ...]

    @property
    def lines(self):
        """The commands as shell lines."""
        return [shlex.join(words) for words in self.commands]

    @property
    def bundle(self):
        """All commands as one script for ``sh -c``; a line ``@@ CODE`` follows each."""
        return "\n".join(f'{line}; echo "@@ $?"' for line in self.lines)


@dataclass(frozen=True)
class Job:
    """The targets, who we are, how many at once, and the limits in seconds (0: none set)."""

    targets: tuple[Target, ...]
    user: str
    key: str  # file of the private key
    host_key: str  # "ssh-ed25519 AAAA…", of every target
    known_hosts: str  # the same as a file
    ssh_config: str  # the same for OpenSSH's client: one entry a target's name
    folder: str
    at_once: int
    connect_s: float
    command_s: float

    @property
    def key_text(self):
        """The private key itself."""
        return Path(self.key).read_text()


def load():
    """The job that the command line names."""
    said = json.loads(Path(sys.argv[1]).read_text())
    targets = tuple(
        Target(t["name"], t["address"], t["port"], tuple(tuple(c) for c in t["commands"])) for t in said.pop("targets")
    )
    return Job(targets=targets, **said)


def codes_in(output):
    """How many commands of a bundle came back with an exit code."""
    return sum(line.startswith("@@ ") for line in output.splitlines())


def done(hosts, commands):
    """Say what was reached; the last line that a contender prints."""
    print(json.dumps({"hosts": hosts, "commands": commands}))


def in_threads(job, visit):
    """Run ``visit(target) -> commands answered`` for every target, ``at_once`` at a time; failures count nothing."""

    def one(target):
        try:
            return visit(target)
        except Exception as error:  # noqa: BLE001 -- whatever a peer raises for a bad host: it is not reached
            print(f"{target.name}: {type(error).__name__}: {error}", file=sys.stderr)
            return 0

    with ThreadPoolExecutor(job.at_once) as pool:
        answered = list(pool.map(one, job.targets))
    done(sum(count > 0 for count in answered), sum(answered))
