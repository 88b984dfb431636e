"""Eight NVIDIA H100 SXM5 on an HGX board, two Xeon 8480+, 2 TiB, eight 400 Gb/s ports."""

from gatehouse.lab.profiles.parts import XEON_8480, drives, fast_ports, memory, service_ports
from gatehouse.lab.profiles.spec import AcceleratorProfile, BoardProfile, PciId, Profile

_BUSES = ("19", "3b", "4c", "5d", "9b", "bb", "cb", "db")
_NIC_BUSES = ("1a", "3c", "4d", "5e", "9c", "bc", "cc", "dc")
_DRIVE_BUSES = ("65", "66", "67", "68", "e5", "e6", "e7", "e8")

PROFILE = Profile(
    sku="h100-8x",
    title="8x NVIDIA H100 80GB HBM3 SXM5",
    vendor="nvidia",
    nick="h100",
    board=BoardProfile(
        manufacturer="Gatehouse Labs",
        product="GL-H100-8X",
        sku_number="GLH1008X",
        family="GL AI Server",
        board_product="GL-MB-SPR2",
        bios_vendor="American Megatrends International, LLC.",
        bios_version="2.4.1",
        bios_date="03/18/2025",
        bmc_firmware="7.10",
        bmc_manufacturer_id=10876,
        bmc_manufacturer="Super Micro Computer Inc.",
        bmc_product_id=7249,
        power_supplies=6,
        psu_watts=3000,
        fans=10,
    ),
    cpu=XEON_8480,
    memory=memory("ABCDEFGHIJKLMNOP", 2, 64),
    accelerator=AcceleratorProfile(
        name="NVIDIA H100 80GB HBM3",
        pci_id=PciId(
            vendor="10de",
            device="2330",
            subvendor="10de",
            subdevice="16c1",
            class_code="0302",
            class_name="3D controller",
            vendor_name="NVIDIA Corporation",
            device_name="GH100 [H100 SXM5 80GB]",
            revision="a1",
        ),
        pci=tuple(f"0000:{bus}:00.0" for bus in _BUSES),
        numa=(0, 0, 0, 0, 1, 1, 1, 1),
        memory_mib=81559,
        idle_used_mib=4,
        power_limit_w=700,
        idle_power_w=71.0,
        idle_temp_c=29,
        core_mhz=1980,
        idle_core_mhz=345,
        memory_mhz=2619,
        idle_memory_mhz=2619,
        pcie_gts=32.0,
        pcie_width=16,
        links=18,
        link_gbps=26.562,
        firmware="96.00.74.00.1A",
        driver="550.127.08",
        kernel_driver="nvidia",
    ),
    nic_ports=service_ports("0000:6f:00") + fast_ports(tuple(f"0000:{bus}:00.0" for bus in _NIC_BUSES), "InfiniBand"),
    drives=drives(tuple(f"0000:{bus}:00.0" for bus in _DRIVE_BUSES)),
    kernel_release="5.15.0-122-generic",
    os_name="Ubuntu 22.04.5 LTS",
    tools=frozenset({"nvidia-smi", "dcgmi", "nvbandwidth", "gpu_burn", "all_reduce_perf"}),
)
