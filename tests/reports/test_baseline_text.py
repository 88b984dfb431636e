"""What was learned, as lines."""

from gatehouse.reports.baseline_text import histogram_lines, physics_line, quantile_line, score_rows

SCORE = {"host": "h1", "values": 8, "median": 55.0, "worst": 51.3, "similarity": 0.98765, "deviation": None, "why": "x"}


def test_a_histogram_shows_every_step_that_holds_something_and_marks_gaps() -> None:
    """It should draw the few beside the many, what agrees apart from what lies out."""
    steps = [
        {"low": 10.0, "agreeing": 0, "outlying": 1},
        {"low": 20.0, "agreeing": 0, "outlying": 0},
        {"low": 30.0, "agreeing": 0, "outlying": 0},
        {"low": 40.0, "agreeing": 400, "outlying": 0},
    ]
    first, gap, last = histogram_lines(steps)
    assert (first.split(), gap.strip()) == (["10", "░", "1"], "⋮")
    assert last.split() == ["40", "█" * 40, "400"]
    assert list(histogram_lines([])) == []


def test_scores_show_who_lies_out_and_never_0_for_what_is_unknown() -> None:
    """It should write a dash where there is no number."""
    (row,) = score_rows([SCORE, {**SCORE, "why": ""}])
    assert row == ("h1", "8", "55", "51.3", "0.9877", "–", "x")
    assert [r[-1] for r in score_rows([{**SCORE, "why": ""}], only_out=False)] == ["agrees"]
    assert quantile_line([1, 2, 3, 4, 5, 6, 7]).startswith("least 1, 5 % 2")


def test_a_population_that_nothing_holds_is_told() -> None:
    """It should say when no physics stands behind what was learned."""
    told = {"floor": 48.0, "ceiling": None, "source": "PCIe"}
    assert physics_line(told) == "the SKU asks at least 48 of a sound part (PCIe)"
    assert "would not be seen" in physics_line({"floor": None, "ceiling": None, "source": ""})
