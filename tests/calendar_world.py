"""Two programs with a past, for tests of the calendar: what was planned, what happened, what the gates answered.

``borealis`` is at its ramp: EVT exited in time, DVT 4 days late and on conditions, PVT 12 days late; ``atlas`` of
``filled_store`` takes its place. Every day is counted from ``START``.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import yaml
from filled_store import World, new_world

from gatehouse.catalog.loader import Catalog
from gatehouse.local.postgres import Server
from gatehouse.model.status import CriterionStatus, Phase
from gatehouse.operations.workspace import Workspace
from gatehouse.store.engine import transaction
from gatehouse.store.tables import DecisionRow, PhaseRow

BOREALIS = "borealis"
START = date(2026, 1, 5)
NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
_PLAN = {"EVT": (0, 30), "DVT": (31, 70), "PVT": (71, 100), "RAMP": (101, 160), "EOL": (None, None)}
# opened, closed, on conditions
_PAST: dict[str, tuple[int, int | None, bool]] = {
    "EVT": (0, 30, False), "DVT": (31, 74, True), "PVT": (75, 112, False), "RAMP": (113, None, False),
}  # fmt: skip
_KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGJ1aWxkZXIta2V5LWZvci10ZXN0cy1vbmx5LTAwMDAw"


def on(day: int) -> date:
    """So many days after the start."""
    return START + timedelta(days=day)


def noon(day: float) -> datetime:
    """Noon of that day."""
    return datetime.combine(START, time(12), UTC) + timedelta(days=day)


@contextmanager
def calendar_world(server: Server, folder: Path) -> Iterator[Workspace]:
    """A workspace with both programs, in a database of its own."""
    with new_world(server, folder, hosts=2) as world:
        yield with_borealis(world)


def with_borealis(world: World) -> Workspace:
    """The world's workspace, with ``borealis`` in its catalogue and its past in the store."""
    folder = world.folder / "catalog"
    _write_catalog(folder)
    with transaction(world.engine) as session:
        for phase, (opened, closed, conditional) in _PAST.items():
            session.add(_phase_row(phase, opened, closed, conditional))
        size, final = ("size", "Units tested"), ("final_yield", "Final yield")
        _answers(session, "PVT", [(75, [size, final]), (80, [final]), (109, [])])
        _answers(session, "RAMP", [(113, [size])])
    old = world.workspace
    return Workspace(Catalog((folder,)), old.engine, old.files, old.login)


def _phase_row(phase: str, opened: int, closed: int | None, conditional: bool) -> PhaseRow:
    return PhaseRow(
        program=BOREALIS,
        phase=phase,
        opened_at=noon(opened),
        opened_by="pat",
        closed_at=None if closed is None else noon(closed),
        closed_by=None if closed is None else "pat",
        conditional=conditional,
    )


def _answers(session: Any, phase: str, looks: Sequence[tuple[int, list[tuple[str, str]]]]) -> None:
    """Kept answers of a gate: on which day what stood in the way."""
    for day, blocking in looks:
        stands = {name for name, _ in blocking}
        outcomes = [
            {"criterion": name, "title": title, "status": "not met" if name in stands else "met", "forecast": None}
            for name, title in (("size", "Units tested"), ("final_yield", "Final yield"))
        ]
        status = CriterionStatus.NOT_MET if blocking else CriterionStatus.MET
        session.add(
            DecisionRow(
                program=BOREALIS, phase=phase, status=status, evidence_digest=f"{day:064}", outcomes=outcomes,
                decided_at=noon(day),
            )
        )  # fmt: skip


