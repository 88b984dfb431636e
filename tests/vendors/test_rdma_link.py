"""rdma link, in its forms."""

import pytest
from recordings import reading

from gatehouse.model.status import Measured


@pytest.mark.parametrize(
    "line",
    [
        "link mlx5_0/1 state ACTIVE physical_state LINK_UP netdev eth0 netdev_index 3 ",
        "1/1: mlx5_0/1: state ACTIVE physical_state LINK_UP netdev eth0",
        "link mlx5_0/1 subnet_prefix fe80:0000 lid 3 sm_lid 1 lmc 0 state ACTIVE physical_state LINK_UP netdev eth0",
    ],
)
def test_forms_of_a_line(line: str) -> None:
    """It should read pairs by their names, in whatever order a version has them."""
    facts = reading("rdma-link", line + "\n").facts
    assert (facts["mlx5_0.state"], facts["mlx5_0.phys"], facts["mlx5_0.netdev"]) == ("ACTIVE", "LINK_UP", "eth0")
    assert facts["not_active"] == []


def test_two_ports_of_a_device() -> None:
    """It should name the ports apart."""
    text = "link m/1 state ACTIVE physical_state LINK_UP\nlink m/2 state INIT physical_state LINK_UP\n"
    facts = reading("rdma-link", text).facts
    assert facts["m.port2.state"] == "INIT"
    assert facts["not_active"] == ["m.port2"]


def test_a_last_line_without_its_end() -> None:
    """It should keep the words that are whole and leave the last one out."""
    facts = reading("rdma-link", "link a/1 state ACTIVE physical_state LINK_UP netdev eth1").facts
    assert facts["a.state"] == "ACTIVE"
    assert "a.netdev" not in facts
    assert "links" not in facts


@pytest.mark.parametrize("text", ["[]", '[{"ifname": "a"}]', "0: lo: <LOOPBACK>\n", "rdma: no such device\n"])
def test_no_link(text: str) -> None:
    """It should be an error."""
    assert reading("rdma-link", text).status is Measured.ERROR
