"""Eight Intel Gaudi 3 OAM modules (HL-325L), two Xeon 8480+, 2 TiB, eight 400 Gb/s ports."""

from gatehouse.lab.profiles.parts import XEON_8480, drives, fast_ports, memory, service_ports
from gatehouse.lab.profiles.spec import AcceleratorProfile, BoardProfile, PciId, Profile

_BUSES = ("19", "1a", "43", "44", "b3", "b4", "cc", "cd")
_NIC_BUSES = ("1f", "3c", "4d", "5e", "9c", "bc", "d1", "dc")
_DRIVE_BUSES = ("65", "66", "67", "68", "e5", "e6", "e7", "e8")

PROFILE = Profile(
    sku="gaudi3-8x",
    title="8x Intel Gaudi 3 (HL-325L)",
    vendor="intel",
    nick="gaudi3",
    board=BoardProfile(
        manufacturer="Gatehouse Labs",
        product="GL-GAUDI3-8X",
        sku_number="GLGAUDI38X",
        family="GL AI Server",
        board_product="GL-MB-SPR2",
        bios_vendor="American Megatrends International, LLC.",
        bios_version="2.4.1",
        bios_date="03/18/2025",
        bmc_firmware="7.10",
        bmc_manufacturer_id=10876,
        bmc_manufacturer="Super Micro Computer Inc.",
        bmc_product_id=7251,
        power_supplies=6,
        psu_watts=3000,
        fans=10,
    ),
    cpu=XEON_8480,
    memory=memory("ABCDEFGHIJKLMNOP", 2, 64),
    accelerator=AcceleratorProfile(
        name="HL-325L",
        pci_id=PciId(
            vendor="1da3",
            device="1060",
            subvendor="1da3",
            subdevice="a060",
            class_code="1200",
            class_name="Processing accelerators",
            vendor_name="Habana Labs Ltd.",
            device_name="Gaudi3",
            revision="01",
        ),
        pci=tuple(f"0000:{bus}:00.0" for bus in _BUSES),
        numa=(0, 0, 0, 0, 1, 1, 1, 1),
        memory_mib=131072,
        idle_used_mib=672,
        power_limit_w=900,
        idle_power_w=226.0,
        idle_temp_c=32,
        core_mhz=1600,
        idle_core_mhz=1600,
        memory_mhz=1800,
        idle_memory_mhz=1800,
        pcie_gts=32.0,
        pcie_width=16,
        links=21,
        link_gbps=25.0,
        firmware="hl-1.19.0-fw-57.1.1-sec-9",
        driver="1.19.0-6b5a3a1",
        kernel_driver="habanalabs",
        part="hpu",
    ),
    nic_ports=service_ports("0000:6f:00") + fast_ports(tuple(f"0000:{bus}:00.0" for bus in _NIC_BUSES)),
    drives=drives(tuple(f"0000:{bus}:00.0" for bus in _DRIVE_BUSES)),
    kernel_release="5.15.0-122-generic",
    os_name="Ubuntu 22.04.5 LTS",
    tools=frozenset({"hl-smi"}),
)
