"""Which parts of a finding a unit's readings can be said to know."""

import pytest

from gatehouse.operations.gather_outputs import knows_part

PARTS = {"gpu0", "gpu1.link3", "disk0", "5d:00.0", "host", "DIMM A1"}


@pytest.mark.parametrize(
    "part", ["gpu0", "gpu0.hbm", "gpu1", "gpu1.link17", "0000:5d:00.0", "5d:00.0", "00000000:5d:00.0", "host"]
)
def test_what_the_readings_name_is_known(part: str) -> None:
    """It should know a part by what hangs on it, and a PCI address with its domain or without."""
    assert knows_part(part, PARTS)


@pytest.mark.parametrize("part", ["gpu9", "gpu9.hbm", "disk1", "0000:5e:00.0"])
def test_one_more_of_a_kind_that_is_numbered_is_unknown(part: str) -> None:
    """It should not know a ninth GPU where the readings number GPUs, nor an address beside other addresses."""
    assert not knows_part(part, PARTS)


@pytest.mark.parametrize("part", ["cpu", "dimm DIMM C1", "PS2 Status", "nic4", "Fan FAN4", "", "<script>"])
def test_what_nobody_counted_is_not_doubted(part: str) -> None:
    """It should leave parts of kinds that no reading numbers alone."""
    assert knows_part(part, PARTS)
    assert knows_part(part, ())
