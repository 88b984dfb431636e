"""ethtool -S."""

import pytest
from recordings import reading

from gatehouse.model.status import Measured

HEAD = "NIC statistics:\n"


@pytest.mark.parametrize(
    ("line", "name", "value"),
    [
        ("     rx_packets: 12", "rx_packets", 12),
        ("     rxq0: rx_pkts: 5", "rxq0: rx_pkts", 5),
        ("     [3]: tpa_aborts: 0", "[3]: tpa_aborts", 0),
        ("     Tx Queue#: 0", "Tx Queue#", 0),
        ("     temp_delta: -4", "temp_delta", -4),
        ("     wide: 18446744073709551615", "wide", 18446744073709551615),
    ],
)
def test_the_last_colon_parts(line: str, name: str, value: int) -> None:
    """It should leave names as the driver has them."""
    assert reading("ethtool-S", f"{HEAD}{line}\n").facts[name] == value


@pytest.mark.parametrize("line", ["     fw_version: 1.2.3", "     text: abc", "     half: 12x"])
def test_what_is_no_number(line: str) -> None:
    """It should be left out."""
    report = reading("ethtool-S", f"{HEAD}     a: 1\n{line}\n")
    assert set(report.facts) == {"device", "usable", "a"}


def test_no_statistics() -> None:
    """It should be an error with the driver's answer."""
    report = reading("ethtool-S", "", 94, "no stats available\n")
    assert report.status is Measured.ERROR
    assert report.facts["usable"] is False


def test_a_cut_counter() -> None:
    """It should leave a number out whose end is missing."""
    report = reading("ethtool-S", f"{HEAD}     a: 1\n     b: 12")
    assert report.facts["a"] == 1
    assert "b" not in report.facts
    assert not report.complete


def test_another_tool() -> None:
    """It should need the heading."""
    assert reading("ethtool-S", "     rx_packets: 12\n").status is Measured.ERROR
