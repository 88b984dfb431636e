"""Whose table of Xids holds: every policy answers for every code, on somebody's word."""

from pathlib import Path
from typing import Any

import pytest
import yaml
from pydantic import ValidationError

from gatehouse.catalog.loader import SHIPPED, Catalog
from gatehouse.catalog.policies import FindingPolicy, FindingRule
from gatehouse.catalog.xid_tables import XidTable, rules_of
from gatehouse.model.errors import CatalogError
from gatehouse.model.readings import Finding
from gatehouse.model.status import Action, FindingClass, Severity
from gatehouse.operations.check_catalog import check_catalog
from gatehouse.operations.compare_policies import compare_policies
from gatehouse.vendors.nvidia_xids import class_of_xid, sxid_is_fatal

CATALOG = Catalog((SHIPPED,))
POLICIES = CATALOG.policies
TABLES: dict[str, XidTable] = CATALOG.kind("xids")
XIDS = range(1, 173)
SXIDS = sorted(TABLES["nvidia"].sxids)
# The node checks of Azure and the warnings of Meta's gcm, as their sources list them.
AZURE_FAILS = {48, 56, 57, 58, 62, 63, 64, 65, 68, 69, 73, 74, 79, 80, 81, 92, 119, 120}
GCM_WARNS = {13, 31, 43, 45, 63, 68, 92, 109}


def rule(policy: str, signature: str) -> FindingRule:
    """What a policy concludes of a finding that the reader gives to the hardware."""
    found = POLICIES[policy].rule_for(Finding(FindingClass.HARDWARE, "gpu0", signature, ""))
    assert found is not None, f"{policy} is silent about {signature}"
    return found


def table(**more: Any) -> dict[str, Any]:
    """A small table as YAML would give it."""
    words = {"BAD": {"severity": "blocker", "action": "RMA"}}
    return {"title": "t", "source": "s", "words": words, "xids": {79: {"says": "BAD", "owner": "hardware"}}, **more}


def test_the_policies_that_ship() -> None:
    """It should offer NVIDIA's, Azure's and Meta's word beside our own."""
    assert set(POLICIES) == {"default", "nvidia", "azure", "meta"}
    assert len(SXIDS) == 93
    assert sorted(TABLES["nvidia"].xids) == list(XIDS)


@pytest.mark.parametrize("policy", sorted(POLICIES))
def test_every_code_resolves(policy: str) -> None:
    """It should give each of the 172 Xids and 93 SXids an owner, a severity, an action, a title and a source."""
    for signature in (*(f"xid.{code}" for code in XIDS), *(f"sxid.{code}" for code in SXIDS)):
        found = rule(policy, signature)
        assert found.signature == signature
        assert found.owner in (FindingClass.HARDWARE, FindingClass.APPLICATION, FindingClass.CONFIGURATION)
        assert found.title
        assert found.source.startswith(TABLES[POLICIES[policy].xids or ""].source)


@pytest.mark.parametrize("code", sorted(AZURE_FAILS))
def test_azure_fails_the_node(code: int) -> None:
    """It should hold the machine responsible for the codes that Azure lists."""
    found = rule("azure", f"xid.{code}")
    assert (found.owner, found.severity) == (FindingClass.HARDWARE, Severity.BLOCKER)
    assert "fails-node" in found.source


@pytest.mark.parametrize("code", sorted(set(XIDS) - AZURE_FAILS))
def test_azure_is_silent_about_the_rest(code: int) -> None:
    """It should say that NVIDIA's word stands in, and take nothing else."""
    ours, theirs = rule("azure", f"xid.{code}"), rule("nvidia", f"xid.{code}")
    assert "silent; as NVIDIA" in ours.source
    assert (ours.owner, ours.severity, ours.action) == (theirs.owner, theirs.severity, theirs.action)


@pytest.mark.parametrize("code", XIDS)
def test_meta_warns_or_is_critical(code: int) -> None:
    """It should warn of eight codes, and call every other critical, those of applications too."""
    found = rule("meta", f"xid.{code}")
    expected = (Severity.MINOR, Action.NONE) if code in GCM_WARNS else (Severity.BLOCKER, Action.DEEP_DIAG)
    assert (found.severity, found.action) == expected
    assert found.source.endswith("WARN" if code in GCM_WARNS else "CRITICAL")


@pytest.mark.parametrize(
    ("code", "nvidia", "azure", "meta"),
    [
        (63, Severity.OBSERVATION, Severity.BLOCKER, Severity.MINOR),
        (92, Severity.OBSERVATION, Severity.BLOCKER, Severity.MINOR),
        (68, Severity.MINOR, Severity.BLOCKER, Severity.MINOR),
        (69, Severity.MINOR, Severity.BLOCKER, Severity.BLOCKER),
        (109, Severity.BLOCKER, Severity.BLOCKER, Severity.MINOR),
        (93, Severity.OBSERVATION, Severity.OBSERVATION, Severity.BLOCKER),
        (79, Severity.BLOCKER, Severity.BLOCKER, Severity.BLOCKER),
    ],
)
def test_where_they_differ(code: int, nvidia: Severity, azure: Severity, meta: Severity) -> None:
    """It should keep the disagreements of the sources."""
    assert [rule(name, f"xid.{code}").severity for name in ("nvidia", "azure", "meta")] == [nvidia, azure, meta]


