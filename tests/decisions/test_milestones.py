"""The days of phases: what is known wins over what is expected, and what is late moves what comes after it."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from gatehouse.catalog.program import Program
from gatehouse.decisions.milestones import PhaseDays, PhaseTimes, phase_days
from gatehouse.model.calendar import Known
from gatehouse.model.status import Phase

TODAY = date(2026, 4, 1)
PLAN = {"EVT": ("2026-01-05", "2026-02-06"), "DVT": ("2026-02-09", "2026-04-03"), "PVT": ("2026-04-06", "2026-05-01")}


def program(plan: dict[str, tuple[str | None, str | None]], **more: Any) -> Program:
    """A program with those planned days."""
    phases = {
        name: {"plan": "p", "criteria": "c", "planned_units": 3, "planned_entry": first, "planned_exit": last}
        for name, (first, last) in plan.items()
    }
    for name, changes in more.items():
        phases[name] |= changes
    return Program.model_validate({"title": "P", "sku": "s", "owner": "o", "sites": ["x"], "phases": phases})


def at(text: str) -> datetime:
    """Noon of a day."""
    return datetime.combine(date.fromisoformat(text), time(12), UTC)


def days(times: dict[Phase, PhaseTimes], today: date = TODAY, **more: Any) -> dict[Phase, PhaseDays]:
    """The calendar of ``PLAN``."""
    return phase_days(program(dict(PLAN), **more), times, today)


def test_what_happened_is_held_against_the_plan() -> None:
    """It should tell early, late and in time, in days."""
    found = days({Phase.EVT: PhaseTimes(at("2026-01-03"), at("2026-02-10"))})[Phase.EVT]
    assert (found.entry.known, found.entry.slip_days) == (Known.ACTUAL, -2)
    assert (found.exit.known, found.exit.slip_days) == (Known.ACTUAL, 4)


def test_a_delay_moves_what_comes_after_it() -> None:
    """It should carry a forecast of DVT into the days of PVT, as far as it pushes it."""
    times = {
        Phase.EVT: PhaseTimes(at("2026-01-05"), at("2026-02-06")),
        Phase.DVT: PhaseTimes(at("2026-02-09"), None, at("2026-04-20")),
    }
    found = days(times)
    assert (found[Phase.DVT].exit.day, found[Phase.DVT].exit.known) == (date(2026, 4, 20), Known.FORECAST)
    assert (found[Phase.PVT].entry.day, found[Phase.PVT].entry.known) == (date(2026, 4, 20), Known.SHIFTED)
    assert (found[Phase.PVT].exit.slip_days, found[Phase.PVT].exit.known) == (14, Known.SHIFTED)


def test_without_a_delay_the_plan_stands() -> None:
    """It should expect what was planned, and pull nothing forward because something was early."""
    times = {Phase.EVT: PhaseTimes(at("2026-01-05"), at("2026-01-20")), Phase.DVT: PhaseTimes(at("2026-01-21"))}
    found = days(times)
    assert (found[Phase.DVT].exit.slip_days, found[Phase.DVT].exit.known) == (0, Known.PLANNED)
    assert (found[Phase.PVT].entry.slip_days, found[Phase.PVT].entry.known) == (0, Known.PLANNED)


def test_a_day_that_has_passed_is_overdue() -> None:
    """It should not go on saying that something happens on a day in the past."""
    found = days({Phase.EVT: PhaseTimes(at("2026-01-05"))})
    assert (found[Phase.EVT].exit.day, found[Phase.EVT].exit.known) == (TODAY, Known.OVERDUE)
    assert found[Phase.EVT].exit.slip_days == 54
    assert found[Phase.DVT].entry.day == TODAY


def test_what_nobody_planned_and_nobody_knows_stays_unknown() -> None:
    """It should make up neither days nor slips."""
    found = phase_days(program({"EVT": (None, None)}), {Phase.EVT: PhaseTimes(at("2026-01-05"))}, TODAY)[Phase.EVT]
    assert (found.entry.slip_days, found.exit.day, found.exit.known) == (None, None, Known.UNKNOWN)
    assert found.exit.slip_days is None


def test_the_first_plan_is_kept_beside_the_one_that_holds() -> None:
    """It should measure slips against the plan that holds, and show what was planned first."""
    replans = [
        {"on": "2026-01-20", "who": "Pat", "reason": "boards late", "was_exit": "2026-01-30"},
        {"on": "2026-02-01", "who": "Pat", "reason": "boards later", "was_exit": "2026-02-03"},
    ]
    found = days({Phase.EVT: PhaseTimes(at("2026-01-05"), at("2026-02-06"))}, EVT={"replans": replans})[Phase.EVT]
    assert (found.exit.baseline, found.exit.planned, found.exit.slip_days) == (
        date(2026, 1, 30),
        date(2026, 2, 6),
        0,
    )
    assert found.entry.baseline == found.entry.planned


def test_a_phase_out_begins_when_people_say_so() -> None:
    """It should expect no day for EOL because ramp has ended, only by a plan of its own."""
    plan = {**PLAN, "RAMP": ("2026-05-04", "2026-06-01"), "EOL": (None, None)}
    assert phase_days(program(plan), {}, TODAY)[Phase.EOL].entry.known is Known.UNKNOWN
    planned = {**plan, "EOL": ("2029-01-01", "2029-06-01")}
    assert phase_days(program(planned), {}, TODAY)[Phase.EOL].entry.day == date(2029, 1, 1)


@given(st.integers(0, 200), st.integers(0, 200))
def test_a_longer_delay_never_brings_anything_forward(delay: int, more: int) -> None:
    """It should keep every later day at least where it was."""

    def exits(late: int) -> list[date]:
        forecast = at("2026-04-01") + timedelta(days=late)
        opened = {Phase.EVT: PhaseTimes(at("2026-01-05"), None, forecast)}
        return [found.exit.day for found in days(opened).values() if found.exit.day]

    assert all(later >= sooner for sooner, later in zip(exits(delay), exits(delay + more), strict=True))
