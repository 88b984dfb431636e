"""A criterion that nothing can fail, or nothing can pass, must never load."""

from typing import Any

import pytest
import yaml
from pydantic import ValidationError

from gatehouse.catalog.criteria import (
    BaselineItem,
    CriteriaSet,
    FirstPassYield,
    NoOpenIssues,
    Performance,
    RequirementSet,
)
from gatehouse.model.status import INTRODUCTION, Phase, Severity

KINDS: dict[str, dict[str, Any]] = {
    "units_tested": {"at_least": 59},
    "coverage": {},
    "first_pass_yield": {"at_least": 0.9, "confidence": 0.9},
    "final_yield": {"at_least": 0.95, "confidence": 0.9},
    "success_run": {"reliability": 0.95, "confidence": 0.95, "allowed_failures": 1},
    "no_open_issues": {},
    "data_quality": {},
    "fresh": {"max_age_days": 30},
    "performance": {"reading": "busbw_gbps", "at_least": 400},
    "mtbf": {"at_least_hours": 2000, "confidence": 0.8},
    "sites": {"at_least": 2},
    "soak_days": {"at_least": 7},
    "sites_qualified": {"at_least": 2, "units_each": 59},
    "gauge": {"reading": "busbw_gbps"},
    "sdc_rate": {"diagnostics": ["cpu_sdc"], "at_most_per_device_day": 1e-3},
    "maturity": {},
    "requirements": {},
    "sign_offs": {"roles": ["NPI program manager"], "severity": "blocker"},
    "workloads_moved": {},
    "reservations_zero": {},
    "dispositioned": {},
    "attested": {},
}
OF_PHASE_OUT = {"workloads_moved", "reservations_zero", "dispositioned"}


def one(kind: str, **changes: Any) -> CriteriaSet:
    """A set of one criterion."""
    document = {"id": kind.replace("_", "-"), "kind": kind, "source": "exit plan", **KINDS.get(kind, {}), **changes}
    phase = "EOL" if kind in OF_PHASE_OUT else "DVT"
    return CriteriaSet.model_validate({"title": f"{phase} exit", "phase": phase, "criteria": [document]})


@pytest.mark.parametrize("kind", sorted(OF_PHASE_OUT))
def test_what_only_a_phase_out_can_meet_is_refused_elsewhere(kind: str) -> None:
    """It should not load a gate that would never open."""
    with pytest.raises(ValidationError, match="only EOL can meet it"):
        CriteriaSet.model_validate(
            {"title": "PVT exit", "phase": "PVT", "criteria": [{"id": kind, "kind": kind, "source": "x"}]}
        )


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_loads(kind: str) -> None:
    """It should load each kind, as major unless said otherwise."""
    loaded = one(kind).criteria[0]
    assert loaded.kind == kind
    assert loaded.severity is (Severity.BLOCKER if kind == "sign_offs" else Severity.MAJOR)
    assert one(kind, severity="blocker").criteria[0].severity is Severity.BLOCKER


def test_no_kind_is_forgotten_here() -> None:
    """It should fail when a kind is added without a sample in this file."""
    with pytest.raises(ValidationError) as refused:
        one("no_such_kind")
    expected = refused.value.errors()[0]["ctx"]["expected_tags"]
    assert sorted(expected.replace("'", "").split(", ")) == sorted(KINDS)


