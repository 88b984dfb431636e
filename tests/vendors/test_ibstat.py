"""ibstat: ports, their rates, and devices that vanish."""

import pytest
from recordings import found, reading, recording

from gatehouse.model.status import Measured

THREE = recording("ibstat", "three_adapters_one_down")


def test_a_dead_ports_rate_is_no_speed() -> None:
    """It should keep what is printed and say that there is no speed."""
    facts = reading("ibstat", THREE).facts
    assert facts["mlx5_2.rate"] == 40
    assert facts["mlx5_2.speed_mbps"] is None
    assert "ports_40" not in facts


def test_a_port_in_init_is_not_down() -> None:
    """It should tell a port that is down from one that is up without a subnet manager."""
    facts = reading("ibstat", THREE.replace("State: Down", "State: Initializing")).facts
    assert facts["down"] == []
    assert facts["not_active"] == ["mlx5_2"]


def test_both_kinds_of_indent() -> None:
    """It should read blanks in place of tabs."""
    assert reading("ibstat", THREE.expandtabs(8)).facts == reading("ibstat", THREE).facts


def test_panic_merged_into_the_output() -> None:
    """It should read the panic wherever it is printed, and keep what came before."""
    panic = "ibpanic: [1] main: stat of IB device 'mlx5_3' failed: No such file or directory\n"
    for report in (reading("ibstat", THREE + panic, 255), reading("ibstat", THREE, 255, panic)):
        assert report.facts["cas"] == 3
        assert report.facts["missing_device"] == "mlx5_3"
        assert not report.complete
        assert found(report) == [("hardware", "mlx5_3", "ib.device_missing")]


def test_panic_alone() -> None:
    """It should be an error with the tool's words when there is no adapter at all."""
    report = reading("ibstat", "", 255, "ibpanic: [1] main: can't list IB device names: No such file or directory\n")
    assert report.status is Measured.ERROR
    assert "IB device names" in report.errors[0]


@pytest.mark.parametrize("lines", [1, 3, 7])
def test_a_port_whose_last_lines_are_missing(lines: int) -> None:
    """It should not be complete without the field that is printed last."""
    text = "".join(THREE.splitlines(keepends=True)[:-lines])
    assert not reading("ibstat", text).complete


def test_two_ports() -> None:
    """It should name ports where an adapter has several, and hold them against the number declared."""
    second = THREE[THREE.index("\tPort 1:") : THREE.index("CA 'mlx5_1'")].replace("Port 1:", "Port 2:")
    text = THREE[: THREE.index("CA 'mlx5_1'")].replace("Number of ports: 1", "Number of ports: 2") + second
    report = reading("ibstat", text)
    assert report.complete
    assert report.facts["mlx5_0.port2.rate"] == 400
    assert "mlx5_0.rate" not in report.facts


def test_another_tool() -> None:
    """It should refuse text without an adapter."""
    assert reading("ibstat", recording("ibstatus", "ndr_and_a_dead_port")).status is Measured.ERROR
