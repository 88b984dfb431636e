"""perfquery: narrow counters stop, wide ones do not."""

import pytest
from recordings import reading

from gatehouse.model.status import Measured

HEAD = "# Port {}counters: Lid 7 port {} (CapMask: 0x5300)\n"


def counters(port: int = 1, kind: str = "", **values: int) -> str:
    """A port's counters."""
    return HEAD.format(kind, port) + "".join(
        f"{name}:{'.' * (33 - len(name))}{value}\n" for name, value in values.items()
    )


@pytest.mark.parametrize(("kind", "saturated"), [("", ["LinkDownedCounter"]), ("extended ", [])])
def test_a_narrow_counter_at_its_end(kind: str, saturated: list[str]) -> None:
    """It should be marked as "at least", and only where the counter is narrow."""
    facts = reading("perfquery", counters(kind=kind, LinkDownedCounter=255)).facts
    assert facts["port1.LinkDownedCounter"] == 255
    assert facts["port1.saturated"] == saturated


def test_data_is_in_words_of_four_bytes() -> None:
    """It should give bytes too, but not of a counter that stopped."""
    wide = reading("perfquery", counters(kind="extended ", PortXmitData=4294967295)).facts
    assert wide["port1.xmit_bytes"] == 4294967295 * 4
    narrow = reading("perfquery", counters(PortXmitData=4294967295, PortRcvData=10)).facts
    assert narrow["port1.xmit_bytes"] is None
    assert narrow["port1.rcv_bytes"] == 40


def test_a_port_with_fewer_counters() -> None:
    """It should say that the last port was cut."""
    report = reading(
        "perfquery", counters(1, SymbolErrorCounter=0, PortRcvErrors=0) + counters(2, SymbolErrorCounter=0)
    )
    assert not report.complete
    assert report.facts["port2.SymbolErrorCounter"] == 0


def test_a_cut_counter_is_no_value() -> None:
    """It should leave a number out whose end is missing."""
    text = counters(1, SymbolErrorCounter=0, PortXmitWait=22730501)
    assert "port1.PortXmitWait" not in reading("perfquery", text[:-4]).facts


@pytest.mark.parametrize(
    "text", ["ibwarn: mad_rpc: _do_madrpc failed\n", "SymbolErrorCounter:....0\n", HEAD.format("", 1)]
)
def test_what_holds_no_counters(text: str) -> None:
    """It should refuse it."""
    assert reading("perfquery", text).status is Measured.ERROR
