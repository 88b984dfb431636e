"""What the readers of smartctl's text and JSON share: which ATA attributes count lost sectors, and their raw values."""

import re

from gatehouse.vendors.quantities import number_or_unknown

# Attributes whose raw value counts data that the drive could not keep where it was, and what we call that.
SECTOR_SIGNATURES = {
    5: "smart.reallocated_sectors",
    184: "smart.end_to_end_errors",
    187: "smart.reported_uncorrectable",
    197: "smart.pending_sectors",
    198: "smart.offline_uncorrectable",
}
_LEADING = re.compile(r"(\d{1,20})(?![\d.:/h])")


def leading_number(raw: str) -> int | float | None:
    """36 of ``36 (Min/Max 34/38)``; None for a raw value that is no plain number, such as ``2696h+12m``."""
    match = _LEADING.match(raw.strip())
    return number_or_unknown(match.group(1)) if match else None
