"""Eight AMD Instinct MI300X, two EPYC 9654, 2.25 TiB, eight 400 Gb/s ports."""

from gatehouse.lab.profiles.parts import EPYC_9654, drives, fast_ports, memory, service_ports
from gatehouse.lab.profiles.spec import AcceleratorProfile, BoardProfile, PciId, Profile

_BUSES = ("05", "26", "46", "65", "85", "a6", "c6", "e5")
_NIC_BUSES = ("09", "23", "43", "69", "89", "a3", "c3", "e9")
_DRIVE_BUSES = ("0b", "0c", "29", "2a", "8b", "8c", "a9", "aa")

PROFILE = Profile(
    sku="mi300x-8x",
    title="8x AMD Instinct MI300X",
    vendor="amd",
    nick="mi300x",
    board=BoardProfile(
        manufacturer="Gatehouse Labs",
        product="GL-MI300X-8X",
        sku_number="GLMI300X8X",
        family="GL AI Server",
        board_product="GL-MB-SP5",
        bios_vendor="American Megatrends International, LLC.",
        bios_version="1.9.0",
        bios_date="02/06/2025",
        bmc_firmware="1.22",
        bmc_manufacturer_id=10876,
        bmc_manufacturer="Super Micro Computer Inc.",
        bmc_product_id=7318,
        power_supplies=6,
        psu_watts=3000,
        fans=10,
    ),
    cpu=EPYC_9654,
    memory=memory("ABCDEFGHIJKLMNOPQRSTUVWX", 1, 96),
    accelerator=AcceleratorProfile(
        name="AMD Instinct MI300X",
        pci_id=PciId(
            vendor="1002",
            device="74a1",
            subvendor="1002",
            subdevice="74a1",
            class_code="1200",
            class_name="Processing accelerators",
            vendor_name="Advanced Micro Devices, Inc. [AMD/ATI]",
            device_name="Aqua Vanjaram [Instinct MI300X]",
        ),
        pci=tuple(f"0000:{bus}:00.0" for bus in _BUSES),
        numa=(0, 0, 0, 0, 1, 1, 1, 1),
        memory_mib=196592,
        idle_used_mib=283,
        power_limit_w=750,
        idle_power_w=142.0,
        idle_temp_c=43,
        core_mhz=2100,
        idle_core_mhz=132,
        memory_mhz=1300,
        idle_memory_mhz=900,
        pcie_gts=32.0,
        pcie_width=16,
        links=7,
        link_gbps=32.0,
        firmware="113-M3000100-102",
        driver="6.10.5",
        kernel_driver="amdgpu",
    ),
    nic_ports=service_ports("0000:e1:00") + fast_ports(tuple(f"0000:{bus}:00.0" for bus in _NIC_BUSES)),
    drives=drives(tuple(f"0000:{bus}:00.0" for bus in _DRIVE_BUSES)),
    kernel_release="5.15.0-122-generic",
    os_name="Ubuntu 22.04.5 LTS",
    tools=frozenset({"amd-smi", "rocm-smi", "rvs", "TransferBench", "rocm-bandwidth-test", "all_reduce_perf"}),
)
