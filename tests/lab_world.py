"""A lab in this process with a store beside it, for tests of operations over real SSH."""

import contextlib
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from gatehouse.catalog.loader import SHIPPED, Catalog
from gatehouse.lab.plan import FleetPlan
from gatehouse.lab.running import RunningLab, running_lab
from gatehouse.lab.scenario import Scenario
from gatehouse.lab.tools.clock import DEFAULT_TIME_SCALE
from gatehouse.model.evidence import GateDecision, SignOff
from gatehouse.model.status import Phase
from gatehouse.operations.admit_round import admit_round
from gatehouse.operations.evaluate_gate import evaluate_gate
from gatehouse.operations.measure_units import MeasureSummary, measure_units
from gatehouse.operations.open_round import RoundRequest, open_round
from gatehouse.operations.summarise_round import RoundSummary, UnitSummary, summarise_round
from gatehouse.operations.workspace import Workspace
from gatehouse.store.engine import migrate, open_store

CRITERIA = """title: {phase} exit of a small build
phase: {phase}
criteria:
  - {{id: size, kind: units_tested, at_least: {units}, source: test}}
  - {{id: coverage, kind: coverage, at_least: 1.0, source: test}}
  - {{id: issues, kind: no_open_issues, severities: [blocker, major], source: test}}
  - {{id: data, kind: data_quality, source: test}}
"""
PROGRAM = """title: Small program
sku: h100-8x
owner: tests
sites: [lab]
phases:
  EVT: {plan: evt, criteria: small-evt, planned_units: 3}
  DVT: {plan: dvt, criteria: small-dvt, planned_units: 3}
"""
SMALL = "small"
JOBS_LIMIT_S = 60.0


@dataclass
class LabWorld:
    """A running lab and a workspace that reaches its hosts."""

    lab: RunningLab
    workspace: Workspace

    def round(self, program: str, units: tuple[str, ...] = ()) -> tuple[str, MeasureSummary]:
        """Open a round of the open phase and measure it."""
        round_id = open_round(self.workspace, RoundRequest(program, "tester", "test", units))
        return round_id, self.measure(round_id)

    def measure(self, round_id: str) -> MeasureSummary:
        """Measure every unit of a round, looking again for as long as jobs run; the last look's summary."""
        deadline = time.monotonic() + JOBS_LIMIT_S
        while not (summary := self.look(round_id)).complete:
            assert time.monotonic() < deadline, summary.running
            time.sleep(0.1)
        return summary

    def look(self, round_id: str) -> MeasureSummary:
        """Visit every unit of a round that is not measured yet, once."""
        return measure_units(self.workspace, round_id, [u.serial for u in self.summary(round_id).units], threads=8)

    def judged(self, program: str, units: tuple[str, ...] = ()) -> RoundSummary:
        """A round, measured and judged."""
        round_id, _ = self.round(program, units)
        admit_round(self.workspace, round_id)
        return self.summary(round_id)

    def summary(self, round_id: str) -> RoundSummary:
        """How a round stands."""
        return summarise_round(self.workspace, round_id)

    def gate(self, program: str, phase: Phase) -> GateDecision:
        """What the gate says now."""
        return evaluate_gate(self.workspace, program, phase).decision


@contextlib.contextmanager
def lab_world(
    folder: Path, store_url: str, fleet: list[str], scenario: Scenario | None = None,
    time_scale: float = DEFAULT_TIME_SCALE,
) -> Iterator[LabWorld]:  # fmt: skip
    """A lab of ``fleet`` batches; program ``small`` takes batches written as ``h100-8x:small:EVT:3``."""
    catalog = folder / "lab" / "catalog"
    for phase, units in (("EVT", 3), ("DVT", 3)):
        _write(catalog / "criteria" / f"small-{phase.lower()}.yaml", CRITERIA.format(phase=phase, units=units))
    _write(catalog / "programs" / f"{SMALL}.yaml", PROGRAM)
    engine = open_store(store_url)
    migrate(engine)
    with running_lab(
        FleetPlan.parse(fleet), scenario or Scenario(), state=folder / "lab", time_scale=time_scale
    ) as lab:
        workspace = Workspace(
            Catalog((SHIPPED, catalog)), engine, folder / "files", lambda _: lab.login, lambda _: lab.bmc_login
        )
        yield LabWorld(lab, workspace)


def of(summary: RoundSummary, host: str) -> UnitSummary:
    """One host of a round."""
    return next(unit for unit in summary.units if unit.host == host)


def approval(decision: GateDecision, *, approved: bool = True) -> SignOff:
    """A person's answer on the evidence of a decision."""
    return SignOff("Pat", "NPI program manager", approved, "seen", decision.evidence_digest, decision.decided_at)


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
