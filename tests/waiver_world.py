"""A program with a small EVT and DVT build at two sites, whose hosts answer as they are told, for tests of waivers."""

import itertools
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import yaml
from filled_store import DIAGNOSTICS, PROGRAM, build_world
from sqlalchemy import Engine

from gatehouse.model.evidence import GateDecision, SignOff
from gatehouse.model.hosts import Host
from gatehouse.model.results import Result, Violation
from gatehouse.model.status import Action, Measured, Phase, Severity, Verdict
from gatehouse.model.waivers import WaiverRequest, WaiverRole
from gatehouse.operations.advance_phase import close_phase, open_phase, sign_off
from gatehouse.operations.evaluate_gate import evaluate_gate
from gatehouse.operations.file_waiver import approve_waiver, request_waiver
from gatehouse.operations.workspace import Workspace
from gatehouse.store import rounds
from gatehouse.store.engine import transaction
from gatehouse.store.rounds import UnitVisit

NOW = datetime.now(UTC)  # what a test does later, it does by saying that it is later
ISSUES = "issues"
_numbers = itertools.count(1)
_KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGJ1aWxkZXIta2V5LWZvci10ZXN0cy1vbmx5LTAwMDAw"


def later(days: float) -> datetime:
    """So many days from now."""
    return NOW + timedelta(days=days)


@dataclass(frozen=True)
class WaiverWorld:
    """The workspace, and what people do in it."""

    workspace: Workspace

    @property
    def engine(self) -> Engine:
        """The store."""
        return self.workspace.engine

    def measured(
        self, phase: Phase = Phase.EVT, *, bad: Collection[str] = (), blocked: Collection[str] = (), at: datetime = NOW
    ) -> str:
        """A sound round of a phase's build, in which some hosts fail, and some of them with a blocker."""
        build, round_id = self.workspace.catalog.build(PROGRAM, phase), f"round{next(_numbers)}"
        spec = {"plan_id": "atlas_evt", "plan": self.workspace.catalog.plans["atlas_evt"].model_dump(mode="json")}
        with transaction(self.engine) as session:
            rounds.open_round(session, round_id, PROGRAM, phase, "atlas_evt", "pat", "", spec, build)
        with transaction(self.engine) as session:
            for host in build:
                severity = Severity.BLOCKER if host.name in blocked else Severity.MAJOR
                rounds.file_visit(
                    session, round_id, _visit(host, severity if host.name in {*bad, *blocked} else None, at)
                )
            rounds.judge(session, round_id, True, [])
        return round_id

    def asked(self, now: datetime = NOW, **changes: Any) -> int:
        """A request that nothing speaks against: the number of the waiver."""
        return request_waiver(self.workspace, request(**changes), f"test {next(_numbers)}", now)

    def signed(self, number: int, now: datetime = NOW) -> int:
        """Both sign-offs."""
        approve_waiver(self.workspace, number, "Grace", WaiverRole.ENGINEERING, f"test {next(_numbers)}", now=now)
        approve_waiver(self.workspace, number, "Lin", WaiverRole.QUALITY, f"test {next(_numbers)}", now=now)
        return number

    def waived(self, now: datetime = NOW, **changes: Any) -> int:
        """A waiver that is in force."""
        return self.signed(self.asked(now, **changes), now)

    def left(self, phase: Phase = Phase.EVT) -> None:
        """Sign the phase off on what its gate says, and close it."""
        decision = self.gate(phase)
        answer = SignOff("Pat", "NPI program manager", True, "", decision.evidence_digest, NOW)
        sign_off(self.workspace, PROGRAM, phase, answer, f"test {next(_numbers)}")
        close_phase(self.workspace, PROGRAM, phase, "pat")

    def left_on_conditions(self, **changes: Any) -> int:
        """EVT exits with one bad host, and DVT opens and is measured: the number of the waiver that it stands on."""
        self.measured(bad=["evt-02"])
        number = self.waived(**changes)
        self.left()
        open_phase(self.workspace, PROGRAM, Phase.DVT, "pat")
        self.measured(Phase.DVT)
        return number

    def gate(self, phase: Phase = Phase.EVT, now: datetime | None = None) -> GateDecision:
        """What a gate says."""
        return evaluate_gate(self.workspace, PROGRAM, phase, now=now).decision


def request(**changes: Any) -> WaiverRequest:
    """A request for EVT's criterion on issues, for the whole build, for ten days."""
    plain: dict[str, Any] = {
        "program": PROGRAM,
        "phase": Phase.EVT,
        "criterion": ISSUES,
        "owner": "Ada Lovelace",
        "requested_by": "pat",
        "reason": "the fan supplier is late",
        "containment": "inlet below 22 degC",
        "retest": "when the new fans are in",
        "expires_at": later(10),
    }
    return WaiverRequest(**{**plain, **changes})


@contextmanager
def waiver_world(folder: Path, store_url: str) -> Iterator[WaiverWorld]:
    """EVT is open, and nothing measured yet: hosts evt-01 to evt-03 and dvt-01 to dvt-03, the last of each at south."""
    world = build_world(folder, store_url)
    _write_catalog(folder / "catalog")
    try:
        yield WaiverWorld(world.workspace)
    finally:
        world.engine.dispose()


def plan_exit(folder: Path, **planned: str) -> None:
    """Write the planned exits of some phases into the program's file."""
    path = folder / "catalog" / "programs" / f"{PROGRAM}.yaml"
    program = yaml.safe_load(path.read_text())
    for phase, day in planned.items():
        program["phases"][phase]["planned_exit"] = day
    path.write_text(yaml.safe_dump(program, sort_keys=False))


def _visit(host: Host, severity: Severity | None, at: datetime) -> UnitVisit:
    good = {name: Result(name, Measured.COMPLETE, Verdict.PASS, "", started_at=at) for name in DIAGNOSTICS}
    if severity:
        hot = Violation("temp_c", "gpu0", "97 degC", "at most 85 degC", severity, Action.SWAP_PART)
        good["accelerator_health"] = Result(
            "accelerator_health", Measured.COMPLETE, Verdict.FAIL, "gpu0 is hot", violations=(hot,), started_at=at
        )
    return UnitVisit(host, tuple(good.values()), (), {}, None, host.serial)


def _write_catalog(folder: Path) -> None:
    criteria = yaml.safe_load((folder / "criteria" / "atlas_evt.yaml").read_text())
    program = yaml.safe_load((folder / "programs" / f"{PROGRAM}.yaml").read_text())
    program["sites"] = ["lab", "south"]
    program["phases"]["DVT"]["criteria"] = "atlas_dvt"
    hosts: dict[str, list[dict[str, Any]]] = {"lab": [], "south": []}
    for phase, number in itertools.product(("EVT", "DVT"), (1, 2, 3)):
        hosts["south" if number == 3 else "lab"].append(
            {
                "name": f"{phase.lower()}-{number:02}", "serial": f"SN-{phase}-{number:03}", "sku": "h100",
                "program": PROGRAM, "build": phase, "address": f"10.1.{len(phase)}.{number}", "host_key": _KEY,
                "connection": "lab_ssh",
            }
        )  # fmt: skip
    documents = {f"sites/{site}": {"title": site, "hosts": there} for site, there in hosts.items()}
    documents |= {f"programs/{PROGRAM}": program, "criteria/atlas_dvt": {**criteria, "phase": "DVT"}}
    for name, document in documents.items():
        (folder / f"{name}.yaml").write_text(yaml.safe_dump(document, sort_keys=False, allow_unicode=True))
