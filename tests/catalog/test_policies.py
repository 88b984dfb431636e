"""Policies grade findings; a rule that can never be reached is a mistake."""

from typing import Any

import pytest
from pydantic import ValidationError

from gatehouse.catalog.policies import FindingPolicy, default_rule
from gatehouse.model.readings import Finding
from gatehouse.model.status import Action, FindingClass, Severity


def rule(signature: str, severity: str = "major", action: str = "RMA") -> dict[str, Any]:
    """One rule as YAML would give it."""
    return {"signature": signature, "severity": severity, "action": action, "title": signature, "source": "a test"}


def policy(*rules: dict[str, Any]) -> FindingPolicy:
    """A policy of those rules."""
    return FindingPolicy.model_validate({"title": "Xid", "rules": list(rules)})


def finding(signature: str, kind: FindingClass = FindingClass.HARDWARE) -> Finding:
    """A finding on gpu3."""
    return Finding(kind, "gpu3", signature, "text")


def test_first_match_wins() -> None:
    """It should take the first rule that fits, and stay silent where none does."""
    graded = policy(rule("xid.79", "blocker"), rule("xid.*", "minor", "NONE"))
    exact, rest = graded.rule_for(finding("xid.79")), graded.rule_for(finding("xid.13"))
    assert exact is not None
    assert rest is not None
    assert (exact.severity, exact.action) == (Severity.BLOCKER, Action.RMA)
    assert (rest.severity, rest.action) == (Severity.MINOR, Action.NONE)
    assert graded.rule_for(finding("aer.fatal")) is None


def test_a_rule_that_is_never_reached_is_refused() -> None:
    """It should refuse a rule behind a wider one, and the same rule twice."""
    with pytest.raises(ValidationError, match="never reached"):
        policy(rule("xid.*"), rule("xid.79"))
    with pytest.raises(ValidationError, match="never reached"):
        policy(rule("xid.79"), rule("xid.79"))


@pytest.mark.parametrize("field", ["signature", "severity", "action", "title", "source"])
def test_a_rule_is_whole(field: str) -> None:
    """It should demand every field of a rule, the source included."""
    broken = rule("xid.79")
    del broken[field]
    with pytest.raises(ValidationError, match=field):
        policy(broken)


def test_an_empty_policy_is_refused() -> None:
    """It should refuse a policy without rules."""
    with pytest.raises(ValidationError, match="at least 1"):
        policy()


def test_defaults() -> None:
    """It should hold unknown findings for major: hardware asks for a deep diagnosis, configuration for nothing."""
    hardware = default_rule(finding("new"))
    configuration = default_rule(finding("new", FindingClass.CONFIGURATION))
    assert (hardware.severity, hardware.action) == (Severity.MAJOR, Action.DEEP_DIAG)
    assert (configuration.severity, configuration.action) == (Severity.MAJOR, Action.NONE)
