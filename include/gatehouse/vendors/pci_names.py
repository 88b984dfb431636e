"""Vendor and device out of the names that lspci prints in one string.

``NVIDIA Corporation Device 2330`` has no entry in the list of names; with one, the vendor ends in the word that company
names end in. Numeric ids (``-nn``) come last, in brackets.
"""

import re

_IDS = re.compile(r"(.{1,300}?) \[([0-9a-f]{4}:[0-9a-f]{4})\]")
_UNNAMED = re.compile(r"(.{1,200}?) Device ([0-9a-f]{4})")
_COMPANY = re.compile(
    r"(.{1,80}?(?:Corporation|Corp\.|Technologies|Technology|Inc\.?(?: \[[^\]]{1,20}\])?|Ltd\.?|Limited|Co\., Ltd\.|"
    r"Electronics|Semiconductor|Systems|GmbH|\[AMD/ATI\]|\[AMD\])),? (.{1,200})"
)


def split_ids(name: str) -> tuple[str, str | None]:
    """The name without its ids, and the ids (``10de:2330``) or None."""
    match = _IDS.fullmatch(name.strip())
    return (match.group(1), match.group(2)) if match else (name.strip(), None)


def split_name(name: str) -> tuple[str | None, str]:
    """Vendor and device. The vendor is None where the name does not show where it ends."""
    bare, _ = split_ids(name)
    match = _UNNAMED.fullmatch(bare) or _COMPANY.fullmatch(bare)
    return (match.group(1), match.group(2)) if match else (None, bare)
