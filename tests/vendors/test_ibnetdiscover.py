"""ibnetdiscover: fabrics that are whole, and dumps that are not."""

from recordings import reading, recording

from gatehouse.model.status import Measured

FABRIC = recording("ibnetdiscover", "one_switch_two_hosts")


def test_each_link_is_counted_once() -> None:
    """It should not count both ends as two links."""
    assert reading("ibnetdiscover", FABRIC).facts["links"] == 2


def test_a_node_without_a_link() -> None:
    """It should be malformed: nothing is discovered without a link to it."""
    text = FABRIC[: FABRIC.index("[1](a088c20300aa1010)")] + "\n"
    report = reading("ibnetdiscover", text)
    assert not report.complete
    assert any("without any link" in error for error in report.errors)


def test_a_peer_that_is_not_listed() -> None:
    """It should notice that a part of the dump is missing."""
    report = reading("ibnetdiscover", FABRIC[: FABRIC.index("vendid=0x2c9\ndevid=0x101b")])
    assert not report.complete
    assert any("which is not listed" in error for error in report.errors)


def test_a_header_alone() -> None:
    """It should be a dump without nodes, which is no fabric."""
    report = reading("ibnetdiscover", "#\n# Topology file: generated on Mon Apr  6 10:11:12 2026\n#\n")
    assert report.facts["switches"] == 0
    assert not report.complete


def test_another_tool() -> None:
    """It should refuse text without header and node."""
    assert reading("ibnetdiscover", "Switch is on\n").status is Measured.ERROR