@pytest.mark.parametrize(
    ("kind", "changes"),
    [
        ("units_tested", {"at_least": 0}),
        ("units_tested", {"at_least": -1}),
        ("units_tested", {"at_least": "59"}),
        ("workloads_moved", {"for_days": 0}),
        ("workloads_moved", {"observed_every_days": 0}),
        ("reservations_zero", {"observed_every_days": 0}),
        ("coverage", {"at_least": 0}),
        ("coverage", {"at_least": 1.01}),
        ("first_pass_yield", {"at_least": 0}),
        ("first_pass_yield", {"at_least": 1.0}),
        ("first_pass_yield", {"confidence": 0.5}),
        ("first_pass_yield", {"confidence": 1.0}),
        ("first_pass_yield", {"confidence": 95}),
        ("final_yield", {"at_least": 0}),
        ("final_yield", {"confidence": 0.2}),
        ("success_run", {"reliability": 0}),
        ("success_run", {"reliability": 1}),
        ("success_run", {"confidence": 0.5}),
        ("success_run", {"allowed_failures": -1}),
        ("no_open_issues", {"severities": []}),
        ("no_open_issues", {"severities": ["grave"]}),
        ("fresh", {"max_age_days": 0}),
        ("fresh", {"max_age_days": float("inf")}),
        ("mtbf", {"at_least_hours": 0}),
        ("mtbf", {"confidence": 0.5}),
        ("sites", {"at_least": 0}),
        ("soak_days", {"at_least": 0}),
        ("performance", {"at_least": 0}),
        ("performance", {"confidence": 0.5}),
        ("performance", {"coverage": 0.5}),
        ("performance", {"coverage": 1.0}),
        ("performance", {"units_at_least": 1}),
        ("sites_qualified", {"units_each": 0}),
        ("gauge", {"parts_at_least": 1}),
        ("gauge", {"repeats_at_least": 1}),
        ("gauge", {"categories_at_least": 0}),
        ("gauge", {"lower_limit": 3, "upper_limit": 3}),
        ("gauge", {"categories_at_least": None}),
        ("sdc_rate", {"diagnostics": []}),
        ("sdc_rate", {"at_most_per_device_day": 0}),
        ("sdc_rate", {"at_most_per_device_hour": 0.1}),
        ("sdc_rate", {"at_most_per_device_day": None}),
        ("sdc_rate", {"reading": "busbw_gbps"}),
        ("sdc_rate", {"confidence": 0.5}),
        ("requirements", {"at_least": 0}),
        ("sign_offs", {"roles": []}),
        ("sign_offs", {"roles": ["janitor"]}),
        ("sign_offs", {"roles": ["quality engineer", "quality engineer"]}),
        ("sign_offs", {"severity": "major"}),
        ("performance", {"peak": 100}),
        ("performance", {"at_least": None, "share_of_peak_at_least": 0.8}),
        ("performance", {"share_of_peak_at_least": 1.0, "peak": 100}),
        ("performance", {"needs_gauge": True}),
        ("coverage", {"source": ""}),
        ("coverage", {"severity": "minor"}),
        ("coverage", {"id": "No Spaces"}),
        ("coverage", {"atleast": 0.5}),
    ],
)
def test_thresholds_that_cannot_fail_or_pass(kind: str, changes: dict[str, Any]) -> None:
    """It should refuse floors of 0, yields of 1, coin-toss confidences and misspelt keys, and name the field."""
    with pytest.raises(ValidationError, match=next(iter(changes))):
        one(kind, **changes)


@pytest.mark.parametrize(
    ("form", "says"),
    [
        ({"at_least": None}, "exactly one"),
        ({"at_most": 500}, "exactly one"),
        ({"at_least": None, "cpk_at_least": 1.33}, "needs lower_limit"),
        ({"lower_limit": 300}, "nothing else takes them"),
        ({"at_least": None, "cpk_at_least": 1.33, "lower_limit": 3, "upper_limit": 3}, "not below"),
        ({"at_least": None, "cpk_at_least": 0, "lower_limit": 3}, "greater than 0"),
        ({"at_least": None, "cv_at_most": 0}, "greater than 0"),
    ],
)
def test_performance_takes_one_form(form: dict[str, Any], says: str) -> None:
    """It should take exactly one of its four forms, with the limits that belong to it."""
    with pytest.raises(ValidationError, match=says):
        one("performance", **form)


@pytest.mark.parametrize(
    "form", [{"at_most": 85}, {"cpk_at_least": 1.33, "lower_limit": 300}, {"cv_at_most": 0.02}, {"at_least": 400}]
)
def test_performance_forms(form: dict[str, Any]) -> None:
    """It should load each of the four forms."""
    loaded = one("performance", **{"at_least": None, **form}).criteria[0]
    assert isinstance(loaded, Performance)
    assert (loaded.confidence, loaded.coverage) == (0.95, 0.95)


