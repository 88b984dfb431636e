"""Names that lspci prints are split where they can be, and never where they cannot."""

import pytest

from gatehouse.vendors.pci_names import is_bridge, is_gpu, split_ids, split_name


@pytest.mark.parametrize(
    ("name", "vendor", "device"),
    [
        ("NVIDIA Corporation Device 2330", "NVIDIA Corporation", "2330"),
        ("Intel Corporation Ice Lake Memory Map/VT-d", "Intel Corporation", "Ice Lake Memory Map/VT-d"),
        ("Mellanox Technologies MT2910 Family [ConnectX-7]", "Mellanox Technologies", "MT2910 Family [ConnectX-7]"),
        ("PMC-Sierra Inc. Device 4128", "PMC-Sierra Inc.", "4128"),
        ("NVIDIA Corporation GA100 [A100] [10de:20b2]", "NVIDIA Corporation", "GA100 [A100]"),
        ("ASPEED Technology, Inc. ASPEED Graphics Family", "ASPEED Technology, Inc.", "ASPEED Graphics Family"),
        (
            "Samsung Electronics Co Ltd PM9A3 NVMe",
            "Samsung Electronics Co Ltd",
            "PM9A3 NVMe",
        ),
        ("Micron Technology Inc 7450 PRO NVMe SSD", "Micron Technology Inc", "7450 PRO NVMe SSD"),
        (
            "Broadcom Inc. and subsidiaries BCM57508",
            "Broadcom Inc. and subsidiaries",
            "BCM57508",
        ),
        ("Broadcom / LSI PEX890xx PCIe Gen 5 Switch", "Broadcom / LSI", "PEX890xx PCIe Gen 5 Switch"),
        ("Advanced Micro Devices, Inc. [AMD] Milan IOMMU", "Advanced Micro Devices, Inc. [AMD]", "Milan IOMMU"),
        ("Some Maker Whose Name Does Not End", None, "Some Maker Whose Name Does Not End"),
    ],
)
def test_vendor_and_device(name: str, vendor: str | None, device: str) -> None:
    """It should say unknown rather than guess where the vendor's name ends."""
    assert split_name(name) == (vendor, device)


def test_ids() -> None:
    """It should take numeric ids from the end only."""
    assert split_ids("GA100 [A100 SXM4 80GB] [10de:20b2]") == ("GA100 [A100 SXM4 80GB]", "10de:20b2")
    assert split_ids("GA100 [A100 SXM4 80GB]") == ("GA100 [A100 SXM4 80GB]", None)


@pytest.mark.parametrize(
    ("class_id", "vendor_id", "expected"),
    [
        ("0302", "10de", True),
        ("1200", "1002", True),
        ("0380", "1002", True),
        ("0300", "1a03", False),
        ("0680", "10de", False),
        ("0403", "10de", False),
    ],
)
def test_gpus(class_id: str, vendor_id: str, expected: bool) -> None:
    """It should not count a BMC's display, an NVSwitch or a sound function as a GPU."""
    assert is_gpu(class_id, vendor_id) is expected


def test_bridges() -> None:
    """It should know an NVSwitch by its class."""
    assert is_bridge("0680") and not is_bridge("0302")
