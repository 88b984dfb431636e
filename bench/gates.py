"""``gatehouse gate`` as a person calls it, over a store that grows: does the answer's time grow with the rounds?"""

import contextlib
import json
import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import gate_store
import psutil
import yaml

from gatehouse.catalog.loader import SHIPPED, Catalog
from gatehouse.local.postgres import Server
from gatehouse.local.postgres_cluster import PORT, SETTINGS, SUPERUSER, Cluster
from gatehouse.store.engine import migrate, open_store

PROGRAM, PHASE, DATABASE = "bench", "DVT", "gate"
ROUNDS = (5, 10, 25, 50)  # 1, 2, 5 and 10 million readings of 1,000 units
# What the shipped set does not ask, and what makes a gate look at readings.
MORE = (
    {"id": "bandwidth", "kind": "performance", "reading": "busbw_gbps", "at_least": 450.0, "source": "a benchmark"},
    {"id": "mtbf", "kind": "mtbf", "at_least_hours": 5000.0, "confidence": 0.9, "source": "a benchmark"},
)
_FILL = {"fsync": "off", "full_page_writes": "off", "max_wal_size": "4GB"}  # nothing of it must survive a power cut
_KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGJ1aWxkZXIta2V5LWZvci10ZXN0cy1vbmx5LTAwMDAw"
_PARTS = Path(__file__).with_name("gate_parts.py")


@dataclass(frozen=True, slots=True)
class Took:
    """Seconds of a command: best and median by the clock, and the least CPU of itself and of the server."""

    best_s: float
    median_s: float
    cpu_s: float
    server_cpu_s: float

    def cells(self) -> str:
        """Best, median, CPU, server's CPU."""
        return f"{self.best_s:.2f} | {self.median_s:.2f} | {self.cpu_s:.2f} | {self.server_cpu_s:.2f}"


def table(units: int, runs: int) -> str:
    """Seconds of the whole shell command by the number of rounds, and where they go."""
    with _store() as (server, folder):
        migrate(open_store(server.url(DATABASE)))
        filling = gate_store.Filling(PROGRAM, PHASE, _serials(units), Catalog((SHIPPED,)).plans["dvt"].mandatory)
        shipped, more = _catalog(folder / "shipped", units, ()), _catalog(folder / "more", units, MORE)
        lines, parts, done = [], [], 0
        for rounds in ROUNDS:
            with contextlib.closing(server.connect(DATABASE)) as connection, connection.cursor() as cursor:
                gate_store.fill(cursor, filling, range(done + 1, rounds + 1))
            done = rounds
            lines += [
                f"| {rounds} | {rounds * units * gate_store.READINGS:,} | {what} | "
                f"{_took(server, catalog, options, runs).cells()} |"
                for what, catalog, options in (
                    ("shipped DVT", shipped, ()), ("shipped DVT, `--json`", shipped, ("--json",)),
                    ("with performance and MTBF", more, ()),
                )
            ]  # fmt: skip
            parts.append(f"| {rounds} | {_by_parts(server, shipped, runs)} |")
    return _page(units, runs, lines, parts)


def _page(units: int, runs: int, lines: Sequence[str], parts: Sequence[str]) -> str:
    return "\n".join([
        f"## Gate: `gatehouse gate`, {units:,} units, {gate_store.READINGS} readings of each in a round",
        "",
        f"The whole command, process start included, {runs} times each; seconds. *CPU* is the least of the command's",
        "own and of the server's processes for it. One result in a thousand fails, three are errors, one round in ten",
        "is inadmissible.",
        "",
        "| rounds | readings | criteria | best | median | CPU | server's CPU |",
        "| ---: | ---: | --- | ---: | ---: | ---: | ---: |",
        *lines,
        "",
        "Where it goes with the shipped criteria, in milliseconds of the clock (the median of each part):",
        "",
        "| rounds | start and imports | catalogue | fetch | decide | print |",
        "| ---: | ---: | ---: | ---: | ---: | ---: |",
        *parts,
        "",
    ])  # fmt: skip


