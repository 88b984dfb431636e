"""``make bench``: every benchmark side by side in one run, as ratios; writes docs/benchmarks.md.

Timings of one machine are noisy: compare within a table, never between two runs. CPU seconds say more than wall.
``--only few`` (or ``many``, ``failures``, ``airflow``, ``gates``, ``policies``) runs one part and leaves the others.
"""

import argparse
import os
import platform
import re
import shutil
import sys
from datetime import UTC, datetime
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent / "tests"))  # the OpenSSH server of the tests

import airflow_round
import fleet_table
import gates
import transport

RESULTS = Path(__file__).parents[1] / "docs" / "benchmarks.md"
PARTS = ("few", "many", "failures", "airflow", "gates", "policies")
_PART = re.compile(r"<!-- part (\w+) -->\n(.*?)(?=<!-- part |\Z)", re.DOTALL)


def main() -> None:
    """Run what was asked for and write the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", choices=PARTS, action="append", help="only this part (may be given again)")
    parser.add_argument("--few", type=int, default=200, help="healthy hosts that every contender visits (200)")
    parser.add_argument("--many", type=int, default=1000, help="healthy hosts that the quick contenders visit (1000)")
    parser.add_argument("--bad-hosts", type=int, default=100, help="hosts of the table with bad ones (100)")
    parser.add_argument("--at-once", type=int, default=32, help="visits at once (32)")
    parser.add_argument("--round-hosts", type=int, default=200, help="hosts of the round in Airflow (200)")
    parser.add_argument("--peer-hosts", type=int, default=20, help="hosts that its peer is really run on (20)")
    parser.add_argument("--units", type=int, default=1000, help="units of the gate (1000)")
    parser.add_argument("--gate-runs", type=int, default=9, help="how often each of its commands is timed (9)")
    parser.add_argument("--nodes", type=int, default=1000, help="servers of the simulated fleets (1000)")
    parser.add_argument("--days", type=int, default=120, help="days that they are simulated for (120)")
    parser.add_argument("--seeds", type=int, default=5, help="fleets that each policy is tried on (5)")
    asked = parser.parse_args()
    found = dict(_PART.findall(RESULTS.read_text(encoding="utf-8"))) if RESULTS.exists() else {}
    for part in asked.only or PARTS:
        found[part] = _stamp() + _table(part, asked)
        sys.stdout.write(found[part])
        RESULTS.write_text(_page(found), encoding="utf-8")


def _table(part: str, asked: argparse.Namespace) -> str:
    match part:
        case "few" | "many":
            return transport.healthy(getattr(asked, part), _peers(), asked.at_once, quick_only=part == "many")
        case "failures":
            return transport.failures(asked.bad_hosts, _peers(), asked.at_once)
        case "airflow":
            return airflow_round.table(asked.round_hosts, asked.peer_hosts)
        case "policies":
            return fleet_table.table(asked.nodes, asked.days, asked.seeds)
        case _:
            return gates.table(asked.units, asked.gate_runs)


def _peers() -> Path:
    return transport.peers_python(shutil.which("uv", path=str(Path(sys.executable).parent)) or "uv")


def _stamp() -> str:
    load = os.getloadavg()[0]
    favoured = "" if os.sched_getscheduler(0) == os.SCHED_OTHER else ", at real-time priority"
    return (
        f"{datetime.now(UTC):%Y-%m-%d}, {platform.machine()}, {os.cpu_count()} cores, "
        f"Python {platform.python_version()}, load {load:.1f} at the start{favoured}.\n\n"
    )


def _page(parts: dict[str, str]) -> str:
    head = (Path(__file__).parent / "intro.md").read_text(encoding="utf-8")
    return "\n".join([head, *(f"<!-- part {part} -->\n{parts[part].rstrip()}\n" for part in PARTS if part in parts)])


if __name__ == "__main__":
    main()
