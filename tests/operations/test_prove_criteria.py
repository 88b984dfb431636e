"""A criterion that no build can meet, or that nothing can fail, is a problem with file and line."""

from dataclasses import replace
from pathlib import Path

import pytest

from gatehouse.catalog.criteria import CriteriaSet, Criterion
from gatehouse.catalog.loader import SHIPPED, Catalog
from gatehouse.decisions.gates import evaluate
from gatehouse.model.evidence import CriterionOutcome, PhaseEvidence
from gatehouse.model.status import CriterionStatus, Phase
from gatehouse.operations import prove_criteria
from gatehouse.operations.prove_criteria import asked_sets, criteria_problems
from gatehouse.operations.synthetic_evidence import Build, bad_evidence, good_evidence, part_names

KINDS: list[dict[str, object]] = [
    {"kind": "units_tested", "at_least": 40},
    {"kind": "coverage", "at_least": 0.5},
    {"kind": "first_pass_yield", "at_least": 0.9, "confidence": 0.9},
    {"kind": "final_yield", "at_least": 0.9, "confidence": 0.9},
    {"kind": "success_run", "reliability": 0.9, "confidence": 0.9, "allowed_failures": 2},
    {"kind": "no_open_issues", "severities": ["minor"]},
    {"kind": "data_quality"},
    {"kind": "fresh", "max_age_days": 0.25},
    {"kind": "soak_days", "at_least": 21},
    {"kind": "mtbf", "at_least_hours": 5000, "confidence": 0.9},
    {"kind": "mtbf", "at_least_hours": 5000, "confidence": 0.9, "hours_reading": "soak_hours"},
    {"kind": "sites", "at_least": 2},
    {"kind": "sites_qualified", "at_least": 2, "units_each": 20},
    {"kind": "sdc_rate", "diagnostics": ["cpu_sdc"], "at_most_per_device_day": 1e-3},
    {"kind": "sdc_rate", "diagnostics": ["cpu_sdc"], "reading": "run_ms", "at_most_per_device_hour": 1, "devices": 8},
    {"kind": "sign_offs", "roles": ["NPI program manager", "quality engineer"]},
    {"kind": "performance", "reading": "r", "at_least": 300},
    {"kind": "performance", "reading": "r", "at_most": -2},
    {"kind": "performance", "reading": "r", "cv_at_most": 0.02, "parts": "gpu[2-5]"},
    {"kind": "performance", "reading": "r", "cpk_at_least": 1.33, "upper_limit": 7},
    {"kind": "performance", "reading": "r", "cpk_at_least": 1.33, "lower_limit": -1, "upper_limit": 7},
    {"kind": "performance", "reading": "r", "share_of_peak_at_least": 0.99, "peak": 700},
    {"kind": "gauge", "reading": "r"},
    {"kind": "gauge", "reading": "r", "lower_limit": 5, "repeats_at_least": 2, "parts_at_least": 200, "parts": "gpu*"},
    {"kind": "maturity", "baseline": [
        {"title": "a", "reading": "fw", "parts": "hca[2-9]", "count": 8, "revisions": {"DVT": "28.*"}, "source": "t"},
        {"title": "b", "reading": "v", "revisions": {"EVT": {"at_least": "1.2"}}, "source": "t"}]},
    {"kind": "requirements", "planned": ["x"],
     "requirements": [{"id": "r", "text": "t", "source": "t", "verified_by": ["x"]}]},
    {"kind": "workloads_moved", "for_days": 30.0, "observed_every_days": 7.0, "sources": ["slurm", "kubernetes"]},
    {"kind": "reservations_zero"},
    {"kind": "dispositioned"},
    {"kind": "attested"},
]  # fmt: skip
BUILD = Build("p", Phase.DVT, 40, ("a", "b"))
HEAD = "title: S\nphase: EVT\ncriteria:\n"
PROGRAM = """title: P
sku: h100-8x
owner: me
sites: [lab]
phases:
  EVT:
    plan: evt
    criteria: s
    planned_units: 40
"""


@pytest.mark.parametrize("spec", KINDS, ids=lambda s: str(s["kind"]))
def test_every_kind_can_be_met_and_can_fail(spec: dict[str, object]) -> None:
    """It should make up evidence of a full build that meets it, and as much that does not."""
    document = {"id": "it", "source": "t", **spec}
    phase = Phase.EOL if spec["kind"] in ("workloads_moved", "reservations_zero", "dispositioned") else Phase.DVT
    build = replace(BUILD, phase=phase)
    asked = CriteriaSet.model_validate({"title": "S", "phase": phase, "criteria": [document]})
    (criterion,) = asked.criteria
    assert prove_criteria._of_criterion(criterion, prove_criteria.Asked("s", asked, build, "p")) == ""
    for made in (good_evidence(criterion, build), bad_evidence(criterion, build)):
        assert made.rows
        assert len(made.units) == 40
        assert len({row.result_id for row in made.rows}) == len(made.rows)


