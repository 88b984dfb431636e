"""ethtool DEVICE."""

import pytest
from recordings import reading

from gatehouse.model.status import Measured

LINK = "Settings for eth0:\n\tSpeed: {}\n\tDuplex: Full\n\tLink detected: yes\n"


@pytest.mark.parametrize(
    ("printed", "speed"),
    [
        ("400000Mb/s", 400000),
        ("10Mb/s", 10),
        ("Unknown!", None),
        ("Unknown! (-1)", None),
        ("65535Mb/s", None),
        ("4294967295Mb/s", None),
        ("0Mb/s", None),
        ("100Gb/s", None),
    ],
)
def test_speeds(printed: str, speed: int | None) -> None:
    """It should know the kernel's words and numbers for "unknown"."""
    assert reading("ethtool", LINK.format(printed)).facts["speed_mbps"] == speed


@pytest.mark.parametrize(("word", "link"), [("yes", True), ("no", False), ("no (No cable)", False), ("perhaps", None)])
def test_link(word: str, link: bool | None) -> None:
    """It should be a truth value or unknown."""
    assert reading("ethtool", LINK.format("10Mb/s").replace("detected: yes", f"detected: {word}")).facts["link"] is link


def test_loopback_says_little() -> None:
    """It should be complete with its link alone."""
    report = reading("ethtool", "Settings for lo:\n\tLink detected: yes\n")
    assert report.complete
    assert report.facts["speed_mbps"] is None


def test_the_link_is_printed_last() -> None:
    """It should not be complete without it."""
    report = reading("ethtool", LINK.format("10Mb/s").replace("\tLink detected: yes\n", ""))
    assert not report.complete
    assert report.facts["speed_mbps"] == 10


def test_warnings_on_standard_error() -> None:
    """It should read through what ethtool says about rights."""
    report = reading("ethtool", LINK.format("10Mb/s"), 0, "netlink error: Operation not permitted\n")
    assert report.complete
    assert report.facts["link"] is True


def test_no_such_device() -> None:
    """It should be an error with the reason."""
    report = reading("ethtool", "No data available\n", 75, "netlink error: no device matches name (offset 24)\n")
    assert report.status is Measured.ERROR
    assert "no device matches name" in report.errors[0]


def test_a_cut_speed() -> None:
    """It should be no value."""
    assert "speed_mbps" not in reading("ethtool", "Settings for eth0:\n\tDuplex: Full\n\tSpeed: 1000").facts
