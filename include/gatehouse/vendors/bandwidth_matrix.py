"""Square tables of bandwidth between devices, as TransferBench and rocm-bandwidth-test print them."""

import re
from collections.abc import Sequence

from gatehouse.vendors.quantities import number_or_unknown

_DEVICE = re.compile(r"(CPU|GPU) ?0*(\d{1,4})")


def device_names(line: str) -> list[str]:
    """The devices that a line of headings names: ``CPU 00  GPU 01`` is cpu0, gpu1."""
    return [f"{match[1].lower()}{int(match[2])}" for match in _DEVICE.finditer(line[:4000])]


def row_values(cells: Sequence[str], columns: int) -> list[int | float | None] | None:
    """The numbers of a row, None for N/A; None as a whole where there are not as many as columns."""
    if len(cells) != columns:
        return None
    return [number_or_unknown(cell) for cell in cells]
