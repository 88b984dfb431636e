"""The lab's SKUs."""

import pytest

from gatehouse.lab.profiles.registry import all_profiles, profile_of
from gatehouse.lab.profiles.spec import Profile
from gatehouse.model.errors import NotFoundError

PROFILES = sorted(all_profiles().values(), key=lambda profile: profile.sku)


def test_there_are_the_three_skus() -> None:
    assert {profile.sku: profile.vendor for profile in PROFILES} == {
        "h100-8x": "nvidia",
        "mi300x-8x": "amd",
        "gaudi3-8x": "intel",
    }


@pytest.mark.parametrize("profile", PROFILES, ids=lambda profile: profile.sku)
def test_the_bill_of_materials_is_what_it_says(profile: Profile) -> None:
    assert profile.accelerators == 8
    assert len(profile.disks) == 8
    assert profile.disks[0] == "/dev/nvme0n1"
    assert profile.disks[-1] == "/dev/nvme7n1"
    assert profile.nics[:3] == ("eth0", "eth1", "ens1np0")
    assert len(profile.nics) == 10
    assert [port.speed_mbps for port in profile.nic_ports] == [25_000] * 2 + [400_000] * 8


@pytest.mark.parametrize(
    ("sku", "cpus", "memory_gib", "model"),
    [
        ("h100-8x", 224, 2048, "NVIDIA H100 80GB HBM3"),
        ("mi300x-8x", 384, 2304, "AMD Instinct MI300X"),
        ("gaudi3-8x", 224, 2048, "HL-325L"),
    ],
)
def test_sizes(sku: str, cpus: int, memory_gib: int, model: str) -> None:
    profile = profile_of(sku)
    assert (profile.cpus, profile.memory_mib // 1024, profile.accelerator_model) == (cpus, memory_gib, model)


@pytest.mark.parametrize("profile", PROFILES, ids=lambda profile: profile.sku)
def test_no_two_devices_share_an_address(profile: Profile) -> None:
    addresses = [
        *profile.accelerator.pci,
        *(port.pci for port in profile.nic_ports),
        *(drive.pci for drive in profile.drives),
    ]
    assert len(addresses) == len(set(addresses)) == 26


@pytest.mark.parametrize("profile", PROFILES, ids=lambda profile: profile.sku)
def test_controllers_are_named_as_the_kernel_names_them(profile: Profile) -> None:
    assert [drive.controller for drive in profile.drives] == [f"nvme{index}" for index in range(8)]


def test_an_unknown_sku_is_answered_with_the_known_ones() -> None:
    with pytest.raises(NotFoundError, match="gaudi3-8x, h100-8x, mi300x-8x"):
        profile_of("h200-8x")
