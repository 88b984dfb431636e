"""ibstatus."""

import pytest
from recordings import reading, recording

from gatehouse.model.status import Measured

TWO = recording("ibstatus", "ndr_and_a_dead_port")


@pytest.mark.parametrize(("state", "down", "active"), [("2: INIT", [], 1), ("3: ARMED", [], 1), ("4: ACTIVE", [], 2)])
def test_states(state: str, down: list[str], active: int) -> None:
    """It should call down only what is down."""
    facts = reading("ibstatus", TWO.replace("1: DOWN", state)).facts
    assert facts["down"] == down
    assert facts["active"] == active


@pytest.mark.parametrize(
    ("printed", "rate", "width", "generation"),
    [
        ("200 Gb/sec (4X HDR)", 200, "4X", "HDR"),
        ("2.5 Gb/sec (1X SDR)", 2.5, "1X", "SDR"),
        ("100 Gb/sec", 100, None, None),
        ("Unknown", None, None, None),
    ],
)
def test_rates(printed: str, rate: float | None, width: str | None, generation: str | None) -> None:
    """It should split rate, width and generation where they are printed."""
    facts = reading("ibstatus", TWO.replace("400 Gb/sec (4X NDR)", printed)).facts
    assert facts.get("mlx5_10.rate") == rate
    assert facts.get("mlx5_10.width") == width
    assert facts.get("mlx5_10.generation") == generation


def test_a_cut_port() -> None:
    """It should not be complete, and count nothing."""
    report = reading("ibstatus", TWO[: TWO.rindex("rate:") + 9])
    assert not report.complete
    assert "mlx5_bond_0.rate" not in report.facts
    assert "down" not in report.facts


def test_another_tool() -> None:
    """It should refuse text without a port."""
    assert reading("ibstatus", recording("ibstat", "three_adapters_one_down")).status is Measured.ERROR
