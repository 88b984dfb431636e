"""A small world for tests of pages, reports and alerts: a catalogue, a store with rounds, and raw outputs.

``build_world`` makes program ``atlas`` with a build of EVT hosts: ``evt-01`` … Some of them have trouble, by name:

- ``evt-02`` has a GPU that is too hot, and a tool that printed hostile text;
- ``evt-03`` could not be reached; ``evt-04`` has a tool that timed out; the others are good.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path

import yaml
from sqlalchemy import Engine, event

from gatehouse.catalog.loader import Catalog
from gatehouse.local.postgres import Server
from gatehouse.model.commands import Command, Completed, Ended
from gatehouse.model.evidence import SignOff
from gatehouse.model.hosts import Host, Login
from gatehouse.model.readings import Finding, Reading
from gatehouse.model.results import Result, Violation
from gatehouse.model.status import Action, FindingClass, Measured, Phase, Severity, Verdict
from gatehouse.operations.workspace import Workspace
from gatehouse.store import phases, rounds
from gatehouse.store.engine import migrate, open_store, transaction
from gatehouse.store.outputs import StoredOutput
from gatehouse.store.rounds import UnitVisit

PROGRAM = "atlas"
# What a hostile tool may print: markup, a terminal escape, table and emphasis marks, and what reorders text.
HOSTILE = "<script>alert('x')</script>\x1b[31mred | **bold** \u202egnp.exe"
HOT = "97 degC"
AT = datetime(2025, 11, 20, 9, 30, tzinfo=UTC)
DIAGNOSTICS = ("identity_bom", "accelerator_health", "kernel_log", "memory_stress")
_numbers = count(1)
_KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGJ1aWxkZXIta2V5LWZvci10ZXN0cy1vbmx5LTAwMDAw"


@dataclass(frozen=True)
class World:
    """The workspace with everything in it, and the rounds that were filed."""

    workspace: Workspace
    folder: Path
    mended: set[str] = field(default_factory=set)  # hosts whose trouble is over

    @property
    def engine(self) -> Engine:
        """The store."""
        return self.workspace.engine

    @property
    def hosts(self) -> tuple[Host, ...]:
        """The EVT build."""
        return self.workspace.catalog.build(PROGRAM, Phase.EVT)

    def serial(self, name: str) -> str:
        """The serial of a host."""
        return self.workspace.catalog.host(name).serial

    def round(self, round_id: str, *, admissible: bool | None = True, problems: tuple[str, ...] = ()) -> str:
        """Open a round of the whole build, file every visit, and judge it unless ``admissible`` is None."""
        spec = {"plan_id": "atlas_evt", "plan": self.workspace.catalog.plans["atlas_evt"].model_dump(mode="json")}
        with transaction(self.engine) as session:
            rounds.open_round(session, round_id, PROGRAM, "EVT", "atlas_evt", "pat", "first look", spec, self.hosts)
        with transaction(self.engine) as session:
            for host in self.hosts:
                rounds.file_visit(session, round_id, self.visit(host))
            if admissible is not None:
                rounds.judge(session, round_id, admissible, [{"text": p, "blocking": True} for p in problems])
        return round_id

    def visit(self, host: Host) -> UnitVisit:
        """What a visit to a host of this world brings back, by the host's name."""
        trouble = {"evt-02": _hot, "evt-03": _unreachable, "evt-04": _timed_out}
        make = _good if host.name in self.mended else trouble.get(host.name, _good)
        results = make()
        return UnitVisit(
            host=host,
            results=results,
            outputs=tuple(self._output(r, host) for r in results if r.measured is Measured.COMPLETE),
            bounds={("gpu0", "temp_c"): (None, 85.0)},
            unreachable="nothing answered in time at 10.0.0.3:22" if host.name == "evt-03" else None,
            claimed_serial=host.serial if host.name != "evt-03" else None,
        )

    def _output(self, result: Result, host: Host) -> StoredOutput:
        said = f"{result.diagnostic} of {host.name}\n{HOSTILE if host.name == 'evt-02' else 'all is well'}\n"
        command = Command(f"{result.diagnostic}-1-tool", ("tool", "--all", result.diagnostic))
        completed = Completed(command, Ended.EXITED, 0, said.encode(), b"", AT, 1.5)
        raw = self.workspace.raw
        return StoredOutput(result.diagnostic, completed, raw.put(completed.stdout), raw.put(b""))


def build_world(folder: Path, store_url: str, hosts: int = 6) -> World:
    """An empty store with its tables, and a catalogue of ``hosts`` EVT hosts; EVT of ``atlas`` is open."""
    _write_catalog(folder / "catalog", hosts)
    engine = open_store(store_url)
    migrate(engine)
    with transaction(engine) as session:
        phases.open_phase(session, PROGRAM, Phase.EVT, "pat")
    workspace = Workspace(Catalog((folder / "catalog",)), engine, folder / "files", lambda name: Login(name, "no key"))
    return World(workspace, folder)


