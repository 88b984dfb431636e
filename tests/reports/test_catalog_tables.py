"""The catalogue as tables: everything is in, in its order, and nothing in it breaks a table."""

import re

import pytest

from gatehouse.catalog.criteria import CriteriaSet, RequirementSet
from gatehouse.catalog.plan import Plan
from gatehouse.catalog.policies import FindingPolicy
from gatehouse.catalog.program import Program
from gatehouse.diagnostics.spec import ANY_VENDOR, Ask, Diagnostic
from gatehouse.reports.catalog_tables import (
    catalog_page,
    criteria_table,
    diagnostics_table,
    plans_table,
    policy_table,
)
from gatehouse.reports.program_tables import baseline_table, phases_table, requirements_table

SLOW = Diagnostic(
    id="slow",
    title="Slow",
    question="Is it | slow?",
    cells={
        "nvidia": (
            Ask("smi", ("nvidia-smi", "-q", "{seconds}", "{mib}")),
            Ask("links", ("nvidia-smi", "nvlink"), root=True),
        ),
        "amd": (Ask("rocm", ("rocm-smi",)),),
    },
    disturbs=True,
    expect_minutes=1.5,
    params={"seconds": 60, "mib": 1024},
)
LOG = Diagnostic(
    id="log",
    title="Log",
    question="What was logged?",
    cells={ANY_VENDOR: (Ask("kernel-log", ("dmesg",), root=True), Ask("kernel-log", ("journalctl",), root=True))},
    enough="one",
)
DIAGNOSTICS = {"slow": SLOW, "log": LOG}
PLANS = {
    "short": Plan.model_validate({"title": "Short", "diagnostics": [{"diagnostic": "log"}]}),
    "long": Plan.model_validate(
        {
            "title": "Long",
            "diagnostics": [
                {"diagnostic": "slow", "params": {"seconds": 1800}},
                {"diagnostic": "log", "mandatory": False},
            ],
        }
    ),
}


def criteria(phase: str, *extra: dict[str, object]) -> CriteriaSet:
    """A set of criteria for a phase."""
    size = {"id": "size", "title": "Units", "kind": "units_tested", "at_least": 10, "source": "a <b> source"}
    return CriteriaSet.model_validate({"title": f"{phase} exit", "phase": phase, "criteria": [size, *extra]})


POLICY = FindingPolicy.model_validate(
    {
        "title": "Default",
        "rules": [
            {
                "signature": "xid.79",
                "severity": "blocker",
                "action": "REBOOT",
                "title": "Off the bus",
                "source": "NVIDIA",
            },
            {"signature": "xid.*", "severity": "major", "action": "DEEP_DIAG", "title": "Any other", "source": "ours"},
        ],
    }
)


PROGRAMS = {
    "atlas": Program.model_validate(
        {
            "title": "Atlas", "sku": "s", "owner": "me", "sites": ["lab"],
            "baseline": [{"title": "BMC | it", "reading": "firmware", "revisions": {"DVT": ["7.1", "7.2*"]},
                          "source": "t"}],
            "phases": {
                "EVT": {"plan": "short", "criteria": "early", "planned_units": 1200,
                        "overrides": {"size": {"at_least": 8, "why": "<two> were lost"}},
                        "drop": {"fresh": "no lab"}},
            },
        }
    )
}  # fmt: skip
REQUIREMENTS = {
    "doc": RequirementSet.model_validate(
        {
            "title": "What it must do",
            "requirements": [
                {"id": "hears", "text": "It hears.", "source": "them", "verified_by": ["log", "slow"]},
                {"id": "sings", "text": "It sings.", "source": "us"},
            ],
        }
    )
}


def cells(table: str) -> list[list[str]]:
    """A table's rows without its rule; a bar that is escaped ends no cell."""
    rows = [re.split(r"(?<!\\)\|", line)[1:-1] for line in table.splitlines()]
    return [[cell.strip() for cell in row] for i, row in enumerate(rows) if i != 1]


def test_a_diagnostic_tells_its_tools_by_vendor() -> None:
    """It should say which command answers for which vendor, read as what, and whether as root."""
    heading, log, slow = cells(diagnostics_table(DIAGNOSTICS))
    assert heading[0] == "Diagnostic"
    assert slow[0] == "`slow`"
    assert slow[2] == (
        "amd: `rocm-smi` read as `rocm`; nvidia: `nvidia-smi` read as `smi`, `nvidia-smi` read as `links`, as root"
    )
    assert log[2] == "any: `dmesg` read as `kernel-log`, as root or `journalctl` read as `kernel-log`, as root"
    assert slow[3:] == ["root (nvidia), an idle machine", "1.5 min", "yes"]
    assert log[3:] == ["root", "0.1 min", "no"]


