"""``python -m gatehouse.lab``: up, stop, status, list, inject, repair, reboot, kill-jobs, scenarios, faults."""

import argparse
import json
import os
import sys
from pathlib import Path
from typing import Any

from gatehouse.lab.client import LabClient
from gatehouse.lab.faults.registry import all_faults
from gatehouse.lab.lab import DEFAULT_PORT, Lab
from gatehouse.lab.plan import THIS_MACHINE, FleetPlan
from gatehouse.lab.running import run_in_foreground, start_in_background
from gatehouse.lab.scenario import Scenario, load_scenario, scenario_names, scenario_path
from gatehouse.lab.tools.clock import DEFAULT_TIME_SCALE
from gatehouse.model.errors import GatehouseError

_DEFAULT_HOSTS = 60
USER_KEY_VARIABLE = "GATEHOUSE_LAB_KEY"


def _user_key() -> Path | None:
    """The key that the environment names."""
    return Path(os.environ[USER_KEY_VARIABLE]) if os.environ.get(USER_KEY_VARIABLE) else None


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m gatehouse.lab", description="A simulated fleet over real SSH.")
    verbs = parser.add_subparsers(dest="verb", required=True)
    up = verbs.add_parser("up", help="start a lab")
    up.add_argument("--fleet", action="append", default=[], metavar="SKU:BUILD:COUNT", help="may be given again")
    up.add_argument("--hosts", type=int, help=f"a mixed fleet of that size (default {_DEFAULT_HOSTS})")
    up.add_argument("--this-machine", action="store_true", help="add this machine itself as a host")
    up.add_argument("--scenario", help="a file, or the name of one that comes with the lab")
    up.add_argument("--port", type=int, default=DEFAULT_PORT, help=f"of every host (default {DEFAULT_PORT}; 0: any)")
    up.add_argument("--time-scale", type=float, default=DEFAULT_TIME_SCALE, help="real seconds for a simulated one")
    up.add_argument(
        "--user-key", type=Path, help=f"private key that hosts let in (default ${USER_KEY_VARIABLE}, or a new one)"
    )
    up.add_argument("--fresh", action="store_true", help="forget what was injected, repaired and rebooted before")
    up.add_argument("--foreground", action="store_true", help="stay until stopped")
    for name, text in (("stop", "end a lab"), ("status", "how it stands"), ("list", "hosts and faults")):
        verbs.add_parser(name, help=text)
    inject = verbs.add_parser("inject", help="place a fault")
    inject.add_argument("fault", help="a scenario's entry as JSON, or the name of a fault")
    inject.add_argument("--host")
    inject.add_argument("--part", default="")
    repair = verbs.add_parser("repair", help="end a fault")
    repair.add_argument("host")
    repair.add_argument("fault", nargs="?", default="")
    verbs.add_parser("reboot", help="boot a host again").add_argument("host")
    verbs.add_parser("kill-jobs", help="kill what runs detached on a host").add_argument("host")
    for verb in verbs.choices.values():
        verb.add_argument("--state", type=Path, default=Path(".gatehouse/lab"), help="the lab's folder")
    verbs.add_parser("scenarios", help="those that come with the lab")
    verbs.add_parser("faults", help="every named fault")
    return parser


def _plan(asked: argparse.Namespace) -> FleetPlan:
    if asked.fleet:
        return FleetPlan.parse([*asked.fleet, *([THIS_MACHINE] if asked.this_machine else [])])
    return FleetPlan.of_size(asked.hosts or _DEFAULT_HOSTS, asked.this_machine)


def _up(asked: argparse.Namespace, words: list[str]) -> None:
    scenario = load_scenario(scenario_path(asked.scenario)) if asked.scenario else Scenario()
    if asked.foreground:
        run_in_foreground(
            Lab(
                _plan(asked),
                scenario,
                asked.state,
                port=asked.port,
                time_scale=asked.time_scale,
                fresh=asked.fresh,
                user_key=asked.user_key or _user_key(),
            )
        )
    else:
        _show(start_in_background(asked.state, words))


def _show(value: Any) -> None:
    sys.stdout.write(json.dumps(value, indent=1) + "\n")


def _without_state(words: list[str]) -> list[str]:
    """The arguments of ``up`` for the background process, which gets the folder as a path of its own."""
    kept, words = [], words[1:]
    while words:
        word = words.pop(0)
        if word == "--state":
            words.pop(0)
        elif not word.startswith("--state="):
            kept.append(word)
    return kept


def _ask(asked: argparse.Namespace) -> None:
    client = LabClient(asked.state)
    if asked.verb == "stop":
        client.stop()
    elif asked.verb == "inject":
        fault = json.loads(asked.fault) if asked.fault.startswith("{") else {"fault": asked.fault, "part": asked.part}
        fault.setdefault("id", fault.get("fault") or "injected")
        _show(client.inject(fault | ({"host": asked.host} if asked.host else {})))
    elif asked.verb == "repair":
        _show(client.repair(asked.host, asked.fault))
    elif asked.verb == "reboot":
        _show(client.reboot(asked.host))
    elif asked.verb == "kill-jobs":
        _show(client.kill_jobs(asked.host))
    else:
        _show(client.status() if asked.verb == "status" else client.hosts_and_faults())


def main(words: list[str]) -> int:
    """Do one verb. 0 done, 2 refused or wrong."""
    asked = _parser().parse_args(words)
    try:
        if asked.verb == "up":
            _up(asked, _without_state(words))
        elif asked.verb == "scenarios":
            sys.stdout.write("".join(f"{name}\n" for name in scenario_names()))
        elif asked.verb == "faults":
            for kind in sorted(all_faults().values(), key=lambda one: (one.component, one.name)):
                sys.stdout.write(f"{kind.name:<26} {kind.component:<20} {kind.mechanism:<24} {kind.title}\n")
        else:
            _ask(asked)
    except (GatehouseError, json.JSONDecodeError) as error:
        sys.stderr.write(f"{error}\n")
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
