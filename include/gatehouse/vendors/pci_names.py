"""Vendor and device out of the names that lspci prints in one string.

``NVIDIA Corporation Device 2330`` has no entry in the list of names; with one, the vendor ends in the word that company
names end in. Numeric ids (``-nn``) come last, in brackets.
"""

import re

_IDS = re.compile(r"(.{1,300}?) \[([0-9a-f]{4}:[0-9a-f]{4})\]")
_UNNAMED = re.compile(r"(.{1,200}?) Device ([0-9a-f]{4})")
# Words that end a company's name, with the legal form that may follow them (pci.ids, 2023-04).
_LEGAL = r"(?:,? (?:Inc\b\.?|Ltd\b\.?|Co\b\.?,? ?(?:Ltd\b\.?)?|Corp(?:oration\b|\b\.?)|Limited\b|Group Ltd\.|GmbH\b))?"
_COMPANY = re.compile(
    r"(.{1,80}?(?:Corporation|Corp\b\.?|Technologies|Technology|\bInc\b\.?|Ltd\b\.?|Limited|Co\., Ltd\.|Company|"
    rf"Electronics|Semiconductor|Systems|Communications|GmbH|\[AMD/ATI\]|\[AMD\]){_LEGAL}"
    r"(?: and subsidiaries| \[[^\]]{1,20}\](?= \S))?) (\S.{0,200})"
)
# Makers whose name ends in no such word.
_MAKERS = re.compile(
    r"(Broadcom / LSI|Hewlett Packard Enterprise|Western Digital|SK hynix|Dell|Solidigm|Habana Labs Ltd\.|"
    r"Super Micro Computer Inc|Pensando Systems|Astera Labs, Inc\.|VMware) (\S.{0,200})"
)


def split_ids(name: str) -> tuple[str, str | None]:
    """The name without its ids, and the ids (``10de:2330``) or None."""
    match = _IDS.fullmatch(name.strip())
    return (match.group(1), match.group(2)) if match else (name.strip(), None)


def split_name(name: str) -> tuple[str | None, str]:
    """Vendor and device. The vendor is None where the name does not show where it ends."""
    bare, _ = split_ids(name)
    match = _UNNAMED.fullmatch(bare) or _MAKERS.fullmatch(bare) or _COMPANY.fullmatch(bare)
    return (match.group(1), match.group(2)) if match else (None, bare)


_DISPLAY, _ACCELERATOR, _BRIDGE = "03", "12", "06"
_GPU_MAKERS = ("10de", "1002", "8086")  # NVIDIA, AMD, Intel; a BMC's display (ASPEED, Matrox) is no GPU


def is_gpu(class_id: str, vendor_id: str) -> bool:
    """Whether numeric class and vendor are those of a GPU: a display, or a processing accelerator, of a GPU maker."""
    return class_id[:2] in (_DISPLAY, _ACCELERATOR) and vendor_id in _GPU_MAKERS


def is_bridge(class_id: str) -> bool:
    """Whether a numeric class is a bridge; NVSwitches are class 0680."""
    return class_id[:2] == _BRIDGE
