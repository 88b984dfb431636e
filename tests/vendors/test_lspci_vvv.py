"""lspci -vvv: links, error bits, and devices that do not answer."""

import pytest
from recordings import found, reading, recording

from gatehouse.model.status import Measured

HEAD = "18:00.0 3D controller: NVIDIA Corporation Device 2335 (rev a1)\n"
LINK = "\t\tLnkCap:\tPort #0, Speed {}, Width {}, ASPM not supported\n\t\tLnkSta:\tSpeed {}, Width {}\n"


def device(cap: tuple[str, str] = ("32GT/s", "x16"), sta: tuple[str, str] = ("32GT/s", "x16"), extra: str = "") -> str:
    """One device with a link."""
    return HEAD + LINK.format(*cap, *sta) + extra


@pytest.mark.parametrize(
    ("sta", "speed", "width", "slow", "narrow", "marked"),
    [
        (("32GT/s (ok)", "x16 (ok)"), 32.0, 16, False, False, True),
        (("16GT/s (downgraded)", "x16 (ok)"), 16.0, 16, True, False, True),
        (("16GT/s", "x8"), 16.0, 8, True, True, False),
        (("2.5GT/s (downgraded)", "x0 (downgraded)"), 2.5, 0, True, True, True),
        (("unknown", "x16"), None, 16, None, False, False),
    ],
)
def test_status_against_capability(
    sta: tuple[str, str], speed: float | None, width: int, slow: bool | None, narrow: bool, marked: bool
) -> None:
    """It should compare the numbers, whether or not lspci marks the difference."""
    facts = reading("lspci-vvv", device(sta=sta)).facts
    assert facts["lnksta.speed_gts"] == speed
    assert facts["lnksta.width"] == width
    assert (facts["speed_downgraded"], facts["width_downgraded"]) == (slow, narrow)
    assert facts["marker_present"] is marked


def test_a_downgraded_link_is_no_finding() -> None:
    """It should leave it to the SKU what width and speed are expected."""
    assert not found(reading("lspci-vvv", device(sta=("2.5GT/s (downgraded)", "x1 (downgraded)"))))


def test_status_bits_over_several_lines() -> None:
    """It should gather the bits of newer versions, which go on over deeper lines."""
    facts = reading("lspci-vvv", recording("lspci-vvv", "gpu_downtrained_and_bridge")).facts
    assert facts["0000:18:00.0.uesta.set"] == ["CmpltTO", "PoisonTLPBlocked"]


def test_bits_that_may_be_cut_are_left_out() -> None:
    """It should not say that no error bit is set when the rest of the register may be missing."""
    text = device(extra="\t\tUESta:\tDLP- SDES- TLP-\n\t\t\tECRC")
    facts = reading("lspci-vvv", text).facts
    assert "18:00.0.uesta.set" not in facts


def test_no_lane_error() -> None:
    """It should not take the 0 that stands for "none" for lane 0."""
    assert reading("lspci-vvv", device(extra="\t\tLaneErrStat: 0\n")).facts["lane_errors"] == []
    assert reading("lspci-vvv", device(extra="\t\tLaneErrStat: LaneErr at lane: 0\n")).facts["lane_errors"] == [0]


@pytest.mark.parametrize("flag", ["+", "-"])
def test_device_status(flag: str) -> None:
    """It should give each bit as a truth value, under lspci's name."""
    facts = reading("lspci-vvv", device(extra=f"\t\tDevSta:\tCorrErr{flag} NonFatalErr- FatalErr{flag}\n")).facts
    assert facts["devsta.CorrErr"] is facts["devsta.FatalErr"] is (flag == "+")
    assert facts["devsta.NonFatalErr"] is False


def test_bare_names_only_of_an_only_device() -> None:
    """It should not let one of two devices stand for the machine."""
    two = device() + "\n" + device().replace("18:00.0", "19:00.0")
    facts = reading("lspci-vvv", two).facts
    assert "lnksta.width" not in facts
    assert facts["first.lnksta.width"] == facts["19:00.0.lnksta.width"] == 16


def test_a_device_off_the_bus() -> None:
    """It should be a finding with its address."""
    report = reading(
        "lspci-vvv",
        device() + "\n3b:00.0 3D controller: NVIDIA Corporation GA100 (rev ff)\n\t!!! Unknown header type 7f\n",
    )
    assert found(report) == [("hardware", "3b:00.0", "pcie.unreachable")]


def test_without_root() -> None:
    """It should not be complete: capabilities were not shown."""
    report = reading("lspci-vvv", HEAD + "\tControl: I/O-\n\tCapabilities: <access denied>\n")
    assert not report.complete
    assert any("root" in error for error in report.errors)


def test_a_capability_without_its_status() -> None:
    """It should be a cut: LnkSta always follows."""
    report = reading("lspci-vvv", HEAD + "\t\tLnkCap:\tPort #0, Speed 32GT/s, Width x16\n")
    assert not report.complete
    assert "width_downgraded" not in report.facts


def test_a_hex_dump_is_passed_over() -> None:
    """It should read -xxxx too."""
    assert reading("lspci-vvv", device(extra="00: 86 80 10 9d 07 00\n")).complete


@pytest.mark.parametrize("text", [HEAD, "Host bridge: Intel\n", recording("lspci-nn", "h200_board")])
def test_what_has_no_registers(text: str) -> None:
    """It should refuse lspci without -vvv."""
    assert reading("lspci-vvv", text).status is Measured.ERROR
