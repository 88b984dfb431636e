"""What the kernel says while a healthy machine boots: (seconds since boot, text, level)."""

from collections.abc import Iterator

from gatehouse.lab.machine.kernel import INFO, NOTICE, WARNING
from gatehouse.lab.profiles.spec import Profile

BootLine = tuple[float, str, int]


def generic_boot(profile: Profile) -> Iterator[BootLine]:
    """The part that every server prints."""
    board, cpu = profile.board, profile.cpu
    yield (
        0.0,
        f"Linux version {profile.kernel_release} (buildd@lab) #132-Ubuntu SMP Thu Aug 29 13:45:52 UTC 2024",
        NOTICE,
    )
    yield 0.0, f"Command line: BOOT_IMAGE=/boot/vmlinuz-{profile.kernel_release} root=/dev/md0 ro iommu=pt", INFO
    yield (
        0.0,
        f"DMI: {board.manufacturer} {board.product}/{board.board_product}, BIOS {board.bios_version} {board.bios_date}",
        INFO,
    )
    yield 0.000012, f"tsc: Detected {cpu.base_mhz:.3f} MHz processor", INFO
    yield 0.011, "ACPI: Early table checksum verification disabled", INFO
    yield 0.132, f"smpboot: Allowing {cpu.logical} CPUs, 0 hotplug CPUs", INFO
    yield 0.871, f"Memory: {profile.memory_mib * 1024 - 33_000_000}K/{profile.memory_mib * 1024}K available", INFO
    yield 1.402, f"smp: Brought up {cpu.numa_nodes} nodes, {cpu.logical} CPUs", INFO
    yield 1.981, "PCI: Using configuration type 1 for base access", INFO
    yield 2.318, "EDAC MC: Ver: 3.0.0", INFO
    yield 2.905, "mce: Using 32 MCE banks", INFO
    yield 3.411, "pcieport 0000:15:01.0: AER: enabled with IRQ 122", INFO
    for drive in profile.drives:
        yield 4.6, f"nvme {drive.controller}: pci function {drive.pci}", INFO
        yield 4.9, f"nvme {drive.controller}: 112/0/0 default/read/poll queues", INFO
    yield 5.7, "md/raid1:md0: active with 2 out of 2 mirrors", INFO
    yield 6.2, "EXT4-fs (md0): mounted filesystem with ordered data mode. Opts: (null). Quota mode: none.", INFO
    yield 7.0, f"systemd[1]: Hostname set to <{profile.nick}>.", INFO
    for port in profile.nic_ports:
        yield 8.1, f"mlx5_core {port.pci}: firmware version: {port.firmware.split()[0]}", INFO
        yield 8.9, f"mlx5_core {port.pci} {port.name}: Link up", INFO
    yield 9.4, "ipmi_si IPI0001:00: IPMI kcs interface initialized", INFO


def vendor_boot(profile: Profile) -> Iterator[BootLine]:
    """The accelerators' driver."""
    yield from {"nvidia": _nvidia, "amd": _amdgpu, "intel": _habanalabs}[profile.vendor](profile)


def _nvidia(profile: Profile) -> Iterator[BootLine]:
    yield 10.2, "nvidia: loading out-of-tree module taints kernel.", WARNING
    yield 10.2, "nvidia: module verification failed: signature and/or required key missing - tainting kernel", NOTICE
    yield (
        10.6,
        f"NVRM: loading NVIDIA UNIX x86_64 Kernel Module  {profile.accelerator.driver}  Tue Oct  8 02:55:10 UTC 2024",
        INFO,
    )
    for pci in profile.accelerator.pci:
        yield 10.9, f"nvidia {pci}: enabling device (0140 -> 0142)", INFO
    yield 11.3, "nvidia-nvlink: Nvlink Core is being initialized, major device number 509", INFO
    for index in range(4):
        yield 11.5, f"nvidia-nvswitch{index}: open (major=510)", INFO
    yield 11.9, "nvidia-uvm: Loaded the UVM driver, major device number 507.", INFO


def _amdgpu(profile: Profile) -> Iterator[BootLine]:
    yield 10.2, f"[drm] amdgpu kernel modesetting enabled, version {profile.accelerator.driver}.", INFO
    for index, pci in enumerate(profile.accelerator.pci):
        yield 10.4, f"amdgpu {pci}: amdgpu: Fetched VBIOS from ROM BAR", INFO
        yield 10.8, f"amdgpu {pci}: amdgpu: MEM ECC is active.", INFO
        yield 10.8, f"amdgpu {pci}: amdgpu: SRAM ECC is active.", INFO
        yield (
            11.2,
            f"amdgpu {pci}: amdgpu: RAS INFO: ras initialized successfully, hardware ability[7fff] ras_mask[7fff]",
            INFO,
        )
        yield 11.6, f"[drm] Initialized amdgpu 3.59.0 20150101 for {pci} on minor {index}", INFO


def _habanalabs(profile: Profile) -> Iterator[BootLine]:
    yield 10.2, "habanalabs: loading driver, version: " + profile.accelerator.driver, INFO
    for index, pci in enumerate(profile.accelerator.pci):
        yield 10.5, f"habanalabs hl{index}: Loading secured firmware to device, may take some time...", INFO
        yield (
            11.0,
            f"habanalabs hl{index}: preboot full version: 'Preboot version {profile.accelerator.firmware}'",
            INFO,
        )
        yield 11.4, f"habanalabs hl{index}: Found GAUDI3 device with 128GB DRAM", INFO
        yield 11.8, f"habanalabs hl{index}: Successfully added device {pci} to habanalabs driver", NOTICE
