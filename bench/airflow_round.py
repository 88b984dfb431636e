"""The whole of Airflow included: a round over many lab hosts, beside one mapped SSHOperator task a host and command.

The round does more than its peer: it reads, judges, stores and admits what came back; the peer only fetches it. Both
run on one stack (LocalExecutor, PostgreSQL) against one lab; the CPU is that of Airflow, its tasks and PostgreSQL.
"""

import contextlib
import json
import os
import shlex
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import psutil

from gatehouse.catalog.loader import open_catalog
from gatehouse.catalog.plan import PlannedDiagnostic
from gatehouse.lab.client import LabClient
from gatehouse.local import stack
from gatehouse.local.airflow_home import Settings, base_url
from gatehouse.local.client import AirflowClient
from gatehouse.local.health import wait_healthy
from gatehouse.local.home import CHECKOUT, PLACE, Home, home
from gatehouse.local.secret_files import lab_key_file, load
from gatehouse.operations.ask_plan import commands_for

PROGRAM, PEER = "bench", "ssh_operator_mapped"
PORT, LAB_PORT = 8099, 2299
START_S, RUN_S = 180.0, 1500.0
ASKED = 10  # diagnostics of the round, commands of the peer
CRITERIA = """title: EVT exit of the bench
phase: EVT
criteria:
  - {id: coverage, kind: coverage, at_least: 1.0, source: bench}
"""


@dataclass(frozen=True, slots=True)
class Measured:
    """What one run of a DAG cost: CPU and wall seconds, task instances."""

    cpu_s: float
    wall_s: float
    tasks: int


def table(hosts: int, peer_hosts: int) -> str:
    """Both on one stack: ``hosts`` for the round, ``peer_hosts`` for the peer, whose cost grows with its tasks."""
    with (
        tempfile.TemporaryDirectory(prefix="gatehouse-bench-") as folder,
        _stack(Path(folder), hosts, peer_hosts) as place,
        _api(place) as api,
    ):
        started = api.trigger("npi_program", {"program": PROGRAM})
        first = f"{PROGRAM}-EVT-first-{started}"
        _wait_for(api, "npi_round", first)  # the phase's first round; what follows finds everything warm
        ours = _run(place, api, "npi_round", {"program": PROGRAM, "reason": "bench"})
        peer = _run(place, api, PEER, {})
    return round_table(ours, peer, hosts, peer_hosts, _commands_a_host())


def round_table(ours: Measured, peer: Measured, hosts: int, peer_hosts: int, commands: int) -> str:
    """``commands`` is how many the round's diagnostics ask of a host: the peer would need a task for each of them."""
    a_task = peer.cpu_s / peer.tasks
    one_each, whole = a_task * hosts * ASKED, a_task * hosts * commands
    return (
        f"## A round in Airflow: {hosts} hosts × {ASKED} diagnostics, against SSHOperator a host and command\n\n"
        "| who | task instances | CPU s | CPU s a task | wall s |\n| --- | ---: | ---: | ---: | ---: |\n"
        f"| npi_round: measured, read, judged, stored | {ours.tasks} | {ours.cpu_s:.1f} "
        f"| {ours.cpu_s / ours.tasks:.2f} | {ours.wall_s:.0f} |\n"
        f"| SSHOperator mapped, {peer_hosts} hosts measured | {peer.tasks} | {peer.cpu_s:.1f} | {a_task:.2f} "
        f"| {peer.wall_s:.0f} |\n"
        f"| by its CPU a task: {hosts} hosts, one command of each diagnostic | {hosts * ASKED} | {one_each:.0f} "
        f"| {a_task:.2f} | |\n"
        f"| by its CPU a task: {hosts} hosts, all {commands} commands that the round asks | {hosts * commands} "
        f"| {whole:.0f} | {a_task:.2f} | |\n\n"
        f"The round costs {whole / ours.cpu_s:.0f} times less than its own commands by SSHOperator, and "
        f"{one_each / ours.cpu_s:.0f} times less than one command a diagnostic; the peer reads, judges and stores "
        "nothing.\n"
    )


@contextlib.contextmanager
def _stack(folder: Path, hosts: int, peer_hosts: int) -> Iterator[Home]:
    os.environ[PLACE] = str(folder / "home")
    place = home().make()
    _write_catalog(place.catalog, hosts)
    dags = _dags(folder)
    job = folder / "job.json"
    job.write_text("[]")
    os.environ["GATEHOUSE_BENCH_JOB"] = str(job)
    key = load(place) and lab_key_file(place).read_text()
    extra = {"private_key": key, "no_host_key_check": True}
    os.environ["AIRFLOW_CONN_BENCH"] = json.dumps(
        {"conn_type": "ssh", "login": "gatehouse", "port": LAB_PORT, "extra": extra}
    )
    lab = ("--fleet", f"h100-8x:{PROGRAM}:EVT:{hosts}", "--fresh", "--state", str(place.lab), "--port", str(LAB_PORT))
    stack.up(place, Settings(port=PORT, dags=dags), lab, _say)
    try:
        LabClient(place.lab).wait_until_ready(START_S)
        job.write_text(json.dumps(_peer_job(place, peer_hosts)))
        wait_healthy(place, START_S, _say)
        yield place
    finally:
        stack.down(place)
        shutil.rmtree(place.state, ignore_errors=True)


