"""ethtool -m, over the module standards."""

import pytest
from recordings import found, reading, recording

from gatehouse.model.status import Measured

SFP = "\tIdentifier                                : 0x03 (SFP)\n"
LANES = recording("ethtool-m", "qsfp28_one_dark_lane")


@pytest.mark.parametrize(
    ("printed", "mw", "dbm"),
    [("0.5012 mW / -3.00 dBm", 0.5012, -3.0), ("0.0000 mW / -inf dBm", 0.0, None), ("N/A", "absent", "absent")],
)
def test_light(printed: str, mw: object, dbm: object) -> None:
    """It should take each unit's number, and no number for no light at all."""
    facts = reading("ethtool-m", f"{SFP}\tReceiver signal average optical power     : {printed}\n").facts
    assert facts.get("rx_power_mw", "absent") == mw
    assert (facts["rx_power_dbm"] if mw != "absent" else "absent") == dbm


@pytest.mark.parametrize(("state", "value", "findings"), [("On", True, 1), ("Off", False, 0), ("?", None, 0)])
def test_alarms(state: str, value: bool | None, findings: int) -> None:
    """It should judge an alarm that is on, and not its warning."""
    report = reading(
        "ethtool-m",
        f"{SFP}\tModule temperature high alarm             : {state}\n"
        "\tModule temperature high warning           : On\n",
    )
    assert report.facts["temp_high_alarm"] is value
    assert len(found(report)) == findings


def test_lanes_by_number_and_as_a_list() -> None:
    """It should give both, the list only of a whole output."""
    facts = reading("ethtool-m", LANES).facts
    assert facts["lane2.bias_ma"] == 7.51
    cut = reading("ethtool-m", LANES[: LANES.index("Rcvr signal avg optical power(Channel 2)")]).facts
    assert cut["lane1.rx_power_dbm"] == -0.55
    assert "rx_power_dbm" not in cut


@pytest.mark.parametrize(
    ("lines", "supported"),
    [
        ("\tOptical diagnostics support               : Yes\n", True),
        ("\tOptical diagnostics support               : No\n", False),
        ("\tVendor name                               : X\n", False),
        ("\tModule temperature                        : 30.00 degrees C / 86.00 degrees F\n", True),
    ],
)
def test_diagnostics(lines: str, supported: bool) -> None:
    """It should tell a module without diagnostics from one that measures."""
    assert reading("ethtool-m", SFP + lines).facts["ddm_supported"] is supported


def test_a_cut_before_the_measurements() -> None:
    """It should not say that there are none."""
    assert "ddm_supported" not in reading("ethtool-m", SFP + "\tVendor name                       ").facts


def test_another_tool() -> None:
    """It should need the module's identifier."""
    assert reading("ethtool-m", "\tVendor name : X\n").status is Measured.ERROR
