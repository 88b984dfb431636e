"""Faults of ports, optics and cables."""

from gatehouse.lab.faults.registry import fault
from gatehouse.lab.faults.spec import Effect
from gatehouse.lab.machine.kernel import ERROR, INFO, WARNING

_MORE_AT_EACH_LOOK = 60


def _looks_before(at: Effect) -> int:
    """How often somebody looked before: what a counter gains grows with it."""
    return max(at.machine.sample - 1, 0)


def _mlx5(at: Effect, text: str) -> str:
    return f"mlx5_core {at.nic.profile.pci} {at.nic.name}: {text}"


@fault("nic_down", "A port without link", "NIC", "hard fail", "nic")
def nic_down(at: Effect) -> None:
    """No link, no light, and the driver's line."""
    at.nic.up = False
    at.nic.link_downs += 1
    at.kernel(_mlx5(at, "Link down"), level=INFO)


@fault("nic_missing", "A port that is not there", "NIC", "absent", "nic")
def nic_missing(at: Effect) -> None:
    """No interface, nothing on the bus."""
    at.nic.present = False
    at.kernel(
        f"mlx5_core {at.nic.profile.pci}: mlx5_function_setup:1129:(pid 912): Firmware over 120000 MS in pre-initializing state, aborting",  # noqa: E501 -- one line of the kernel
        f"mlx5_core: probe of {at.nic.profile.pci} failed with error -110",
        level=ERROR,
    )


@fault(
    "nic_speed_degraded", "A port that runs below its speed", "optic/cable", "degraded", "nic", params={"speed_mbps": 0}
)
def nic_speed_degraded(at: Effect) -> None:
    """Half the speed, or the one that is asked."""
    at.nic.speed_mbps = at.integer("speed_mbps") or (10_000 if at.nic.profile.speed_mbps == 25_000 else 200_000)
    at.kernel(_mlx5(at, "Link down"), _mlx5(at, "Link up"), spacing_s=2.0, level=INFO)


@fault("nic_half_duplex", "A port at half duplex", "NIC", "misconfigured", "nic")
def nic_half_duplex(at: Effect) -> None:
    """Only ethtool shows it."""
    at.nic.duplex = "Half"


@fault("nic_flapping", "A port whose link comes and goes", "optic/cable", "intermittent", "nic", params={"count": 12})
def nic_flapping(at: Effect) -> None:
    """Link events in the log and in the counters, one more at each look; up when somebody looks."""
    at.nic.link_downs += at.integer("count") + _looks_before(at)
    at.nic.symbol_errors += 4_100
    at.kernel(*[_mlx5(at, "Link down"), _mlx5(at, "Link up")] * at.integer("count"), spacing_s=3.0, level=INFO)


@fault(
    "nic_crc_errors", "A port that receives damaged frames", "optic/cable", "degraded", "nic", params={"count": 88_000}
)
def nic_crc_errors(at: Effect) -> None:
    """Counters only, and they grow from look to look."""
    count = at.integer("count") + _MORE_AT_EACH_LOOK * _looks_before(at)
    at.nic.rx_crc_errors += count
    at.nic.symbol_errors += count // 3


@fault("optic_hot", "An optical module above its temperature", "optic/cable", "degraded", "nic")
def optic_hot(at: Effect) -> None:
    """The module's reading and the driver's line."""
    at.nic.module_temp_c = 78.5
    at.kernel(
        f"mlx5_core {at.nic.profile.pci}: Port module event[error]: module 0, Cable error, High Temperature",
        level=WARNING,
    )


@fault(
    "ib_symbol_errors",
    "A port whose link makes symbol errors and recovers",
    "optic/cable",
    "degraded",
    "nic",
    params={"count": 400},
)
def ib_symbol_errors(at: Effect) -> None:
    """Counters that grow from look to look."""
    at.nic.symbol_errors += at.integer("count") + _MORE_AT_EACH_LOOK * _looks_before(at)
    at.nic.link_recoveries += 1 + _looks_before(at)


@fault("cable_errors", "A cable with a high bit error rate", "optic/cable", "degraded", "nic", params={"ber": 3e-9})
def cable_errors(at: Effect) -> None:
    """Only the rate after error correction shows it: the link is up, and nothing is lost yet."""
    at.nic.effective_ber = at.number("ber")


@fault("optic_dark", "An optical module that receives almost no light", "optic/cable", "degraded", "nic")
def optic_dark(at: Effect) -> None:
    """The light of its lanes, and the module's own alarm."""
    at.nic.rx_power_mw = 0.02