def test_an_unknown_code_resolves_in_words() -> None:
    """It should say that no table lists it; gcm has a word even for that."""
    found = {each.policy: each for each in compare_policies(CATALOG, 999)}
    assert {each.title for each in found.values()} == {"Xid that no table lists"}
    assert {name: each.severity for name, each in found.items()} == {
        "azure": Severity.MAJOR, "default": Severity.MAJOR, "nvidia": Severity.MAJOR, "meta": Severity.BLOCKER
    }  # fmt: skip
    assert all(each.title.startswith("SXid that no") for each in compare_policies(CATALOG, 99998, switch=True))


def test_rules_of_the_rest_stand_in_one_place() -> None:
    """It should give every policy the same rules for what is no Xid."""
    rest = {
        name: [rule for rule in policy.rules if not rule.signature.startswith(("xid.", "sxid."))]
        for name, policy in POLICIES.items()
    }
    assert rest["default"]
    assert all(rules == rest["default"] for rules in rest.values())


@pytest.mark.parametrize("name", sorted(POLICIES))
def test_a_written_out_policy_survives_the_store(name: str) -> None:
    """It should come back from JSON as it stood, without the catalogue."""
    policy = POLICIES[name]
    assert FindingPolicy.model_validate(policy.model_dump(mode="json")) == policy


def test_the_reader_agrees_with_nvidia() -> None:
    """It should default to NVIDIA's owner, but for the codes whose difference is written down."""
    differ = {code for code, row in TABLES["nvidia"].xids.items() if row.owner is not class_of_xid(code)}
    assert differ == {137, 155}
    words = {"always-fatal": True, "non-fatal": False, "potentially-fatal": None}
    assert all(words[row.says] is sxid_is_fatal(code) for code, row in TABLES["nvidia"].sxids.items())


@pytest.mark.parametrize(
    ("more", "problem"),
    [
        ({"xids": {79: {"says": "WORSE"}}}, "words without a meaning: WORSE"),
        ({"others": "WORSE"}, "words without a meaning: WORSE"),
        ({"xids": {79: {"says": "BAD", "action": "REBOOT"}}}, "say why"),
        ({"xids": {0: {"says": "BAD"}}}, "greater than or equal to 1"),
        ({"xids": {79: {"says": "BAD", "sevrity": "minor"}}}, "Extra inputs"),
        ({"words": {}}, "at least 1"),
    ],
)
def test_a_table_that_does_not_hold(more: dict[str, Any], problem: str) -> None:
    """It should refuse words without a meaning, conclusions without a reason, and what it does not know."""
    with pytest.raises(ValidationError, match=problem):
        XidTable.model_validate(table(**more))


@pytest.mark.parametrize(("silent", "problem"), [("nobody", "does not exist"), ("mine", "its own silence")])
def test_silence_that_leads_nowhere(silent: str, problem: str) -> None:
    """It should refuse a table whose silence nobody answers."""
    with pytest.raises(CatalogError, match=problem):
        rules_of("mine", {"mine": XidTable.model_validate(table(silent=silent))})


def problems_with(folder: Path, kind: str, name: str, document: dict[str, Any]) -> tuple[str, ...]:
    """What the check says of the shipped catalogue with one more file."""
    (folder / kind).mkdir(parents=True)
    (folder / kind / f"{name}.yaml").write_text(yaml.safe_dump(document), encoding="utf-8")
    return check_catalog(CATALOG, (folder,)).problems


def test_a_table_that_leaves_codes_out_is_refused(tmp_path: Path) -> None:
    """It should refuse the policy that uses it, and say how many codes and which."""
    (tmp_path / "policies").mkdir()
    policy = {"title": "p", "extends": "default", "xids": "mine"}
    (tmp_path / "policies" / "mine.yaml").write_text(yaml.safe_dump(policy), encoding="utf-8")
    (problem,) = problems_with(tmp_path, "xids", "mine", table())
    assert "mine.yaml:1: xids: 264 codes are left out" in problem


def test_a_policy_without_a_table_is_refused(tmp_path: Path) -> None:
    """It should not take a rule for every number for an answer to each."""
    rules = [{"signature": "xid.*", "severity": "major", "action": "NONE", "title": "t", "source": "s"}]
    (problem,) = problems_with(tmp_path, "policies", "mine", {"title": "p", "rules": rules})
    assert "265 codes are left out" in problem


@pytest.mark.parametrize(
    ("policy", "problem"),
    [
        ({"title": "p", "extends": "nobody"}, "there is no policy 'nobody'"),
        ({"title": "p", "extends": "mine"}, "extends itself"),
        ({"title": "p", "extends": "default", "xids": "nobody"}, "no table 'nobody'"),
    ],
)
def test_a_policy_that_leads_nowhere(tmp_path: Path, policy: dict[str, Any], problem: str) -> None:
    """It should say what does not exist, and what there is."""
    assert any(problem in each for each in problems_with(tmp_path, "policies", "mine", policy))


def test_a_site_changes_single_codes(tmp_path: Path) -> None:
    """It should let a policy that extends another differ in a code or in a family, and win."""
    mine = {"severity": "blocker", "action": "RMA", "title": "ours", "source": "our fleet"}
    rules = [{"signature": "xid.63", "owner": "hardware", **mine}, {"signature": "edac.*", **mine}]
    document = {"title": "p", "extends": "azure", "rules": rules}
    assert problems_with(tmp_path, "policies", "mine", document) == ()
    policy = Catalog((SHIPPED, tmp_path)).policies["mine"]
    for signature in ("xid.63", "edac.ce"):
        found = policy.rule_for(Finding(FindingClass.HARDWARE, "x", signature, ""))
        assert found is not None
        assert found.title == "ours"
    azure = policy.rule_for(Finding(FindingClass.HARDWARE, "x", "xid.92", ""))
    assert azure == rule("azure", "xid.92")
