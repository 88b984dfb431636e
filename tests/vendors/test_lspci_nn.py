"""lspci -nn."""

import pytest
from recordings import reading, recording

from gatehouse.model.status import Measured

LINE = "18:00.0 3D controller [0302]: NVIDIA Corporation GH100 [H200 SXM 141GB] [10de:2335] (rev a1)"


def test_names_hold_brackets() -> None:
    """It should take the ids from the end."""
    facts = reading("lspci-nn", LINE + "\n").facts
    assert facts["first.name"] == "NVIDIA Corporation GH100 [H200 SXM 141GB]"
    assert facts["first.ids"] == "10de:2335"
    assert facts["first.rev"] == "a1"


@pytest.mark.parametrize(
    ("tail", "devices", "complete"),
    [(LINE, 2, False), (LINE.removesuffix(" (rev a1)"), 2, False), (LINE[:-3], None, False), (LINE[:50], None, False)],
)
def test_a_last_line_without_its_end(tail: str, devices: int | None, complete: bool) -> None:
    """It should count a device whose line is whole, and nothing where it is cut."""
    report = reading("lspci-nn", LINE.replace("18:00", "17:00") + "\n" + tail)
    assert report.facts.get("devices") == devices
    assert report.complete is complete


def test_only_gpus_count_as_gpus() -> None:
    """It should not count the BMC's display, nor the switches."""
    facts = reading("lspci-nn", recording("lspci-nn", "h200_board")).facts
    assert (facts["gpus"], facts["nvidia_bridges"], facts["devices"]) == (2, 1, 5)


@pytest.mark.parametrize("text", ["18:00.0 3D controller: NVIDIA Corporation GH100 (rev a1)\n", "\n18:00.0\n"])
def test_without_ids(text: str) -> None:
    """It should refuse lspci without -nn."""
    assert reading("lspci-nn", text).status is Measured.ERROR
