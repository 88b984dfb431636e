"""Writes ``READINGS``, the index of what the readers give, anew from the recordings: run it after adding one."""

from collections import defaultdict

from golden_pairs import golden_pairs

from gatehouse.model.readings import ToolReport
from gatehouse.vendors.readings_index import READINGS, gives, written
from gatehouse.vendors.registry import read


def from_recordings() -> str:
    """The index that the recordings give now."""
    reports: dict[str, list[ToolReport]] = defaultdict(list)
    for pair in golden_pairs():
        reports[pair.tool].append(read(pair.tool, pair.said))
    return written({tool: gives(some) for tool, some in reports.items()})


if __name__ == "__main__":
    READINGS.write_text(from_recordings(), encoding="utf-8")
