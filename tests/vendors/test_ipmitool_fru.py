"""ipmitool fru print."""

import pytest
from recordings import reading, recording

from gatehouse.model.status import Measured

PARTS = recording("ipmitool-fru", "board_and_absent_supply")


def test_absent_and_unreadable_parts() -> None:
    """It should know them by what is said below their name, and not call a part absent that could not be read."""
    for words, present in (
        ("Device not present (Timeout)", False),
        ("Unknown FRU header version 0x00", None),
        ("FRU Read failed", None),
    ):
        facts = reading(
            "ipmitool-fru", PARTS.replace("Device not present (Requested sensor, data, or record not found)", words)
        ).facts
        assert facts["fru3.present"] is present
        assert facts["present"] == 1


def test_an_empty_field_is_unknown() -> None:
    """It should not report an empty serial number."""
    assert reading("ipmitool-fru", PARTS.replace("QX8G-000417", "")).facts["product.serial"] is None


def test_a_record_that_only_began() -> None:
    """It should not be called present."""
    report = reading("ipmitool-fru", PARTS[: PARTS.index(" Device not present")])
    assert "fru3.present" not in report.facts
    assert not report.complete


@pytest.mark.parametrize("text", [" Product Serial : 1\n", "Get Device ID command failed\n"])
def test_no_record(text: str) -> None:
    """It should be an error."""
    assert reading("ipmitool-fru", text).status is Measured.ERROR
