"""ipmitool mc info."""

import pytest
from recordings import reading, recording

from gatehouse.model.status import Measured

BMC = recording("ipmitool-mc-info", "openbmc")


def test_a_bmc_without_auxiliary_revision() -> None:
    """It should have none rather than an empty one."""
    facts = reading("ipmitool-mc-info", BMC[: BMC.index("Aux Firmware")]).facts
    assert facts["aux_fw"] is None
    assert facts["support_count"] == 4


@pytest.mark.parametrize(("word", "value"), [("yes", True), ("no", False), ("maybe", None)])
def test_flags(word: str, value: bool | None) -> None:
    """It should be unknown for other words."""
    text = BMC.replace("Device Available          : yes", f"Device Available          : {word}")
    assert reading("ipmitool-mc-info", text).facts["available"] is value


def test_a_cut_list_is_not_counted() -> None:
    """It should not count part of the list."""
    report = reading("ipmitool-mc-info", BMC[: BMC.index("SEL Device") + 3])
    assert "support_count" not in report.facts
    assert not report.complete


def test_no_bmc() -> None:
    """It should be an error with ipmitool's words."""
    report = reading("ipmitool-mc-info", "", 1, "Could not open device at /dev/ipmi0: No such file or directory\n")
    assert report.status is Measured.ERROR
    assert "/dev/ipmi0" in report.errors[0]