def _write_catalog(catalog: Path, hosts: int) -> None:
    """A program of one phase whose plan asks ten quick diagnostics."""
    plan = {"title": "Bench", "phase": "EVT", "diagnostics": [{"diagnostic": name} for name in _diagnostics()]}
    phase = {"plan": "bench", "criteria": "bench", "planned_units": hosts}
    program = {"title": "Bench", "sku": "h100-8x", "owner": "bench", "sites": ["lab"], "phases": {"EVT": phase}}
    files = {"plans": json.dumps(plan), "criteria": CRITERIA, "programs": json.dumps(program)}
    for kind, text in files.items():
        path = catalog / kind / f"{PROGRAM}.yaml"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


def _diagnostics() -> list[str]:
    """The first ten of the shipped EVT plan that load nothing; with fewer, the loads at their shortest follow."""
    from gatehouse.diagnostics.registry import all_diagnostics

    known = all_diagnostics()
    asks = {name: known[name].asks("nvidia") for name in sorted(known) if not known[name].disturbs}
    quick = [name for name, tools in asks.items() if tools and all(tool.via == "ssh" for tool in tools)]
    return (quick + [name for name in sorted(known) if name not in quick])[:ASKED]


def _commands_a_host() -> int:
    """How many commands the ten diagnostics ask of a host."""
    sku = open_catalog((CHECKOUT / "include" / "catalog",)).skus["h100-8x"]
    return len(commands_for([PlannedDiagnostic(diagnostic=name) for name in _diagnostics()], sku))


def _dags(folder: Path) -> Path:
    dags = folder / "dags"
    dags.mkdir()
    for path in (*(CHECKOUT / "dags").glob("*.py"), *(Path(__file__).parent / "dags").glob("*.py")):
        (dags / path.name).symlink_to(path)
    return dags


def _peer_job(place: Home, hosts: int) -> list[dict[str, str]]:
    """The first command of each diagnostic, for each of so many hosts."""
    catalog = open_catalog((CHECKOUT / "include" / "catalog", place.catalog))
    asked = commands_for(catalog.plans[PROGRAM].diagnostics, catalog.skus["h100-8x"])
    first = {a.diagnostic: ("sudo", "-n", *a.command.argv) if a.command.root else a.command.argv for a in asked[::-1]}
    chosen = catalog.build(PROGRAM, "EVT")[:hosts]
    return [{"remote_host": h.endpoint.address, "command": shlex.join(c)} for h in chosen for c in first.values()]


@contextlib.contextmanager
def _api(place: Home) -> Iterator[AirflowClient]:
    with AirflowClient(base_url(PORT), "admin", load(place).passwords["admin"]) as api:
        deadline = time.monotonic() + START_S
        while {"npi_round", "npi_program", PEER} - {dag["dag_id"] for dag in api.dags()}:
            if time.monotonic() > deadline:
                raise SystemExit(f"the DAGs did not come: {api.import_errors()}")
            time.sleep(1)
        yield api


def _run(place: Home, api: AirflowClient, dag: str, form: Mapping[str, object]) -> Measured:
    before, began = _cpu_s(place), time.monotonic()
    run = api.trigger(dag, form)
    _wait_for(api, dag, run)
    wall, cpu = time.monotonic() - began, _cpu_s(place) - before
    states = [task["state"] for task in api.task_instances(dag, run)]
    if dag == PEER and (bad := len(states) - states.count("success")):
        failed = [t for t in api.task_instances(dag, run) if t["state"] != "success"]
        log = api.log(dag, run, "ask", failed[0]["try_number"], failed[0]["map_index"])[-2000:]
        raise SystemExit(f"{bad} of {len(states)} tasks of the peer did not succeed: its cost says nothing\n{log}")
    return Measured(cpu, wall, len(states))


def _wait_for(api: AirflowClient, dag: str, run: str) -> None:
    deadline = time.monotonic() + START_S
    while run not in {known["dag_run_id"] for known in api.runs(dag)} and time.monotonic() < deadline:
        time.sleep(1)
    _say(f"{dag} {run}: {api.wait_for_run(dag, run, RUN_S)['state']}")


def _cpu_s(place: Home) -> float:
    """CPU seconds so far of every process of the stack but the lab, those that have ended included."""
    found = stack.status(place)
    assert found is not None
    total = 0.0
    for name, process in found.processes.items():
        if name == "lab":
            continue
        top = psutil.Process(process.pid)
        for each in (top, *top.children(recursive=True)):
            with contextlib.suppress(psutil.NoSuchProcess):
                times = each.cpu_times()
                total += times.user + times.system + times.children_user + times.children_system
    return total


def _say(line: str) -> None:
    print(line, file=sys.stderr)
