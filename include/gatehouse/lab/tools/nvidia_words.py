"""Words and numbers that all of nvidia-smi's outputs share."""

CUDA_VERSION = "12.4"
_GENERATIONS = {2.5: 1, 5.0: 2, 8.0: 3, 16.0: 4, 32.0: 5, 64.0: 6}


def yes(flag: bool) -> str:
    """``Yes`` or ``No``."""
    return "Yes" if flag else "No"


def active(flag: bool) -> str:
    """``Active`` or ``Not Active``."""
    return "Active" if flag else "Not Active"


def pcie_gen(gts: float) -> int:
    """PCIe generation of a link speed in GT/s (PCI Express Base Specification 6.0, table 1-1)."""
    return _GENERATIONS[gts]


def smi_bus(pci: str) -> str:
    """nvidia-smi writes eight digits of domain and upper case: ``00000000:4C:00.0``."""
    return f"0000{pci}".upper()
