"""A criterion that nothing can fail, or nothing can pass, must never load."""

from typing import Any

import pytest
import yaml
from pydantic import ValidationError

from gatehouse.catalog.criteria import CriteriaSet, FirstPassYield, NoOpenIssues, Performance
from gatehouse.model.status import Phase, Severity

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
    assert loaded.severity is Severity.MAJOR
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
