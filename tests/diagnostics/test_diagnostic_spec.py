"""A diagnostic says what it asks, needs and costs, and refuses what cannot be."""

from typing import Any

import pytest

from gatehouse.diagnostics.registry import all_diagnostics
from gatehouse.diagnostics.spec import ANY_VENDOR, Ask, Diagnostic
from gatehouse.model.errors import UsageError

SMI = Ask("smi", ("smi", "-q"))
LOAD = Ask("load", ("load", "--for", "{seconds}s"), root=True)
PLAIN: dict[str, Any] = {"id": "plain", "title": "Plain", "question": "Is it plain?", "cells": {ANY_VENDOR: (SMI,)}}


def made(**changes: Any) -> Diagnostic:
    """A diagnostic with some of it changed."""
    return Diagnostic(**{**PLAIN, **changes})


def test_what_it_needs_follows_from_what_it_asks() -> None:
    """It should need root where one of the vendor's tools does, and an idle machine where it disturbs."""
    mixed = made(cells={"nvidia": (SMI, Ask("log", ("dmesg",), root=True)), "amd": (SMI,)})
    assert [mixed.needs_root(vendor) for vendor in ("nvidia", "amd", "intel")] == [True, False, False]
    assert not mixed.needs_idle
    assert made(idle=True).needs_idle
    assert made(disturbs=True, expect_minutes=1).needs_idle


def test_a_longer_load_costs_its_seconds_more() -> None:
    """It should count a plan's seconds as they are, and never come to less than nothing."""
    load = made(cells={ANY_VENDOR: (LOAD,)}, disturbs=True, expect_minutes=1.5, params={"seconds": 60})
    assert load.minutes({}) == 1.5
    assert load.minutes({"seconds": 1800}) == 30.5
    assert load.minutes({"seconds": 0}) == 0.5
    assert made().minutes({}) == 0.1


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"id": "Plain id"}, "small letters"),
        ({"title": " "}, "no title"),
        ({"question": "It is plain."}, "question mark"),
        ({"cells": {}}, "no cell"),
        ({"cells": {"amd": ()}}, "the cell of amd is empty"),
        ({"expect_minutes": 0}, "above 0"),
        ({"disturbs": True}, "for how long"),
        ({"cells": {ANY_VENDOR: (LOAD,)}, "params": {"seconds": 600}, "expect_minutes": 5}, "less than its own 600"),
        ({"params": {"mib": 3}}, "no command uses the parameter mib"),
        ({"cells": {ANY_VENDOR: (LOAD,)}}, "nothing fills seconds"),
        ({"cells": {ANY_VENDOR: (Ask("smart", ("smartctl",), for_each="disk"),)}}, "names {disk} nowhere"),
        ({"cells": {ANY_VENDOR: (Ask("smart", ("smartctl", "{disk}")),)}}, "nothing fills disk"),
        ({"cells": {ANY_VENDOR: (Ask("smi", ("smi",), limit_s=0),)}}, "limit_s must be above 0"),
    ],
)
def test_nonsense_is_refused(changes: dict[str, Any], says: str) -> None:
    """It should name the diagnostic and what is wrong with it."""
    with pytest.raises(UsageError, match=says) as caught:
        made(**changes)
    assert "diagnostic" in str(caught.value)


def test_all_that_is_wrong_is_said_at_once() -> None:
    """It should not make people fix one mistake a run."""
    with pytest.raises(UsageError, match=r"no title; .*question mark; .*costs something; it has no cell"):
        made(title="", question="It is.", expect_minutes=-1, cells={})


def test_every_diagnostic_that_ships_says_its_cost() -> None:
    """It should know what each one costs; one that disturbs costs more than a look."""
    shipped = all_diagnostics().values()
    assert shipped
    assert all(each.minutes({}) > 0 for each in shipped)
    assert any(each.needs_idle for each in shipped)
    assert any(each.needs_root("nvidia") for each in shipped)