def _took(server: Server, catalog: Path, options: Sequence[str], runs: int) -> Took:
    _run(server, catalog, [*_COMMAND, *options])  # the first one reads what the disk has, and is not counted
    wall, cpu, served = [], [], []
    for _ in range(runs):
        own, theirs, began = _children_s(), _ended_s(server), time.perf_counter()
        _run(server, catalog, [*_COMMAND, *options])
        wall.append(time.perf_counter() - began)
        cpu.append(_children_s() - own)
        served.append(_ended_s(server) - theirs)
    return Took(min(wall), statistics.median(wall), min(cpu), min(served))


def _by_parts(server: Server, catalog: Path, runs: int) -> str:
    told = [json.loads(_run(server, catalog, [sys.executable, str(_PARTS), PROGRAM, PHASE])) for _ in range(runs)]
    return " | ".join(f"{statistics.median(one[part] for one in told):.0f}" for part in told[0])


_COMMAND = (sys.executable, "-c", "from gatehouse.cli import main; main()", "gate", PROGRAM, PHASE)


def _run(server: Server, catalog: Path, argv: Sequence[str]) -> str:
    env = {**os.environ, "GATEHOUSE_HOME": str(catalog.parent / "home"), "GATEHOUSE_CATALOG": str(catalog),
           "GATEHOUSE_STORE_URL": server.url(DATABASE)}  # fmt: skip
    done = subprocess.run(argv, capture_output=True, text=True, env=env, check=False)
    assert done.returncode in (0, 1), done.stderr
    assert "met" in done.stdout or "print" in done.stdout, done.stdout
    return done.stdout


def _children_s() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _ended_s(server: Server) -> float:
    """CPU seconds of the server's processes that have ended; one serves each command. They may take a moment to go."""
    time.sleep(0.05)
    used = psutil.Process(server.pid).cpu_times()
    return float(used.children_user + used.children_system)


@contextlib.contextmanager
def _store() -> Iterator[tuple[Server, Path]]:
    folder = Path(tempfile.mkdtemp(prefix="gatehouse-gate-"))
    folder.chmod(0o711)  # as root, the server runs as another account, which must get through
    cluster = Cluster(folder / "data", folder / "sock", folder / "log", {**SETTINGS, **_FILL})
    try:
        process = cluster.start(tied=True)
        server = Server({"host": str(cluster.sockets), "port": str(PORT), "user": SUPERUSER}, process.pid)
        server.create_database(DATABASE)
        yield server, folder
    finally:
        cluster.stop()
        shutil.rmtree(folder, ignore_errors=True)


def _serials(units: int) -> list[str]:
    return [f"S{number:05d}" for number in range(units)]


def _catalog(folder: Path, units: int, more: Sequence[dict[str, object]]) -> Path:
    """A program with the shipped DVT plan, its criteria and some more, and its build in two halls."""
    criteria = yaml.safe_load((SHIPPED / "criteria" / "dvt.yaml").read_text(encoding="utf-8"))
    criteria["criteria"] += more
    documents = {
        "criteria/bench": criteria,
        f"programs/{PROGRAM}": {
            "title": "A program for a benchmark", "sku": "h100-8x", "owner": "nobody", "sites": ["hall-0", "hall-1"],
            "phases": {"EVT": {"plan": "evt", "criteria": "evt", "planned_units": 10},
                       "DVT": {"plan": "dvt", "criteria": "bench", "planned_units": units}},
        },
        **{f"sites/hall-{hall}": {"title": f"Hall {hall}", "hosts": _hosts(units, hall)} for hall in range(2)},
    }  # fmt: skip
    for name, document in documents.items():
        path = folder / f"{name}.yaml"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(yaml.safe_dump(document, sort_keys=False), encoding="utf-8")
    return folder


def _hosts(units: int, hall: int) -> list[dict[str, str]]:
    return [
        {"name": f"dvt-{n:05d}", "serial": serial, "sku": "h100-8x", "program": PROGRAM, "build": PHASE,
         "address": f"10.0.{n // 250}.{n % 250}", "host_key": _KEY, "connection": "lab_ssh"}
        for n, serial in enumerate(_serials(units)) if n % 2 == hall
    ]  # fmt: skip