def _write_catalog(folder: Path) -> None:
    source = "a test"
    document = {"kind": "document", "source": source}
    entry = {
        "title": "Ramp entry", "phase": "RAMP",
        "conditions": [
            {"id": "spares", "title": "Spares in place", "holds": False, **document},
            {"id": "pvt_clean", "title": "PVT exited clean", "kind": "phase_exited", "phase": "PVT", "clean": True,
             "source": source},
        ],
    }  # fmt: skip
    held = {
        "title": "DVT entry",
        "phase": "DVT",
        "conditions": [{"id": "build_plan", "title": "Build plan", **document}],
    }
    successor = {"id": "successor", "title": "Successor in ramp", "kind": "successor_ramping", "source": source}
    ending = {"title": "EOL entry", "phase": "EOL", "conditions": [successor]}
    criteria: dict[str, list[dict[str, object]]] = {
        "EOL": [
            {"id": "moved", "title": "No job for 2 days", "kind": "workloads_moved", "for_days": 2, "source": source},
            {"id": "reservations", "kind": "reservations_zero", "source": source},
            {"id": "gone", "title": "Every serial gone", "kind": "dispositioned", "source": source},
            {"id": "archive", "title": "Records archived", "kind": "attested", "source": source},
        ]
    }
    for phase in ("EVT", "DVT", "PVT", "RAMP"):
        criteria[phase] = [
            {"id": "size", "title": "Units tested", "kind": "units_tested", "at_least": 3, "source": source},
            {"id": "final_yield", "title": "Final yield", "kind": "final_yield", "at_least": 0.9, "confidence": 0.9,
             "source": source},
        ]  # fmt: skip
    for phase, asked in criteria.items():
        write(folder / f"criteria/b_{phase}", {"title": f"{phase} exit", "phase": phase, "criteria": asked})
    for name, found in (("b_RAMP", entry), ("b_DVT", held), ("b_EOL", ending)):
        write(folder / f"entry/{name}", found)
    phases: dict[str, dict[str, object]] = {}
    for phase, (first, last) in _PLAN.items():
        phases[phase] = {"plan": "atlas_evt", "criteria": f"b_{phase}"}
        if first is not None and last is not None:
            phases[phase] |= {"planned_units": 3, "planned_entry": on(first), "planned_exit": on(last)}
        if phase in ("RAMP", "EOL"):
            phases[phase]["entry"] = f"b_{phase}"
    phases["PVT"]["replans"] = [{"on": on(50), "who": "Pat", "reason": "boards come later", "was_exit": on(95)}]
    program = {"title": "Borealis", "sku": "h100", "owner": "Pat Doe", "sites": ["north"], "phases": phases}
    write(folder / f"programs/{BOREALIS}", program)
    write(folder / "sites/north", {"title": "North", "hosts": [_host(b, n) for b in ("EVT", "RAMP") for n in (1, 2)]})
    _atlas_needs_a_plan(folder / "programs" / "atlas.yaml")


def _atlas_needs_a_plan(path: Path) -> None:
    """DVT of ``atlas`` is kept shut by a document."""
    program = yaml.safe_load(path.read_text())
    program["phases"]["DVT"]["entry"] = "b_DVT"
    path.write_text(yaml.safe_dump(program, sort_keys=False))


def _host(build: str, number: int) -> dict[str, object]:
    name = f"b-{build.lower()}-{number}"
    return {"name": name, "serial": f"B{build}{number}", "sku": "h100", "program": BOREALIS, "build": build,
            "address": f"10.1.0.{number}", "host_key": _KEY, "connection": "lab_ssh"}  # fmt: skip


def write(path: Path, document: object) -> None:
    """A YAML file, as people write it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.with_suffix(".yaml").write_text(yaml.safe_dump(document, sort_keys=False), encoding="utf-8")


def ramp_of_atlas(workspace: Workspace) -> None:
    """The successor has come to its ramp."""
    with transaction(workspace.engine) as session:
        row = PhaseRow(program="atlas", phase=Phase.RAMP.value, opened_at=noon(120), opened_by="pat", conditional=False)
        session.add(row)


def ramp_is_over(workspace: Workspace) -> None:
    """Ramp of ``borealis`` has exited."""
    with transaction(workspace.engine) as session:
        row = session.get_one(PhaseRow, (BOREALIS, Phase.RAMP.value))
        row.closed_at, row.closed_by = noon(140), "pat"