@contextmanager
def new_world(server: Server, folder: Path, hosts: int = 6) -> Iterator[World]:
    """A world in a database of its own, which is dropped at the end."""
    name = f"world_{next(_numbers)}"
    server.create_database(name)
    world = build_world(folder, server.url(name), hosts)
    try:
        yield world
    finally:
        world.engine.dispose()
        server.drop_database(name)


@contextmanager
def counted_queries(engine: Engine) -> Iterator[list[str]]:
    """The statements that run inside, as they run."""
    seen: list[str] = []

    def note(conn: object, cursor: object, statement: str, *rest: object) -> None:
        seen.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(engine, "before_cursor_execute", note)


def answer(digest: str, *, approved: bool = True, comment: str = "looks good") -> SignOff:
    """A sign-off of some evidence."""
    return SignOff("Pat Doe", "NPI program manager", approved, comment, digest, AT + timedelta(days=1))


def _good() -> tuple[Result, ...]:
    return tuple(_passed(name) for name in DIAGNOSTICS)


def _passed(name: str) -> Result:
    readings = (Reading("temp_c", 61.0, "degC", "gpu0"), Reading("serial", "1C0FFEE", "", "gpu0"),
                Reading("ecc.uncorrectable", None, "", "gpu0"))  # fmt: skip
    return Result(name, Measured.COMPLETE, Verdict.PASS, "", readings, started_at=AT, duration_s=1.5)


def _hot() -> tuple[Result, ...]:
    violation = Violation("temp_c", "gpu0", HOT, "at most 85 degC", Severity.BLOCKER, Action.SWAP_PART)
    finding = Finding(FindingClass.HARDWARE, "gpu0", "xid.79", HOSTILE)
    hot = Result(
        diagnostic="accelerator_health",
        measured=Measured.COMPLETE,
        verdict=Verdict.FAIL,
        reason=f"gpu0 temp_c is {HOT}, must be at most 85 degC; {HOSTILE}",
        readings=(Reading("temp_c", 97.0, "degC", "gpu0"), Reading("name", HOSTILE, "", "gpu0")),
        findings=(finding,),
        violations=(violation,),
        started_at=AT,
        duration_s=2.0,
    )
    return tuple(hot if name == hot.diagnostic else _passed(name) for name in DIAGNOSTICS)


def _unreachable() -> tuple[Result, ...]:
    why = "it was not run: nothing answered in time"
    return tuple(Result(name, Measured.ERROR, Verdict.NOT_APPLICABLE, why) for name in DIAGNOSTICS)


def _timed_out() -> tuple[Result, ...]:
    late = Result("memory_stress", Measured.ERROR, Verdict.NOT_APPLICABLE, "stressapptest: timed out", started_at=AT)
    skipped = Result("kernel_log", Measured.SKIP, Verdict.NOT_APPLICABLE, "no reader for this vendor", started_at=AT)
    other = {r.diagnostic: r for r in (late, skipped)}
    return tuple(other.get(name, _passed(name)) for name in DIAGNOSTICS)


def _write_catalog(folder: Path, hosts: int) -> None:
    source = "a test"
    documents = {
        "skus/h100": {"title": "8× H100 server", "vendor": "nvidia", "kind": "GPU"},
        "plans/atlas_evt": {"title": "EVT plan", "diagnostics": [{"diagnostic": name} for name in DIAGNOSTICS]},
        "criteria/atlas_evt": {
            "title": "EVT exit", "phase": "EVT",
            "criteria": [
                {"id": "coverage", "title": "Every unit measured", "kind": "coverage", "source": source},
                {"id": "issues", "title": "No open issues", "kind": "no_open_issues", "source": source},
                {"id": "data", "title": "Sound data", "kind": "data_quality", "source": source},
            ],
        },
        "policies/default": {
            "title": "Default",
            "rules": [
                {"signature": "xid.*", "severity": "blocker", "action": "SWAP_PART", "title": "Xid", "source": source}
            ],
        },
        f"programs/{PROGRAM}": {
            "title": "Atlas", "sku": "h100", "owner": "Pat Doe", "sites": ["lab"],
            "phases": {"EVT": {"plan": "atlas_evt", "criteria": "atlas_evt", "planned_units": hosts},
                       "DVT": {"plan": "atlas_evt", "criteria": "atlas_evt", "planned_units": 50}},
        },
        "sites/lab": {
            "title": "Lab",
            "hosts": [
                {"name": f"evt-{i:02}", "serial": f"SN{i:05}", "sku": "h100", "program": PROGRAM, "build": "EVT",
                 "address": f"10.0.{i // 250}.{i % 250}", "host_key": _KEY, "connection": "lab_ssh"}
                for i in range(1, hosts + 1)
            ],
        },
    }  # fmt: skip
    for name, document in documents.items():
        path = folder / f"{name}.yaml"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(yaml.safe_dump(document, sort_keys=False, allow_unicode=True), encoding="utf-8")