def test_a_set_as_people_write_it() -> None:
    """It should read a YAML set and keep its order."""
    text = """
    title: DVT exit
    phase: DVT
    criteria:
      - {id: yield, kind: first_pass_yield, at_least: 0.9, confidence: 0.9, source: exit plan 4.2}
      - {id: issues, kind: no_open_issues, severity: blocker, source: exit plan 4.1}
    """
    loaded = CriteriaSet.model_validate(yaml.safe_load(text))
    assert loaded.phase is Phase.DVT
    first, second = loaded.criteria
    assert isinstance(first, FirstPassYield)
    assert isinstance(second, NoOpenIssues)
    assert second.severities == (Severity.BLOCKER, Severity.MAJOR)


def test_a_set_needs_criteria_with_names_of_their_own() -> None:
    """It should refuse an empty set, twins, and the name that every gate keeps for itself."""
    coverage = {"id": "all", "kind": "coverage", "source": "exit plan"}
    for listed, says in (
        ([], "at least 1 item"),
        ([coverage, coverage], "two criteria are called all"),
        ([{**coverage, "id": "sign_off"}], "asked by every gate"),
    ):
        with pytest.raises(ValidationError, match=says):
            CriteriaSet.model_validate({"title": "x", "phase": "EVT", "criteria": listed})


def test_what_is_told_of_a_baseline() -> None:
    """It should take one revision, several, or a least version; nothing that all or none would meet."""
    item = {"title": "BMC", "reading": "firmware", "source": "test"}
    read = BaselineItem.model_validate(
        {**item, "revisions": {"EVT": "6.*", "DVT": ["7.10", "7.2*"], "PVT": {"at_least": "7.20"}}}
    )
    told = [read.maturity(word) for word in ("6.1", "7.10", "7.2b", "7.20.1", "8", "x")]
    assert told == [Phase.EVT, Phase.DVT, Phase.DVT, Phase.PVT, Phase.PVT, None]
    assert [read.demanded(phase) for phase in INTRODUCTION] == [Phase.EVT, Phase.DVT, Phase.PVT, Phase.PVT]
    late = BaselineItem.model_validate({**item, "revisions": {"PVT": "7.*"}})
    assert late.demanded(Phase.DVT) is None
    for wrong in ({}, {"EVT": "*"}, {"EVT": []}, {"EVT": {}}, {"EVT": {"at_least": "new"}}, {"XVT": "7.*"},
                  {"EVT": {"at_least": "7", "matches": ["7.*"]}}):  # fmt: skip
        with pytest.raises(ValidationError, match="revisions"):
            BaselineItem.model_validate({**item, "revisions": wrong})


def test_requirements_have_names_of_their_own() -> None:
    """It should refuse twins and an empty document."""
    one = {"id": "r1", "text": "It works.", "source": "test"}
    assert RequirementSet.model_validate({"title": "x", "requirements": [one]}).requirements[0].due is Phase.DVT
    for wrong in ([], [one, one]):
        with pytest.raises(ValidationError):
            RequirementSet.model_validate({"title": "x", "requirements": wrong})


def test_what_a_set_wants_loaded() -> None:
    """It should ask for exactly the readings that its criteria look at, each in its sort."""
    asked = [
        {"id": "a", "kind": "gauge", "reading": "busbw_gbps", "source": "t"},
        {"id": "b", "kind": "performance", "reading": "busbw_gbps", "at_least": 4, "needs_gauge": True, "source": "t"},
        {"id": "c", "kind": "sdc_rate", "diagnostics": ["cpu_sdc"], "at_most_per_device_day": 1, "source": "t"},
        {"id": "d", "kind": "sdc_rate", "diagnostics": ["x"], "reading": "run_s", "at_most_per_device_day": 1,
         "source": "t"},
        {"id": "e", "kind": "maturity", "source": "t",
         "baseline": [{"title": "BMC", "reading": "firmware", "revisions": {"EVT": "7.*"}, "source": "t"}]},
    ]  # fmt: skip
    wanted = CriteriaSet.model_validate({"title": "x", "phase": "EVT", "criteria": asked}).wanted
    assert (wanted.values, wanted.history) == ({"busbw_gbps"}, {"busbw_gbps", "run_s"})
    assert (wanted.words, wanted.durations) == ({"firmware"}, {"cpu_sdc"})
