"""Adapters and ports give the same facts whichever tool listed them."""

from golden_pairs import completed

from gatehouse.vendors.draft import Draft
from gatehouse.vendors.infiniband_ports import Adapter, Port, note_adapters


def port(number: int, rate: int, *, active: bool) -> Port:
    """A port at a rate, up or down."""
    return Port(number, {"rate": rate}, active=active, down=not active)


def test_a_single_port_stands_for_its_adapter() -> None:
    """It should give the port's facts under the adapter's name too, but only where there is one port."""
    draft = Draft("ibstat", completed(b"x"))
    note_adapters(
        draft,
        [
            Adapter("mlx5_0", ports=[port(1, 400, active=True)], declared=1),
            Adapter("mlx4_0", ports=[port(1, 56, active=True), port(2, 10, active=False)], declared=2),
        ],
    )
    facts = draft.done().facts
    assert facts["mlx5_0.rate"] == facts["mlx5_0.port1.rate"] == 400
    assert "mlx4_0.rate" not in facts
    assert facts["down"] == facts["not_active"] == ["mlx4_0.port2"]
    assert facts["ports_400"] == facts["ports_56"] == 1
    assert "ports_10" not in facts, "a port that is down has no rate to speak of"


def test_declared_against_listed() -> None:
    """It should not be complete when a declared port is not listed, or none is."""
    for ports, declared in (([port(1, 100, active=True)], 2), ([], None)):
        draft = Draft("ibstat", completed(b"x"))
        note_adapters(draft, [Adapter("mlx5_0", ports=ports, declared=declared)])
        report = draft.done()
        assert not report.complete and "mlx5_0" in report.errors[0]