def test_no_kind_is_forgotten_here() -> None:
    """It should fail when a kind is added without a proof."""
    kinds = {annotation.model_fields["kind"].annotation.__args__[0] for annotation in Criterion.__origin__.__args__}
    assert kinds == {spec["kind"] for spec in KINDS}


def problems(folder: Path, criterion: str, changes: str = "") -> list[str]:
    """What is wrong with a set of one criterion, asked by a program of 40 units at one site."""
    for kind, name, text in (("criteria", "s", HEAD + f"  - {criterion}\n"), ("programs", "p", PROGRAM + changes)):
        path = folder / kind / f"{name}.yaml"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return [said for said in criteria_problems(Catalog((SHIPPED, folder))) if str(folder) in said]


@pytest.mark.parametrize(
    ("criterion", "says"),
    [
        ("{id: c, kind: units_tested, at_least: 41, source: t}", "add 1 unit to the build"),
        ("{id: c, kind: success_run, reliability: 0.95, confidence: 0.95, source: t}", "19 more zero-failure units"),
        ("{id: c, kind: first_pass_yield, at_least: 0.99, confidence: 0.9, source: t}", "190 more zero-failure units"),
        ("{id: c, kind: sites_qualified, at_least: 2, units_each: 3, source: t}", "qualify 1 more site"),
        ("{id: c, kind: maturity, source: t}", "write the baseline of this phase into the program's file"),
        ("{id: c, kind: requirements, source: t}", "name the program's requirements"),
    ],
)
def test_what_the_planned_build_can_never_meet(tmp_path: Path, criterion: str, says: str) -> None:
    """It should hold the criterion against a perfect build of the planned size, and say what that would lack."""
    (said,) = problems(tmp_path, criterion)
    assert said.startswith(f"{tmp_path}/criteria/s.yaml:4: criteria.0: c for p EVT: can never be met: ")
    assert says in said


def test_a_build_that_is_large_enough(tmp_path: Path) -> None:
    """It should find nothing wrong where the planned build is just as large as it must be."""
    assert problems(tmp_path, "{id: c, kind: success_run, reliability: 0.944, confidence: 0.9, source: t}") == []


def test_the_program_s_own_changes_are_proven_there(tmp_path: Path) -> None:
    """It should point into the program's file where that made the criterion what it is."""
    good = "{id: c, kind: units_tested, at_least: 10, source: t}"
    override = "    overrides:\n      c: {at_least: 50, why: contract}\n"
    assert problems(tmp_path, good, override)[0].startswith(f"{tmp_path}/programs/p.yaml:11: phases.EVT.overrides.c: ")
    add = "    add:\n      - {id: far, kind: sites, at_least: 2, source: t}\n"
    assert problems(tmp_path, good, add)[0].startswith(f"{tmp_path}/programs/p.yaml:11: phases.EVT.add.0: ")
    wrong = "    overrides:\n      d: {at_least: 50, why: contract}\n"
    assert "no criterion 'd'" in problems(tmp_path, good, wrong)[0]


def test_a_criterion_that_nothing_fails_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It should notice when the bad evidence is good enough: here, because somebody has broken the evaluation."""

    def content(evidence: PhaseEvidence, asked: CriteriaSet) -> object:
        decision = evaluate(evidence, asked)
        easy = tuple(_met(outcome) for outcome in decision.outcomes)
        return type(decision)("p", Phase.EVT, CriterionStatus.MET, easy, decision.evidence_digest, decision.decided_at)

    monkeypatch.setattr(prove_criteria, "evaluate", content)
    (said,) = problems(tmp_path, "{id: c, kind: units_tested, at_least: 10, source: t}")
    assert "c for p EVT: can never fail: " in said


def _met(outcome: CriterionOutcome) -> CriterionOutcome:
    return CriterionOutcome(outcome.criterion, outcome.title, CriterionStatus.MET, outcome.observed, outcome.required)


def test_every_phase_of_every_program_is_asked() -> None:
    """It should prove the effective sets, and what no program asks yet as well."""
    asked = list(asked_sets(Catalog((SHIPPED,))))
    assert {(each.program, each.build.phase) for each in asked} >= {("h100-8x", phase) for phase in Phase}
    assert all(each.build.units > 0 and each.build.sites for each in asked)


@pytest.mark.parametrize(
    ("glob", "first"),
    [("*", ["host", "gpu0"]), ("gpu*", ["gpu0", "gpu1"]), ("hca[2-9]", ["hca2", "hca3"]), ("host", ["host"])],
)
def test_names_of_parts(glob: str, first: list[str]) -> None:
    """It should name parts that the glob really fits."""
    names = list(part_names(glob))
    assert names[: len(first)] == first
