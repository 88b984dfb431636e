"""Raw values of ATA attributes: the number that leads, or unknown."""

import pytest

from gatehouse.vendors.smart_attributes import leading_number


@pytest.mark.parametrize(
    ("raw", "number"),
    [
        ("36", 36),
        ("36 (Min/Max 34/38)", 36),
        ("0/0", None),
        ("27411h+12m+03.220s", None),
        ("12:30", None),
        ("", None),
        ("n/a", None),
        ("117440512", 117440512),
    ],
)
def test_leading_number(raw: str, number: int | None) -> None:
    """It should not take hours, ratios or words for a count."""
    assert leading_number(raw) == number
