"""Parts that several SKUs share: processors, drives, network ports."""

from typing import Literal

from gatehouse.lab.profiles.spec import CpuProfile, DiskProfile, MemoryProfile, NicProfile, PciId

LinkLayer = Literal["Ethernet", "InfiniBand"]
_INTEL_FLAGS = (
    "fpu vme de pse tsc msr pae mce cx8 apic sep mtrr pge mca cmov pat pse36 clflush dts acpi mmx fxsr sse sse2 ss ht "
    "tm pbe syscall nx pdpe1gb rdtscp lm constant_tsc art arch_perfmon pebs bts rep_good nopl xtopology nonstop_tsc "
    "cpuid aperfmperf pni pclmulqdq dtes64 monitor ds_cpl vmx smx est tm2 ssse3 fma cx16 xtpr pdcm pcid dca sse4_1 "
    "sse4_2 x2apic movbe popcnt aes xsave avx f16c rdrand lahf_lm abm avx2 bmi2 erms avx512f avx512dq rdseed adx smap "
    "clflushopt clwb intel_pt avx512cd sha_ni avx512bw avx512vl avx512_bf16 amx_bf16 avx512_fp16 amx_tile amx_int8"
)
_AMD_FLAGS = (
    "fpu vme de pse tsc msr pae mce cx8 apic sep mtrr pge mca cmov pat pse36 clflush mmx fxsr sse sse2 ht syscall nx "
    "mmxext fxsr_opt pdpe1gb rdtscp lm constant_tsc rep_good nopl xtopology nonstop_tsc cpuid extd_apicid aperfmperf "
    "rapl pni pclmulqdq monitor ssse3 fma cx16 pcid sse4_1 sse4_2 x2apic movbe popcnt aes xsave avx f16c rdrand "
    "lahf_lm svm extapic cr8_legacy abm sse4a misalignsse 3dnowprefetch osvw ibs skinit wdt avx2 smep bmi2 erms "
    "avx512f avx512dq rdseed adx smap clflushopt clwb avx512cd sha_ni avx512bw avx512vl avx512_bf16 avx512_vnni"
)

XEON_8480 = CpuProfile(
    vendor_id="GenuineIntel",
    model_name="Intel(R) Xeon(R) Platinum 8480+",
    family=6,
    model=143,
    stepping=8,
    sockets=2,
    cores_per_socket=56,
    threads_per_core=2,
    max_mhz=3800.0,
    min_mhz=800.0,
    base_mhz=2000.0,
    address_bits=(46, 57),
    l1d_kib=48,
    l1i_kib=32,
    l2_kib=2048,
    l3_kib=107520,
    l3_instances_per_socket=1,
    numa_nodes=2,
    flags=_INTEL_FLAGS,
    virtualization="VT-x",
    dmi_family="Xeon",
    dmi_manufacturer="Intel(R) Corporation",
)

EPYC_9654 = CpuProfile(
    vendor_id="AuthenticAMD",
    model_name="AMD EPYC 9654 96-Core Processor",
    family=25,
    model=17,
    stepping=1,
    sockets=2,
    cores_per_socket=96,
    threads_per_core=2,
    max_mhz=3707.8120,
    min_mhz=1500.0,
    base_mhz=2400.0,
    address_bits=(52, 57),
    l1d_kib=32,
    l1i_kib=32,
    l2_kib=1024,
    l3_kib=393216,
    l3_instances_per_socket=12,
    numa_nodes=2,
    flags=_AMD_FLAGS,
    virtualization="AMD-V",
    dmi_family="Zen",
    dmi_manufacturer="Advanced Micro Devices, Inc.",
)

_NVME_ID = PciId(
    vendor="144d",
    device="a80a",
    subvendor="144d",
    subdevice="aa8b",
    class_code="0108",
    class_name="Non-Volatile memory controller",
    vendor_name="Samsung Electronics Co Ltd",
    device_name="NVMe SSD Controller PM9A1/PM9A3/980PRO",
)
CONNECTX7_ID = PciId(
    vendor="15b3",
    device="1021",
    subvendor="15b3",
    subdevice="0041",
    class_code="0200",
    class_name="Ethernet controller",
    vendor_name="Mellanox Technologies",
    device_name="MT2910 Family [ConnectX-7]",
)
CONNECTX6LX_ID = PciId(
    vendor="15b3",
    device="101f",
    subvendor="15b3",
    subdevice="0001",
    class_code="0200",
    class_name="Ethernet controller",
    vendor_name="Mellanox Technologies",
    device_name="MT2894 Family [ConnectX-6 Lx]",
)


def drives(buses: tuple[str, ...]) -> tuple[DiskProfile, ...]:
    """One 3.84 TB drive for each PCI address; the first half belongs to NUMA node 0."""
    return tuple(
        DiskProfile(
            name=f"/dev/nvme{index}n1",
            pci=bus,
            pci_id=_NVME_ID,
            model="SAMSUNG MZQL23T8HCLS-00A07",
            firmware="GDC5902Q",
            size_b=3840755982336,
            numa=0 if index < len(buses) // 2 else 1,
        )
        for index, bus in enumerate(buses)
    )


def fast_ports(buses: tuple[str, ...], link_layer: LinkLayer = "Ethernet") -> tuple[NicProfile, ...]:
    """One 400 Gb/s ConnectX-7 port for each PCI address: ``ens1np0`` …"""
    return tuple(
        NicProfile(
            name=f"ens{index + 1}np0",
            pci=bus,
            pci_id=CONNECTX7_ID,
            driver="mlx5_core",
            firmware="28.39.1002 (MT_0000000838)",
            speed_mbps=400_000,
            numa=0 if index < len(buses) // 2 else 1,
            pcie_gts=32.0,
            pcie_width=16,
            link_layer=link_layer,
        )
        for index, bus in enumerate(buses)
    )


def service_ports(bus: str) -> tuple[NicProfile, ...]:
    """The two 25 Gb/s ports of one ConnectX-6 Lx: ``eth0`` and ``eth1``. ``bus`` has no function: ``0000:6f:00``."""
    return tuple(
        NicProfile(
            name=f"eth{port}",
            pci=f"{bus}.{port}",
            pci_id=CONNECTX6LX_ID,
            driver="mlx5_core",
            firmware="26.38.1002 (MT_0000000531)",
            speed_mbps=25_000,
            numa=0,
            pcie_gts=16.0,
            pcie_width=8,
            port="Direct Attach Copper",
        )
        for port in (0, 1)
    )


def memory(channels: str, per_channel: int, dimm_gib: int) -> MemoryProfile:
    """DIMMs named by channel letter and slot: ``A1``, ``A2``, ``B1`` …"""
    return MemoryProfile(
        locators=tuple(f"{letter}{slot}" for letter in channels for slot in range(1, per_channel + 1)),
        dimm_mib=dimm_gib * 1024,
        speed_mts=4800,
        manufacturer="Samsung",
        part_number="M321R8GA0BB0-CQKZJ",
    )
