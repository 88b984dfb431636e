"""ibv_devinfo."""

from recordings import reading, recording

from gatehouse.model.status import Measured

TWO = recording("ibv_devinfo", "two_adapters")


def test_verbose_speed_and_width() -> None:
    """It should read what -v adds."""
    text = TWO.replace(
        "\t\t\tport_lmc:\t\t0x00\n", "\t\t\tactive_width:\t\t4X (2)\n\t\t\tactive_speed:\t\t100.0 Gbps (128)\n"
    )
    facts = reading("ibv_devinfo", text).facts
    assert facts["mlx5_0.width"] == "4X"
    assert facts["mlx5_0.lane_gigabits_per_s"] == 100.0


def test_declared_ports_against_listed() -> None:
    """It should notice a port that is missing."""
    report = reading("ibv_devinfo", TWO.replace("phys_port_cnt:\t\t\t1", "phys_port_cnt:\t\t\t2", 1))
    assert not report.complete
    assert "mlx5_0: 2 ports declared, 1 listed" in report.errors


def test_no_adapter() -> None:
    """It should be an error: "No IB devices found" is no measurement."""
    assert reading("ibv_devinfo", "No IB devices found\n").status is Measured.ERROR


def test_fields_before_any_adapter() -> None:
    """It should not read them."""
    assert "fw" not in reading("ibv_devinfo", "\tfw_ver:\t\t1\n" + TWO).facts
