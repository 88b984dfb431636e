"""What a slip went on: whole days that add up, each charged to what really held the gate."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatehouse.decisions.slips import FIRST_LOOK, LATE_ENTRY, SIGN_OFF, in_words, slip_shares
from gatehouse.model.calendar import Look, Share, SlipCause

PLANNED = date(2026, 3, 10)
MORNING_AFTER = datetime(2026, 3, 11, tzinfo=UTC)
KINDS = {"yield": "final_yield", "size": "units_tested", "data": "data_quality"}


def day(number: float) -> datetime:
    """So many days after the end of the planned day."""
    return MORNING_AFTER + timedelta(days=number)


def look(at: float, *blocking: str) -> Look:
    """A kept answer; one that nothing blocks is open."""
    return Look(day(at), not blocking, tuple((name, name.capitalize()) for name in blocking))


def shares(looks: list[Look], end: float, inherited: int = 0) -> dict[str, int]:
    """Days by what they went on."""
    found = slip_shares(looks, PLANNED, day(end), inherited, lambda criterion: KINDS.get(criterion, ""))
    return {share.what: share.days for share in found}


def test_days_are_told_apart_by_what_held_the_gate() -> None:
    """It should say 9 days on the yield and 3 on the sign-off, with what each suggests."""
    looks = [look(-20, "yield", "size"), look(-5, "yield"), look(9)]
    found = slip_shares(looks, PLANNED, day(11.5), 0, KINDS.__getitem__)
    assert found == (
        Share(9, "Yield", "yield", SlipCause.FAILURES_FOUND),
        Share(3, SIGN_OFF, "", SlipCause.DECISION_LATE),
    )
    assert in_words(found) == "9 on Yield, 3 waiting for sign-off"


def test_of_two_that_block_the_one_that_goes_on_is_charged() -> None:
    """It should charge nothing to a criterion whose mending would have changed nothing."""
    assert shares([look(-3, "size", "yield"), look(4, "yield"), look(8)], 8.5) == {"Yield": 8, SIGN_OFF: 1}


def test_one_that_blocks_again_is_not_charged_for_the_time_between() -> None:
    """It should look at unbroken stretches only."""
    looks = [look(-1, "data", "yield"), look(2, "yield"), look(6, "data"), look(8)]
    assert shares(looks, 7.5) == {"Yield": 6, "Data": 2}


def test_a_late_entry_is_inherited() -> None:
    """It should charge the first days of the slip to what came before, and no more than the slip."""
    assert shares([look(-5, "yield")], 9.5, inherited=4) == {"Yield": 6, LATE_ENTRY: 4}
    assert shares([look(-5, "yield")], 2.5, inherited=40) == {LATE_ENTRY: 3}
    assert shares([look(-5, "yield")], 2.5, inherited=-4) == {"Yield": 3}


def test_without_an_answer_nothing_is_made_up() -> None:
    """It should say that no answer was kept."""
    assert shares([], 4.5) == {FIRST_LOOK: 5}
    assert shares([look(2, "yield")], 3.5) == {FIRST_LOOK: 2, "Yield": 2}


@pytest.mark.parametrize("end", [-30.0, -1.0, -0.0001])
def test_what_is_in_time_has_nothing_to_explain(end: float) -> None:
    """It should find no slip on the planned day itself, nor before."""
    assert shares([look(-40, "yield")], end) == {}


def test_an_unknown_kind_suggests_nothing_in_particular() -> None:
    """It should leave the cause to people where it does not know the criterion."""
    (share,) = slip_shares([look(-1, "new")], PLANNED, day(1.5), 0, lambda _: "kind of tomorrow")
    assert share.suggests is SlipCause.OTHER


NAMES = st.lists(st.sampled_from(sorted(KINDS)), max_size=3, unique=True)
LOOKS = st.lists(st.builds(lambda at, names: look(at, *names), st.floats(-30, 30), NAMES), max_size=8)


@given(LOOKS, st.floats(-5, 40), st.integers(-5, 50))
def test_the_days_add_up(looks: list[Look], end: float, inherited: int) -> None:
    """It should share out exactly the slip, in days of at least one."""
    found = slip_shares(looks, PLANNED, day(end), inherited, lambda _: "")
    assert sum(share.days for share in found) == max(0, (day(end).date() - PLANNED).days)
    assert all(share.days > 0 for share in found)


@given(LOOKS, st.floats(0, 40), st.randoms())
def test_the_order_of_answers_and_saying_one_twice_change_nothing(
    looks: list[Look], end: float, random: object
) -> None:
    """It should depend on when each was given only."""
    shuffled = looks * 2
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert shares(shuffled, end) == shares(looks, end)


@given(LOOKS, st.floats(0, 40))
def test_only_what_blocked_is_charged(looks: list[Look], end: float) -> None:
    """It should charge no criterion that never stood in the way before the end."""
    blocked = {title for each in looks if each.at < day(end) for _, title in each.blocking}
    assert set(shares(looks, end)) <= blocked | {SIGN_OFF, FIRST_LOOK}


@given(LOOKS, st.floats(0, 30), st.integers(0, 9))
def test_a_later_exit_slips_no_less(looks: list[Look], end: float, more: int) -> None:
    """It should never lower the sum by waiting."""
    assert sum(shares(looks, end + more).values()) == sum(shares(looks, end).values()) + more
