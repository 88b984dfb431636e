"""Counters are judged by what they gain in a visit: never by how old they are, never negative, never invented."""

from hypothesis import given
from hypothesis import strategies as st

from gatehouse.decisions.counter_changes import change, changed
from gatehouse.model.readings import Fact, Finding, ToolReport
from gatehouse.model.status import FindingClass, Measured

CRC = "nic3.rx_crc_errors_phy"
COUNTS = st.integers(min_value=0, max_value=2**64)
FINDING = Finding(FindingClass.HARDWARE, "nic3", "optic.dark", "no light")


def report(facts: dict[str, Fact], *findings: Finding) -> ToolReport:
    """A whole report of ethtool about nic3."""
    return ToolReport("ethtool-S", Measured.COMPLETE, True, facts, findings)


NOTHING = ToolReport("ethtool-S", Measured.SKIP, False, errors=("ethtool is not installed",))
CUT = ToolReport("ethtool-S", Measured.ERROR, False, {CRC: 9}, errors=("no answer in 30 s",))


@given(COUNTS, COUNTS)
def test_a_change_is_the_difference_or_unknown(old: int, new: int) -> None:
    """It should be what was gained; a counter that is smaller than before was reset, and its change is unknown."""
    assert change({CRC: old}, {CRC: new}, CRC) == (new - old if new >= old else None)


@given(st.one_of(st.none(), st.booleans(), st.text(), st.floats()), COUNTS)
def test_what_is_no_count_has_no_change(odd: Fact, count: int) -> None:
    """It should give no number for a value that is no count, on either side, or that was read only once."""
    assert change({CRC: odd}, {CRC: count}, CRC) is None
    assert change({CRC: count}, {CRC: odd}, CRC) is None
    assert change({}, {CRC: count}, CRC) is None
    assert change({CRC: count}, {}, CRC) is None


def test_a_counter_that_cannot_grow_any_more_has_no_change() -> None:
    """It should not take a counter that stands at its end for one that gained nothing."""
    facts: dict[str, Fact] = {"hca0.port1.SymbolErrorCounter": 65535, "hca0.port1.saturated": ["SymbolErrorCounter"]}
    assert change(facts, facts, "hca0.port1.SymbolErrorCounter") is None


def test_two_looks_make_one_report() -> None:
    """It should hold what the counters gained and the seconds in between, and nothing else."""
    before = report({CRC: 5, "nic3.rx_packets": 10}, FINDING)
    after = report({CRC: 9, "nic3.rx_packets": 99}, FINDING)
    made = changed(before, after, ("*crc*",), 61.5, "nic3")
    assert made.facts == {f"{CRC}.delta": 4, "nic3.window_s": 61.5}
    assert made.findings == (FINDING,)
    assert (made.status, made.complete) == (Measured.COMPLETE, True)


def test_a_counter_that_went_away_stays_as_unknown() -> None:
    made = changed(report({CRC: 5}), report({}), ("*crc*",), None, "nic3")
    assert made.facts == {f"{CRC}.delta": None, "nic3.window_s": None}


def test_a_look_that_failed_stands_for_both() -> None:
    """It should say which look it was, and hold no change."""
    assert changed(NOTHING, report({CRC: 1}), ("*",), 1.0, "nic3") is NOTHING
    made = changed(report({CRC: 1}), CUT, ("*",), 1.0, "nic3")
    assert made.status is Measured.ERROR
    assert made.errors == ("asked again: no answer in 30 s",)
