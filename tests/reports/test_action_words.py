"""Tests of the ladder in plain English."""

import pytest

from gatehouse.model.status import Action
from gatehouse.reports.action_words import ACTION_WORDS, in_words


def test_every_rung_has_words() -> None:
    """It should know every action, each by other words."""
    assert set(ACTION_WORDS) == set(Action)
    assert len(set(ACTION_WORDS.values())) == len(Action)


@pytest.mark.parametrize("action", list(Action))
def test_words_are_words(action: Action) -> None:
    """It should read as an instruction, not as a constant."""
    assert "_" not in in_words(action.value)
    assert in_words(action.value) == in_words(action.value).strip(".")


def test_an_unknown_action_is_shown_as_it_is() -> None:
    """It should not fail on a row that another version wrote."""
    assert in_words("TELEPORT") == "TELEPORT"
