"""flint query."""

import pytest
from recordings import reading, recording

from gatehouse.model.status import Measured

CARD = recording("flint-query", "connectx7")


def test_words_before_a_count() -> None:
    """It should take the address without the number of addresses behind it."""
    facts = reading("flint-query", CARD).facts
    assert facts["base_guid"] == "a088c20300aa1010"
    assert facts["base_mac"] == "a088c2aa1010"


@pytest.mark.parametrize(
    ("line", "value"),
    [
        ("Secure Boot Capable:   Enabled\n", True),
        ("Secure Boot Capable:   Disabled\n", False),
        ("Secure Boot Capable:   N/A\n", None),
    ],
)
def test_secure_boot(line: str, value: bool | None) -> None:
    """It should be unknown for other words."""
    assert reading("flint-query", CARD + line).facts["secure_boot"] is value


def test_the_first_description_counts() -> None:
    """It should not take the heading over the addresses for the card's description."""
    text = CARD.replace("Rom Info:", "Description:           A card\nRom Info:")
    assert reading("flint-query", text).facts["description"] == "A card"


def test_a_device_that_does_not_open() -> None:
    """It should be an error with flint's words."""
    report = reading("flint-query", "", 1, "-E- Cannot open Device: /dev/mst/mt4129_pciconf0. No such file\n")
    assert report.status is Measured.ERROR
    assert "Cannot open Device" in report.errors[0]


def test_an_error_in_the_middle() -> None:
    """It should keep what was read and not be complete."""
    report = reading("flint-query", CARD, 1, "-E- Failed to read the security version\n")
    assert report.facts["fw"] == "28.43.1014"
    assert not report.complete
