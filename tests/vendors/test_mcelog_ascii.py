"""Machine checks in the forms of mcelog, the kernel and Xen."""

import pytest
from recordings import found, reading

from gatehouse.model.status import Measured

VALID, UNCORRECTED, MISC_VALID = 1 << 63, 1 << 61, 1 << 59


def mcelog(status: int, misc: int = 0, bank: int = 7, processor: str = "0:0x406f0") -> str:
    """A record as mcelog takes and prints it."""
    return f"CPU 2 {bank}\nPROCESSOR {processor}\nSTATUS {status:#x}\nMISC {misc:x}\n"


@pytest.mark.parametrize(
    ("status", "signature"), [(VALID | 0x80, "mce.corrected"), (VALID | UNCORRECTED | 0x80, "mce.uncorrected")]
)
def test_corrected_or_not(status: int, signature: str) -> None:
    """It should tell by bit 61 of the status."""
    report = reading("mcelog-ascii", mcelog(status))
    assert found(report) == [("hardware", "cpu2", signature)]
    assert report.facts["correctable"] is (signature == "mce.corrected")
    assert report.facts["status.mcacod"] == "0x0080"


@pytest.mark.parametrize(
    ("bank", "processor", "status", "known"),
    [
        (7, "0:0x406f0", VALID | MISC_VALID, True),
        (8, "0:0x306f2", VALID | MISC_VALID, True),
        (5, "0:0x406f0", VALID | MISC_VALID, False),
        (7, "0:0x206d7", VALID | MISC_VALID, False),
        (7, "2:0x406f0", VALID | MISC_VALID, False),
        (7, "0:0x406f0", VALID, False),
    ],
)
def test_mirroring_is_told_by_home_units_only(bank: int, processor: str, status: int, known: bool) -> None:
    """It should not read a bit of MISC that means something else on another bank, model or vendor."""
    facts = reading("mcelog-ascii", mcelog(status, 1 << 41, bank, processor)).facts
    assert facts.get("mirror_failover") == (True if known else None)


@pytest.mark.parametrize(
    ("bank", "processor"), [(7, "0:0x50654"), (8, "0:0x50657"), (12, "0:0x606a6"), (24, "0:0x606c1")]
)
def test_mirroring_of_newer_servers_has_other_bits(bank: int, processor: str) -> None:
    """It should read bits 63 and 62 of an M2M's MISC, and not the bits of the older units."""
    failover = reading("mcelog-ascii", mcelog(VALID | MISC_VALID, 1 << 63, bank, processor))
    assert failover.facts["mirror_failover"] is True
    assert found(failover) == [("hardware", "cpu2", "mce.mirror_failover")]
    assert reading("mcelog-ascii", mcelog(VALID | MISC_VALID, 1 << 62, bank, processor)).facts["mirror_corrected"]
    assert (
        reading("mcelog-ascii", mcelog(VALID | MISC_VALID, 1 << 41, bank, processor)).facts["mirror_failover"] is False
    )


def test_a_register_that_is_not_valid() -> None:
    """It should call a status without its valid bit neither corrected nor trouble."""
    report = reading("mcelog-ascii", "CPU 0 BANK 1\nSTATUS 1234\nMISC\t0xab\nSOCKETID 1 APICID f\n")
    assert report.facts["correctable"] is None
    assert report.facts["misc"] == "0xab"
    assert report.facts["socket"] == 1
    assert not report.findings


def test_the_kernels_lines() -> None:
    """It should read the form of dmesg, old and new."""
    new = "mce: [Hardware Error]: CPU 3: Machine Check: 0 Bank 17: dc2040000000011b\n"
    old = "CPU 1: Machine Check Exception: 0000000000000004\nBank 2: b200000000000863 at 00000000c0ffee00\n"
    assert reading("mcelog-ascii", new).facts["bank"] == 17
    facts = reading("mcelog-ascii", old).facts
    assert (facts["cpu"], facts["bank"], facts["status"]) == (1, 2, "b200000000000863")
    assert facts["status.uncorrected"] is True


def test_several_records() -> None:
    """It should keep records apart, the first one's facts under bare names too."""
    facts = reading("mcelog-ascii", mcelog(VALID, bank=1) + mcelog(VALID | UNCORRECTED, bank=4)).facts
    assert facts["records"] == 2
    assert facts["bank"] == facts["mce0.bank"] == 1
    assert facts["mce1.status.uncorrected"] is True


def test_xen_tells_itself_what_was_correctable() -> None:
    """It should take Xen's word."""
    text = "(XEN) MCE: The hardware reports a {} incident occurred on CPU 4.\n(XEN) Bank 2: d400008000040150\n"
    assert reading("mcelog-ascii", text.format("non fatal, correctable")).facts["correctable"] is True
    assert reading("mcelog-ascii", text.format("fatal, uncorrectable")).facts["correctable"] is False


def test_a_cut_status_is_no_status() -> None:
    """It should refuse a register whose digits may be missing."""
    assert reading("mcelog-ascii", "CPU 2 7\nSTATUS 0x8c0000").status is Measured.ERROR


def test_a_record_without_a_status() -> None:
    """It should be no machine check."""
    assert reading("mcelog-ascii", "CPU 2 7\nTSC 12\n").status is Measured.ERROR
