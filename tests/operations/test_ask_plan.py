"""A plan becomes command lines: one for each device, with the plan's numbers, and counters twice."""

import pytest

from gatehouse.catalog.loader import SHIPPED, Catalog
from gatehouse.catalog.plan import PlannedDiagnostic
from gatehouse.catalog.sku import Sku
from gatehouse.diagnostics.registry import all_diagnostics
from gatehouse.diagnostics.spec import ANY_VENDOR
from gatehouse.model.errors import UsageError
from gatehouse.operations.ask_plan import AskedCommand, commands_for
from gatehouse.vendors.registry import all_readers

CATALOG = Catalog((SHIPPED,))
H100, MI300X, GAUDI3 = (CATALOG.skus[name] for name in ("h100-8x", "mi300x-8x", "gaudi3-8x"))
ACCELERATOR = {"model": "AMD Instinct MI300X", "count": 2, "source": "test"}


def sku(**fields: object) -> Sku:
    """A SKU with those fields."""
    return Sku.model_validate({"title": "Test server", "vendor": "none", "kind": "CPU", **fields})


def asked(of: Sku, *names: str, **params: float) -> tuple[AskedCommand, ...]:
    """The commands of those diagnostics, all with the same parameters."""
    return commands_for([PlannedDiagnostic(diagnostic=name, params=params) for name in names], of)


def lines(of: Sku, *names: str, **params: float) -> list[str]:
    """Their command lines."""
    return [" ".join(each.command.argv) for each in asked(of, *names, **params)]


def test_counters_are_asked_before_and_after_everything_else() -> None:
    """It should ask a counter in its turn, and again when the rest of the plan has run."""
    plan = [each.command.key for each in asked(sku(nics=("eth0", "eth1")), "nic_counters", "cpu_stress")]
    first, second = "nic_counters-1-ethtool-S", "nic_counters-2-ethtool-S"
    assert plan == [first, second, "cpu_stress-1-stress-ng", f"{first}-again", f"{second}-again"]
    assert len(plan) == len(set(plan))


def test_each_device_is_asked_under_one_number() -> None:
    """It should number drives and adapters as the SKU lists them, whichever of them a tool is for."""
    mixed = sku(disks=("/dev/sda", "/dev/nvme0n1"), hcas=("mlx5_0", "mlx5_1"), infiniband=("mlx5_1",))
    assert [(each.part, each.command.argv[2]) for each in asked(mixed, "nvme_health")] == [("disk1", "/dev/nvme0n1")]
    of_ports = asked(mixed, "ib_errors")
    assert [(each.part, each.again) for each in of_ports] == [("hca1", False), ("hca1", True)]
    assert [each.part for each in asked(mixed, "cable_health")] == ["hca0", "hca1"]


def test_infiniband_is_rdma() -> None:
    """It should refuse an InfiniBand device that is no RDMA device of the SKU."""
    with pytest.raises(ValueError, match="mlx5_7, which hcas does not list"):
        sku(infiniband=("mlx5_7",))


def test_the_skus_own_words_fill_a_command_line() -> None:
    assert lines(H100, "collective_bandwidth")[0].endswith("-g 8")
    assert "/conf/MI300X/" in lines(MI300X, "accelerator_diag")[0]
    xpu = sku(vendor="intel-xpu", accelerator=ACCELERATOR)
    assert lines(xpu, "accelerator_health") == ["xpu-smi health -d 0", "xpu-smi health -d 1"]
    assert [each.part for each in asked(xpu, "accelerator_health")] == ["gpu0", "gpu1"]


def test_what_the_sku_does_not_tell_is_an_error_that_names_it() -> None:
    """It should say which word is missing of which SKU, before any machine is asked."""
    with pytest.raises(UsageError, match="all_reduce_perf needs 'accelerators', which 'Test server' does not tell"):
        asked(sku(vendor="nvidia"), "collective_bandwidth")


def test_a_plan_that_lets_a_tool_run_longer_waits_longer() -> None:
    """It should add the plan's patience to the tool's own limit, and seconds that the tool is told to run."""
    short, long = (
        asked(H100, "accelerator_diag", level=level, patience_s=wait)[0] for level, wait in ((1, 60), (4, 9000))
    )
    assert long.command.limit_s - short.command.limit_s == 8940
    assert asked(H100, "accelerator_burn", seconds=1800)[0].command.limit_s > 1800


@pytest.mark.parametrize("name", sorted(all_diagnostics()))
def test_every_cell_can_be_asked_and_read(name: str) -> None:
    """It should give every vendor's cell commands, a reader for each, and a limit in seconds."""
    for vendor in all_diagnostics()[name].cells:
        of = sku(
            vendor="none" if vendor == ANY_VENDOR else vendor,
            accelerator=ACCELERATOR,
            disks=("/dev/nvme0n1",),
            nics=("eth0",),
            hcas=("mlx5_0",),
            infiniband=("mlx5_0",),
        )
        for each in asked(of, name):
            assert each.tool in all_readers()
            assert "{" not in " ".join(each.command.argv)
            assert each.command.limit_s > 0


def test_root_is_asked_only_where_the_tool_needs_it() -> None:
    """It should run no load and no vendor's tool as root."""
    of_everything = {each for of in (H100, MI300X, GAUDI3) for each in asked(of, *all_diagnostics())}
    as_root = {each.command.argv[0] for each in of_everything if each.command.root}
    assert as_root == {
        *("dmidecode", "lspci", "dmesg", "journalctl", "smartctl", "nvme", "ipmitool", "ras-mc-ctl", "lshw"),
        *("mstflint", "mlxlink", "perfquery", "lldpctl", "ethtool"),
    }
    assert not {each for each in of_everything if each.command.root and all_diagnostics()[each.diagnostic].disturbs}
