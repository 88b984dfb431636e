"""``lscpu`` of util-linux, as text or JSON: sockets, cores, NUMA nodes and caches.

Text is ``key: value``; since 2.37 it is indented by subject (``Caches (sum of all):`` / ``L1d:``), and sizes carry the
number of instances. Key words are matched after stripping, so the layouts read alike. The tables of ``lscpu -p`` and
``lscpu -e`` have a row a CPU, and so give the same counts; after the text they are passed over.
"""

import re
from collections.abc import Iterable, Iterator
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
    "Socket(s) per book": "sockets_per_book",
    "Book(s)": "books",
    "Book(s) per drawer": "books_per_drawer",
    "Drawer(s)": "drawers",
    "Thread(s) per core": "threads_per_core",
    "NUMA node(s)": "numa_nodes",
    "CPU max MHz": "max_mhz",
    "CPU min MHz": "min_mhz",
    "CPU MHz": "mhz",
    "CPU(s) scaling MHz": "scaling_pct",
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
    "Byte Order": "byte_order",
    "Frequency boost": "frequency_boost",
    "Machine type": "machine_type",
    "Dispatching mode": "dispatching_mode",
    "BIOS Model name": "bios_model",
}
_ALWAYS = ("cpus", "sockets", "cores_per_socket", "threads_per_core", "numa_nodes", "model", "max_mhz")
_NUMA_CPUS = re.compile(r"NUMA node(\d{1,4}) CPU\(s\)")
_CACHE = re.compile(r"(L\d[di]?)(?: cache)?")
_SIZE = re.compile(r"([\d.]{1,15})\s*(B|KiB|MiB|GiB|K|M|G|)(?:\s+\((\d{1,6}) instances?\))?")
_VULNERABILITY = "Vulnerability "
_DECIMAL_COMMA = re.compile(r"(?<=\d),(?=\d{1,6}(?:\D|$))")
_LATE = frozenset({"Flags", "Features", "BogoMIPS", "L1d cache", "L1d"})  # keys of the second half of the output
_BINARY = {"": 1, "B": 1, "K": 2**10, "KiB": 2**10, "M": 2**20, "MiB": 2**20, "G": 2**30, "GiB": 2**30}
_MAX_DEPTH = 8


@reads(_TOOL)
def read_lscpu(said: Completed) -> ToolReport:
    """Counts, model, clock range in MHz, cache sizes in bytes as printed, CPUs of each NUMA node as Linux lists them.

    Raises:
        UnreadableError: not lscpu's output.
    """
    if text_of(said).lstrip().startswith("{"):
        document = json_of(said)
        if isinstance(document, dict) and "cpus" in document:
            return _read_table(Draft(_TOOL, said), list(_json_rows(document["cpus"])))
        fields, tail = list(_fields(document)), ""
    else:
        lines = lines_of(said)
        fields, tail = list(_pairs(lines)), lines.tail
    names = {key for key, _ in fields}
    if "CPU(s)" not in names or not names & {"Architecture", "CPU op-mode(s)", "Vendor ID", "Thread(s) per core"}:
        rows = list(_table_rows(lines_of(said)))
        if not rows:
            raise UnreadableError("no CPU(s), architecture or threads: not lscpu")
        return _read_table(Draft(_TOOL, said), rows, tail)
    draft = Draft(_TOOL, said)
    draft.facts.update(dict.fromkeys(_ALWAYS))
    for key, value in fields:
        _note(draft, key, value)
    models = list(dict.fromkeys(value for key, value in fields if key == "Model name"))
    if len(models) > 1:
        draft.total("models", list(models))
    _check_numa(draft, names)
    if tail:
        draft.was_cut("the last line is cut")
    return draft.done()


def _pairs(lines: Lines) -> Iterator[tuple[str, str]]:
    """Keys and values; of the indented list of vulnerabilities the keys say so, as in the flat layout."""
    is_listed = False
    for line in lines:
        key, colon, value = line.partition(":")
        if colon and not line.startswith("#"):
            is_listed = key == "Vulnerabilities" or (is_listed and line.startswith(" "))
            prefix = _VULNERABILITY if is_listed and line.startswith(" ") else ""
            yield prefix + key.strip(), value.strip()


