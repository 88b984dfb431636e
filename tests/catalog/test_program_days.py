"""Planned days of a program: in order, with the plans that were given up, or not at all."""

from typing import Any

import pytest
from pydantic import ValidationError

from gatehouse.catalog.loader import SHIPPED, Catalog
from gatehouse.catalog.program import Program
from gatehouse.model.status import Phase


def program(**phases: dict[str, Any]) -> Program:
    """A program whose phases say what is given."""
    filled = {name: {"plan": "p", "criteria": "c", "planned_units": 2, **said} for name, said in phases.items()}
    return Program.model_validate({"title": "T", "sku": "s", "owner": "o", "sites": ["x"], "phases": filled})


def test_days_may_be_left_out() -> None:
    """It should take a program without a plan, and one with parts of it."""
    assert program(EVT={}).phases[Phase.EVT].baseline_exit is None
    planned = program(EVT={"planned_exit": "2026-02-01"}, DVT={"planned_entry": "2026-02-01"})
    assert planned.phases[Phase.EVT].baseline_exit == planned.phases[Phase.EVT].planned_exit


@pytest.mark.parametrize(
    ("phases", "says"),
    [
        (
            {"EVT": {"planned_entry": "2026-02-02", "planned_exit": "2026-02-01"}},
            "EVT planned_exit 2026-02-01 is before",
        ),
        ({"EVT": {"planned_exit": "2026-02-02"}, "DVT": {"planned_entry": "2026-02-01"}}, "DVT planned_entry"),
        ({"EVT": {"planned_exit": "2026-02-02"}, "DVT": {}, "PVT": {"planned_exit": "2026-02-01"}}, "PVT planned_exit"),
        ({"EVT": {"planned_units": None}}, "say planned_units"),
        ({"EVT": {"planned_exit": "soon"}}, "valid date"),
        ({"DVT": {}}, "must be the first of EVT, DVT, PVT, RAMP, EOL"),
        ({"EVT": {}, "EOL": {}}, "must be the first of"),
    ],
)
def test_days_that_cannot_be_are_refused(phases: dict[str, Any], says: str) -> None:
    """It should say which day of which phase is wrong."""
    with pytest.raises(ValidationError, match=says):
        program(**phases)


@pytest.mark.parametrize(
    ("replans", "says"),
    [
        ([{"on": "2026-01-01", "who": "P", "reason": "r"}], "say what was planned before"),
        ([{"on": "2026-01-01", "who": " ", "reason": "r", "was_exit": "2026-01-09"}], "at least 1 character"),
        ([{"on": "2026-01-01", "who": "P", "reason": "r", "was_entry": "2026-01-01"}], "there is no planned_entry"),
        ([{"on": "2026-01-02", "who": "P", "reason": "r", "was_exit": "2026-01-09"},
          {"on": "2026-01-01", "who": "P", "reason": "r", "was_exit": "2026-01-10"}], "oldest first"),
        ([{"on": "2026-01-01", "who": "P", "reason": "r", "was_entry": "2026-01-09", "was_exit": "2026-01-08"}],
         "was_exit 2026-01-08 is before"),
    ],
)  # fmt: skip
def test_a_history_that_cannot_be_is_refused(replans: list[dict[str, str]], says: str) -> None:
    """It should want day, person, reason and the days that were given up, oldest first."""
    with pytest.raises(ValidationError, match=says):
        program(EVT={"planned_exit": "2026-02-01", "replans": replans})


def test_a_phase_out_needs_no_size() -> None:
    """It should be about every unit that there is."""
    phases: dict[str, dict[str, Any]] = {phase: {} for phase in Phase}
    phases["EOL"] = {"planned_units": None}
    assert program(**phases).phases[Phase.EOL].planned_units is None


def test_every_shipped_phase_has_entry_conditions_of_its_own() -> None:
    """It should name a set that exists, is of that phase, and keeps no introduction shut."""
    catalog = Catalog((SHIPPED,))
    for name, each in catalog.programs.items():
        assert list(each.phases) == list(Phase), name
        for phase, asked in each.phases.items():
            assert asked.entry, f"{name} {phase}"
            found = catalog.entry[asked.entry]
            assert found.phase is phase
            assert phase is Phase.EOL or not any(condition.holds for condition in found.conditions)
