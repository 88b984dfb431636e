"""The fingerprint of deterministic work is the value that most machines show, or none."""

import math

from hypothesis import given
from hypothesis import strategies as st

from gatehouse.decisions.baselines import fingerprint

HOSTS = [f"h{i}" for i in range(10)]


def test_the_modal_value_is_the_fingerprint_and_the_minority_is_named() -> None:
    """It should not let one corrupt machine empty or move it."""
    found = fingerprint({host: ["9f3c" if host != "h4" else "9f3d"] * 3 for host in HOSTS})
    assert found.value == "9f3c"
    assert found.share == 0.9
    assert dict(found.minorities) == {"h4": "9f3d"}
    assert found.outliers == ("h4",)


def test_numbers_are_compared_bit_for_bit() -> None:
    """It should see the last bit of a float, which a mean of ten equal values may lose by itself."""
    value = 0.1 + 0.2
    found = fingerprint({host: [value if host != "h9" else math.nextafter(value, 1)] for host in HOSTS})
    assert found.value == value
    assert found.outliers == ("h9",)
    assert fingerprint({host: [value] for host in HOSTS}).outliers == ()


def test_a_machine_that_does_not_repeat_itself_has_no_vote_and_lies_out() -> None:
    """It should call it unsteady: that is the silent corruption that comes and goes."""
    found = fingerprint({host: ["a", "a"] if host != "h2" else ["a", "b"] for host in HOSTS})
    assert found.value == "a"
    assert found.unsteady == ("h2",)
    assert found.outliers == ("h2",)


def test_a_tie_is_no_fingerprint() -> None:
    """It should name both values."""
    found = fingerprint({host: ["a" if i < 5 else "b"] for i, host in enumerate(HOSTS)}, share_at_least=0.4)
    assert found.value is None
    assert "'a' and 'b'" in found.reason
    assert found.outliers == ()


def test_a_share_below_the_floor_is_no_fingerprint() -> None:
    """It should refuse a plurality, such as of serial numbers."""
    found = fingerprint({host: ["a" if i < 7 else host] for i, host in enumerate(HOSTS)})
    assert found.value is None
    assert "7 of 10 hosts" in found.reason


def test_too_few_machines_or_none_that_repeats_is_no_fingerprint() -> None:
    """It should say what is missing."""
    assert "7 hosts of at least 8" in fingerprint({host: ["a"] for host in HOSTS[:7]}).reason
    assert "not deterministic" in fingerprint({host: ["a", host] for host in HOSTS}).reason
    assert fingerprint({}).value is None
    assert fingerprint({host: [] for host in HOSTS}).hosts == 0


def test_yes_is_not_one_and_one_is_not_a_word() -> None:
    """It should keep sorts of values apart, and NaN repeats nothing."""
    found = fingerprint({host: [True if host != "h0" else 1.0] for host in HOSTS})
    assert found.value is True
    assert dict(found.minorities) == {"h0": 1.0}
    assert fingerprint({host: [1 if host != "h0" else "1"] for host in HOSTS}).outliers == ("h0",)
    assert fingerprint({host: [float("nan")] for host in HOSTS}).value is None


@given(st.dictionaries(st.sampled_from(HOSTS), st.lists(st.sampled_from(["a", "b", 1, 2.5, True]), max_size=3)))
def test_it_is_always_somebodys_value_and_most_show_it(samples: dict[str, list[str | float]]) -> None:
    """It should never invent a value, in whatever order machines come, and most of them agree with it."""
    found = fingerprint(samples, hosts_at_least=3, share_at_least=0.6)
    again = fingerprint(dict(reversed(samples.items())), hosts_at_least=3, share_at_least=0.6)
    assert (again.value, again.outliers) == (found.value, found.outliers)
    if found.value is not None:
        answered = [host for host, values in samples.items() if values]
        assert any(found.value in values for values in samples.values())
        assert len(answered) - len(found.outliers) >= 0.6 * len(answered)