def test_nothing_ends_a_cell_early() -> None:
    """It should keep a row's cells together, whatever words are in them."""
    assert "Is it \\| slow?" in diagnostics_table(DIAGNOSTICS)
    for table in (diagnostics_table(DIAGNOSTICS), plans_table(DIAGNOSTICS, PLANS), criteria_table(criteria("EVT"))):
        assert len({len(row) for row in cells(table)}) == 1
    assert "a \\<b\\> source" in criteria_table(criteria("EVT"))


def test_plans_are_held_against_diagnostics() -> None:
    """It should show the numbers that a plan really asks with: its own, and the diagnostic's where it says none."""
    assert cells(plans_table(DIAGNOSTICS, PLANS)) == [
        ["Diagnostic", "`long`", "`short`"],
        ["`log`", "yes (optional)", "yes"],
        ["`slow`", "seconds 1,800, mib 1,024", "–"],
    ]


def test_a_criterion_tells_its_numbers_and_where_they_come_from() -> None:
    """It should show every number that decides, and that a blocker is never waived."""
    issues = {"id": "issues", "title": "Issues", "kind": "no_open_issues", "source": "us", "severity": "blocker"}
    yields = {
        "id": "fpy",
        "title": "Yield",
        "kind": "first_pass_yield",
        "at_least": 0.9,
        "confidence": 0.95,
        "source": "them",
    }
    _, size, first, last = cells(criteria_table(criteria("DVT", issues, yields)))
    assert size[2:4] == ["units tested: at least 10", "yes"]
    assert first[2:] == ["no open issues: severities blocker, major", "never", "us"]
    assert last[2:] == ["first pass yield: at least 0.9; confidence 0.95", "yes", "them"]


def test_a_policy_keeps_its_order() -> None:
    """It should list rules as they are tried: the first that matches decides."""
    assert [row[0] for row in cells(policy_table(POLICY))] == ["Signature", "`xid.79`", "`xid.*`"]
    assert cells(policy_table(POLICY))[1][2:4] == ["blocker", "`REBOOT`"]


@pytest.fixture
def page() -> str:
    """A whole page, of criteria given in the wrong order."""
    sets = {"z-late": criteria("PVT"), "early": criteria("EVT"), "a-late": criteria("PVT")}
    return catalog_page(DIAGNOSTICS, PLANS, sets, {"default": POLICY}, PROGRAMS, REQUIREMENTS)


def test_phases_come_in_their_order(page: str) -> None:
    """It should show EVT before PVT, and sets of one phase by name."""
    assert re.findall(r"Set `([\w-]+)`", page) == ["early", "a-late", "z-late"]


def test_everything_is_in(page: str) -> None:
    """It should have a section for each kind, and say that it is generated."""
    headings = re.findall(r"^## (.*)$", page, re.MULTILINE)
    assert headings[:2] == ["Diagnostics", "Plans"]
    assert headings[-1] == "Policy: Default"
    assert "do not edit" in page
    assert page.endswith("|\n")


def test_the_same_catalogue_gives_the_same_page(page: str) -> None:
    """It should not depend on the order in which files were found."""
    sets = {"a-late": criteria("PVT"), "early": criteria("EVT"), "z-late": criteria("PVT")}
    turned = dict(reversed(DIAGNOSTICS.items()))
    assert (
        catalog_page(turned, dict(reversed(PLANS.items())), sets, {"default": POLICY}, PROGRAMS, REQUIREMENTS) == page
    )


def test_a_program_shows_what_it_changes() -> None:
    """It should tell every change of the set with its reason, and the revisions by phase."""
    _, evt = cells(phases_table(PROGRAMS["atlas"]))
    changed = r"size: at least 8 (\<two\> were lost); without fresh (no lab)"
    assert evt == ["EVT", "`short`", "`early`", "1,200", changed]
    _, bmc = cells(baseline_table(PROGRAMS["atlas"]))
    assert bmc == [r"BMC \| it", r"`firmware` of `*`", "–", r"7.1 or 7.2\*", "–", "–", "t"]


def test_a_requirement_that_nothing_verifies_stands_out() -> None:
    """It should name the diagnostics of each requirement, or that there is none."""
    _, hears, sings = cells(requirements_table(REQUIREMENTS["doc"]))
    assert hears[2:4] == ["DVT", "`log`, `slow`"]
    assert sings[3] == "**nothing**"
