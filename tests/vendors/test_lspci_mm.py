"""lspci -mm, verbose and quoted."""

import pytest
from recordings import reading, recording

from gatehouse.model.status import Measured

RECORD = "Slot:\t18:00.0\nClass:\t3D controller [0302]\nVendor:\tNVIDIA Corporation [10de]\nDevice:\tGH100 [2335]\n"


def test_blanks_or_tabs() -> None:
    """It should read both after the colon."""
    assert reading("lspci-mm", RECORD.replace("\t", "   ")).facts == reading("lspci-mm", RECORD).facts


def test_records_without_a_blank_line() -> None:
    """It should begin a new record at each slot."""
    assert reading("lspci-mm", RECORD + RECORD.replace("18:", "19:")).facts["devices"] == 2


def test_without_numeric_ids() -> None:
    """It should not count GPUs by names."""
    assert "gpus" not in reading("lspci-mm", RECORD.replace(" [0302]", "").replace(" [10de]", "")).facts


def test_a_quote_that_does_not_end() -> None:
    """It should leave the line out."""
    text = recording("lspci-mm", "quoted_lines") + '19:00.0 "3D controller\n'
    assert reading("lspci-mm", text).facts["devices"] == 2


def test_empty_quotes_are_no_value() -> None:
    """It should not report an empty subsystem."""
    facts = reading("lspci-mm", '00:00.0 "Host bridge" "Intel" "X" "" ""\n').facts
    assert "first.svendor" not in facts


@pytest.mark.parametrize("text", ["Slot:\t18:00.0\n", "Class:\tx\n", "18:00.0 Host bridge\n"])
def test_what_is_no_device(text: str) -> None:
    """It should refuse it."""
    assert reading("lspci-mm", text).status is Measured.ERROR
