"""Tests of how rounds are called."""

from hypothesis import given
from hypothesis import strategies as st

from gatehouse.model.round_ids import round_id_of


def test_a_run_has_always_the_same_round() -> None:
    """It should not change between releases: rounds in the store and links in old alerts depend on it."""
    assert round_id_of("manual__2025-11-20T09:30:00+00:00") == "578bfa3743fb"


@given(st.text(max_size=200))
def test_it_is_short_and_safe_in_addresses(run_id: str) -> None:
    """It should be 12 hex digits, whatever the run is called."""
    assert len(round_id_of(run_id)) == 12
    assert set(round_id_of(run_id)) <= set("0123456789abcdef")


def test_two_runs_have_two_rounds() -> None:
    """It should tell runs apart."""
    assert round_id_of("scheduled__1") != round_id_of("scheduled__2")
