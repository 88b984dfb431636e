"""The programs of these tests: each is one test's own, and small enough to be played in seconds."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from gatehouse.model.status import Phase

CRITERIA = """title: {phase} exit of {program}
phase: {phase}
criteria:
  - {{id: size, title: Units tested, kind: units_tested, at_least: {units}, source: tests}}
  - {{id: coverage, title: Every unit answered, kind: coverage, at_least: 1.0, source: tests}}
  - {{id: issues, title: No open issue, kind: no_open_issues, severities: [blocker, major], source: tests}}
  - {{id: data, title: Only admissible evidence, kind: data_quality, source: tests}}
"""
PROGRAM = """title: Small program {program}
sku: h100-8x
owner: tests
sites: [lab]
phases:
"""
PHASE = "  {phase}: {{plan: {plan}, criteria: {program}-{plan}, planned_units: {units}}}\n"
SOAK = """title: One long load, then what the kernel says of it
diagnostics:
  - {diagnostic: identity_bom}
  - {diagnostic: cpu_stress, params: {seconds: 86400}}
  - {diagnostic: kernel_log}
"""
SIGNED = "  - {{id: signed, title: Signed off, kind: sign_offs, roles: [{roles}], source: tests}}\n"
EOL_CRITERIA = """title: Phase-out exit of {program}
phase: EOL
criteria:
  - {{id: moved, title: No job for a day, kind: workloads_moved, for_days: 1, source: tests}}
  - {{id: reservations, title: No reservation, kind: reservations_zero, source: tests}}
  - {{id: gone, title: Every serial gone, kind: dispositioned, source: tests}}
"""
TITLES = ("Units tested", "Every unit answered", "No open issue", "Only admissible evidence")


@dataclass(frozen=True, slots=True)
class SmallProgram:
    """A program and how many units each of its phases builds and asks for; ``plan`` takes the place of the phase's.

    ``short`` is how many units its phases ask for beyond their builds.
    """

    name: str
    builds: Mapping[Phase, int]
    plan: str = ""
    roles: tuple[str, ...] = ()  # who must sign each phase; whoever answers, where none is named
    short: int = 0

    def write(self, catalog: Path) -> None:
        """Write its file and its criteria, as a person would."""
        phases = ""
        for phase, units in self.builds.items():
            plan = f"{self.name}-plan" if self.plan else phase.lower()
            words = {"program": self.name, "phase": phase, "plan": plan, "units": units + self.short}
            signed = SIGNED.format(roles=", ".join(self.roles)) if self.roles else ""
            _write(catalog / "criteria" / f"{self.name}-{plan}.yaml", CRITERIA.format(**words) + signed)
            phases += PHASE.format(**words)
        if self.plan:
            _write(catalog / "plans" / f"{self.name}-plan.yaml", self.plan)
        _write(catalog / "programs" / f"{self.name}.yaml", PROGRAM.format(program=self.name) + phases)

    def write_end(self, catalog: Path) -> None:
        """Add its phase-out to what was written."""
        _write(catalog / "criteria" / f"{self.name}-eol.yaml", EOL_CRITERIA.format(program=self.name))
        path = catalog / "programs" / f"{self.name}.yaml"
        path.write_text(f"{path.read_text()}  EOL: {{plan: eol, criteria: {self.name}-eol, entry: eol}}\n")

    def batches(self) -> list[str]:
        """Its builds, as the lab is asked for them."""
        return [f"h100-8x:{self.name}:{phase}:{units}" for phase, units in self.builds.items()]


STORY = SmallProgram("story", {Phase.EVT: 2, Phase.DVT: 3})
REJECTED = SmallProgram("rejected", {Phase.EVT: 2})
CRASHED = SmallProgram("crashed", {Phase.EVT: 17})  # more than 16 hosts are measured in one task
WAITING = SmallProgram("waiting", {Phase.EVT: 2})
ILL = SmallProgram("ill", {Phase.EVT: 4})
CUT_OFF = SmallProgram("cut-off", {Phase.EVT: 2})
SOAKED = SmallProgram("soaked", {Phase.EVT: 1}, SOAK)
TWO_PEOPLE = SmallProgram("two-people", {Phase.EVT: 1}, roles=("NPI program manager", "quality engineer"))
WAIVED = SmallProgram("waived", {Phase.EVT: 1, Phase.DVT: 1}, short=2)
ENDED = SmallProgram("ended", {Phase.EVT: 1, Phase.DVT: 1, Phase.PVT: 1, Phase.RAMP: 1})
PROGRAMS = (STORY, REJECTED, CRASHED, WAITING, ILL, CUT_OFF, SOAKED, TWO_PEOPLE, WAIVED, ENDED)


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
