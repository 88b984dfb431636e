"""BMCs in a site file: what is accepted, and what is refused with file, line and field."""

from pathlib import Path

import pytest

from gatehouse.catalog.loader import SHIPPED, Catalog
from gatehouse.model.errors import CatalogError
from gatehouse.model.hosts import Bmc

KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl"
PIN = ":".join(["5A"] * 32)
SITE = f"""title: Bench
hosts:
  - name: bench-01
    serial: S1
    sku: h100-8x
    program: h100-8x
    build: EVT
    address: 127.0.0.1
    host_key: {KEY}
    connection: bench
    bmc:
      address: 10.0.8.17
"""


def site(folder: Path, more: str) -> Catalog:
    (folder / "sites").mkdir(exist_ok=True)
    (folder / "sites" / "bench.yaml").write_text(SITE + more, encoding="utf-8")
    return Catalog((SHIPPED, folder))


def test_a_bmc_is_reached_at_its_own_address_with_its_own_login(tmp_path: Path) -> None:
    """It should take the fingerprint as openssl prints it."""
    catalog = site(tmp_path, f"      certificate: sha256:{PIN}\n      connection: bench_bmc\n")
    assert catalog.hosts["bench-01"].bmc == Bmc("10.0.8.17", 443, "bench_bmc", "5a" * 32)


def test_a_certificate_may_be_left_to_an_authority(tmp_path: Path) -> None:
    """It should pin nothing where nothing is said; it is then the authorities of this machine that decide."""
    bmc = site(tmp_path, "      port: 8443\n      connection: bench_bmc\n").hosts["bench-01"].bmc
    assert bmc == Bmc("10.0.8.17", 8443, "bench_bmc")


@pytest.mark.parametrize(
    ("more", "line", "field"),
    [
        ("      certificate: none\n      connection: c\n", 13, "hosts.0.bmc.certificate"),
        ("      certificate: sha256:5A5A\n      connection: c\n", 13, "hosts.0.bmc.certificate"),
        ("      connection: c\n      verify: false\n", 14, "hosts.0.bmc.verify"),
        ("      connection: c\n      port: 0\n", 14, "hosts.0.bmc.port"),
        ("      port: 443\n", 11, "hosts.0.bmc.connection"),
        ("      connection: ''\n", 13, "hosts.0.bmc.connection"),
    ],
)
def test_a_mistake_is_named_with_line_and_field(tmp_path: Path, more: str, line: int, field: str) -> None:
    """It should refuse what would leave a BMC unverified or out of reach, and there is no way to switch that off."""
    with pytest.raises(CatalogError) as caught:
        _ = site(tmp_path, more).hosts
    assert f"bench.yaml:{line}: {field}: " in str(caught.value)


def test_an_address_is_no_url(tmp_path: Path) -> None:
    """It should refuse a URL, a path or a user in the place of an address."""
    for address in ("https://10.0.8.17", "10.0.8.17/redfish", "root@10.0.8.17", ""):
        (tmp_path / "sites").mkdir(exist_ok=True)
        text = SITE.replace("address: 10.0.8.17", f"address: '{address}'") + "      connection: c\n"
        (tmp_path / "sites" / "bench.yaml").write_text(text, encoding="utf-8")
        with pytest.raises(CatalogError, match=r"hosts\.0\.bmc\.address"):
            _ = Catalog((SHIPPED, tmp_path)).hosts
