"""PCI addresses as tools write them, as one form: ``0000:3b:00.0``."""

import re

PATTERN = r"[0-9A-Fa-f]{4,8}:[0-9A-Fa-f]{2}:[0-9A-Fa-f]{2}(?:\.[0-7])?"
_PARTS = re.compile(r"([0-9A-Fa-f]{1,8}):([0-9A-Fa-f]{2}):([0-9A-Fa-f]{2})(?:\.([0-7]))?")


def pci_part(address: str) -> str:
    """The address in lower case with a domain of four digits or more; an absent function is 0, as of any GPU.

    What is no PCI address is given back as it is.
    """
    match = _PARTS.fullmatch(address.strip())
    if match is None:
        return address
    domain, bus, device, function = match.groups()
    return f"{int(domain, 16):04x}:{bus.lower()}:{device.lower()}.{function or '0'}"