def _fields(document: Any, depth: int = 0, prefix: str = "") -> Iterator[tuple[str, str]]:
    """Flatten ``{"lscpu": [{"field", "data", "children"}]}``."""
    rows = document.get("lscpu") if isinstance(document, dict) else document
    if not isinstance(rows, list) or depth > _MAX_DEPTH:
        raise UnreadableError("JSON without a list of lscpu fields")
    for row in rows:
        if isinstance(row, dict):
            field = str(row.get("field", "")).rstrip(":")
            yield prefix + field, str(row.get("data") or "")
            if row.get("children"):
                yield from _fields(row["children"], depth + 1, _VULNERABILITY if field == "Vulnerabilities" else "")


def _table_rows(lines: Iterable[str]) -> Iterator[dict[str, str]]:
    """Rows of the first table of ``lscpu -p`` (commas) or ``lscpu -e`` (columns) by heading, in lower case."""
    headings: list[str] = []
    comma: str | None = None
    for line in lines:
        words = line.lstrip("# ").lower().split("," if line.startswith("# CPU,") else None)
        if words[:1] == ["cpu"] and {"core", "socket"} & set(words):
            if headings:
                return
            headings, comma = words, "," if line.startswith("# CPU,") else None
        elif headings and len(cells := line.split(comma)) == len(headings) and cells[0].strip().isdecimal():
            yield dict(zip(headings, cells, strict=True))


def _json_rows(rows: Any) -> Iterator[dict[str, str]]:
    """Rows of ``lscpu -e -J``, whose values are numbers, texts or null."""
    for row in rows if isinstance(rows, list) else ():
        if isinstance(row, dict) and "cpu" in row:
            yield {str(key): "-" if value is None else str(value) for key, value in row.items()}


def _read_table(draft: Draft, rows: list[dict[str, str]], tail: str = "") -> ToolReport:
    """Counts over the rows; what a column leaves out (``-``, nothing) is not counted."""
    seen = {
        name: {number for row in rows if (number := number_or_unknown(row.get(name, ""))) is not None}
        for name in ("socket", "node", "maxmhz", "minmhz")
    }
    cores = {(row.get("socket"), row["core"]) for row in rows if row.get("core", "-") not in ("-", "")}
    online = [row for row in rows if row.get("online", "yes").lower() not in ("no", "false")]
    draft.total("cpus", len(rows))
    draft.total("online_cpus", len(online))
    draft.total("sockets", len(seen["socket"]) or None)
    draft.total("cores", len(cores) or None)
    draft.total("numa_nodes", len(seen["node"]) or None)
    draft.total("numa_node_ids", sorted(seen["node"]) or None)
    draft.total("cores_per_socket", _share(len(cores), len(seen["socket"])))
    draft.total("threads_per_core", _share(len(online), len(cores)))
    draft.total("max_mhz", max(seen["maxmhz"], default=None))
    draft.total("min_mhz", min(seen["minmhz"], default=None))
    if not rows or tail:
        draft.was_cut("the last line is cut" if tail else "no row of a CPU")
    return draft.done()


def _share(whole: int, parts: int) -> int | None:
    return whole // parts if parts and whole % parts == 0 and whole else None


def _note(draft: Draft, key: str, value: str) -> None:
    """One line's fact. Of repeated keys (big and little cores) the first counts."""
    if key in _COUNTS and draft.facts.get(_COUNTS[key]) is None:
        draft.fact(_COUNTS[key], number_or_unknown(_DECIMAL_COMMA.sub(".", value).removesuffix("%")))
    elif key in _WORDS and draft.facts.get(_WORDS[key]) is None:
        draft.fact(_WORDS[key], value if value not in ("", "-") else None)
    elif key.startswith(_VULNERABILITY):
        draft.fact(f"vulnerability.{re.sub(r'[^a-z0-9]+', '_', key[len(_VULNERABILITY) :].lower())}", value or None)
    elif numa := _NUMA_CPUS.fullmatch(key):
        draft.fact(f"numa{int(numa.group(1))}.cpus", value or None)
    elif cache := _CACHE.fullmatch(key):
        _note_cache(draft, cache.group(1).lower(), value)


def _note_cache(draft: Draft, level: str, value: str) -> None:
    size = _SIZE.fullmatch(_DECIMAL_COMMA.sub(".", value))
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
    if declared is None and not names & _LATE:
        draft.incomplete("neither NUMA nodes nor caches nor flags are listed: the output may be cut")
