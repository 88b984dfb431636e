"""``lscpu`` of util-linux, as text or JSON: sockets, cores, NUMA nodes and caches.

Text is ``key: value``; since 2.37 it is indented by subject (``Caches (sum of all):`` / ``L1d:``), and sizes carry the
number of instances. Key words are matched after stripping, so the layouts read alike. The parsable table that
``lscpu -p`` appends holds no colon and is passed over.
"""

import re
from collections.abc import Iterator
from typing import Any

from gatehouse.model.commands import Completed
from gatehouse.model.errors import UnreadableError
from gatehouse.model.readings import ToolReport
from gatehouse.vendors.documents import Lines, json_of, lines_of, text_of
from gatehouse.vendors.draft import Draft
from gatehouse.vendors.quantities import number_or_unknown
from gatehouse.vendors.registry import reads

_TOOL = "lscpu"
_COUNTS = {
    "CPU(s)": "cpus",
    "Socket(s)": "sockets",
    "Cluster(s)": "clusters",
    "Core(s) per socket": "cores_per_socket",
    "Core(s) per cluster": "cores_per_cluster",
    "Thread(s) per core": "threads_per_core",
    "NUMA node(s)": "numa_nodes",
    "CPU max MHz": "max_mhz",
    "CPU min MHz": "min_mhz",
    "CPU family": "family",
    "BogoMIPS": "bogomips",
    "Model": "model_number",
}
_WORDS = {
    "Architecture": "architecture",
    "Vendor ID": "vendor",
    "Model name": "model",
    "Stepping": "stepping",
    "On-line CPU(s) list": "online",
    "Off-line CPU(s) list": "offline",
    "Hypervisor vendor": "hypervisor",
    "Virtualization": "virtualization",
    "Virtualization type": "virtualization_type",
}
_ALWAYS = ("cpus", "sockets", "cores_per_socket", "threads_per_core", "numa_nodes", "model", "max_mhz")
_NUMA_CPUS = re.compile(r"NUMA node(\d{1,4}) CPU\(s\)")
_CACHE = re.compile(r"(L\d[di]?)(?: cache)?")
_SIZE = re.compile(r"([\d.]{1,15})\s*(B|KiB|MiB|GiB|K|M|G)(?:\s+\((\d{1,6}) instances?\))?")
_BINARY = {"B": 1, "K": 2**10, "KiB": 2**10, "M": 2**20, "MiB": 2**20, "G": 2**30, "GiB": 2**30}
_MAX_DEPTH = 8


@reads(_TOOL)
def read_lscpu(said: Completed) -> ToolReport:
    """Counts, model, clock range in MHz, cache sizes in bytes as printed, CPUs of each NUMA node as Linux lists them.

    Raises:
        UnreadableError: not lscpu's output.
    """
    if text_of(said).lstrip().startswith("{"):
        fields, tail = list(_fields(json_of(said))), ""
    else:
        lines = lines_of(said)
        fields, tail = list(_pairs(lines)), lines.tail
    names = {key for key, _ in fields}
    if "CPU(s)" not in names or not names & {"Architecture", "CPU op-mode(s)", "Vendor ID", "Thread(s) per core"}:
        raise UnreadableError("no CPU(s), architecture or threads: not lscpu")
    draft = Draft(_TOOL, said)
    draft.facts.update(dict.fromkeys(_ALWAYS))
    for key, value in fields:
        _note(draft, key, value)
    _check_numa(draft, names)
    if tail:
        draft.was_cut("the last line is cut")
    return draft.done()


def _pairs(lines: Lines) -> Iterator[tuple[str, str]]:
    for line in lines:
        key, colon, value = line.partition(":")
        if colon and not line.startswith("#"):
            yield key.strip(), value.strip()


def _fields(document: Any, depth: int = 0) -> Iterator[tuple[str, str]]:
    """Flatten ``{"lscpu": [{"field", "data", "children"}]}``."""
    rows = document.get("lscpu") if isinstance(document, dict) else document
    if not isinstance(rows, list) or depth > _MAX_DEPTH:
        raise UnreadableError("JSON without a list of lscpu fields")
    for row in rows:
        if isinstance(row, dict):
            yield str(row.get("field", "")).rstrip(":"), str(row.get("data") or "")
            if row.get("children"):
                yield from _fields(row["children"], depth + 1)


def _note(draft: Draft, key: str, value: str) -> None:
    """One line's fact. Of repeated keys (big and little cores) the first counts."""
    if key in _COUNTS and draft.facts.get(_COUNTS[key]) is None:
        draft.fact(_COUNTS[key], number_or_unknown(value))
    elif key in _WORDS and draft.facts.get(_WORDS[key]) is None:
        draft.fact(_WORDS[key], value if value not in ("", "-") else None)
    elif numa := _NUMA_CPUS.fullmatch(key):
        draft.fact(f"numa{int(numa.group(1))}.cpus", value or None)
    elif cache := _CACHE.fullmatch(key):
        _note_cache(draft, cache.group(1).lower(), value)


def _note_cache(draft: Draft, level: str, value: str) -> None:
    size = _SIZE.fullmatch(value)
    number = number_or_unknown(size.group(1)) if size else None
    draft.fact(f"{level}_bytes", None if size is None or number is None else int(number * _BINARY[size.group(2)]))
    if size and size.group(3):
        draft.fact(f"{level}_instances", int(size.group(3)))


def _check_numa(draft: Draft, names: set[str]) -> None:
    """Declared NUMA nodes against listed ones; lscpu prints them last or nearly so, so this also finds a cut."""
    listed = sorted(int(match.group(1)) for name in names if (match := _NUMA_CPUS.fullmatch(name)))
    draft.fact("numa_node_ids", list(listed) if listed else None)
    declared = draft.facts["numa_nodes"]
    if declared is not None and declared != len(listed):
        draft.was_cut(f"{declared} NUMA nodes declared, {len(listed)} listed")
    if declared is None and not names & {"Flags", "Features"}:
        draft.was_cut("neither NUMA nodes nor flags are listed: the output is cut")
