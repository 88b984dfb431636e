"""nvidia-smi --query-gpu, -remapped-rows, -compute-apps, -accounted-apps or -retired-pages with --format=csv.

Columns are read by their headings, whatever was asked, in whatever order.
"""

import re
from collections.abc import Sequence

from gatehouse.model.commands import Completed
from gatehouse.model.errors import UnreadableError
from gatehouse.model.readings import Fact, ToolReport
from gatehouse.vendors.gathered import Gathered, gather
from gatehouse.vendors.nvidia_columns import HOST_FACTS, fact_of, value_of
from gatehouse.vendors.nvidia_findings import note_broken_words, note_gpu_state
from gatehouse.vendors.nvidia_smi_complaints import complaints_only, note_complaints
from gatehouse.vendors.quantities import word_or_unknown
from gatehouse.vendors.registry import reads

# Column of a process or of a retired page -> (fact, kind).
_PROCESS_COLUMNS = {
    "pid": ("pid", "number"),
    "process_name": ("name", "word"),
    "name": ("name", "word"),
    "gpu_bus_id": ("gpu_bus", "word"),
    "gpu_uuid": ("gpu_uuid", "word"),
    "used_gpu_memory": ("used_mib", "mib"),
    "used_memory": ("used_mib", "mib"),
    "gpu_utilization": ("gpu_util_pct", "pct"),
    "mem_utilization": ("memory_util_pct", "pct"),
    "max_memory_usage": ("max_memory_mib", "mib"),
    "time": ("time_ms", "ms"),
}
_PAGE_COLUMNS = {
    "retired_pages.address": ("address", "word"),
    "retired_pages.cause": ("cause", "word"),
    "retired_pages.timestamp": ("retired_at", "word"),
    "gpu_bus_id": ("gpu_bus", "word"),
    "gpu_uuid": ("gpu_uuid", "word"),
    "gpu_serial": ("gpu_serial", "word"),
}
_IDENTITIES = ("index", "pci.bus_id", "gpu_bus_id", "uuid", "gpu_uuid")
_WHOLE_CELL = re.compile(r".*(?:\]|%|\d (?:MiB|W|MHz|us|ms|KB/s))")  # nothing can follow it, even without a newline

_CUT_CELL = "\0"  # stands for a cell of which something may be missing


@reads("nvidia-smi-csv")
def read_nvidia_smi_csv(said: Completed) -> ToolReport:
    """GPUs by their index column, else by row; processes, where there is a ``pid`` column; or retired pages.

    Raises:
        UnreadableError: there is no line of headings (``noheader`` cannot be read: nothing says what stands where).
    """
    gathered, text = gather("nvidia-smi-csv", said)
    lines = text.split("\n")
    start = next((index for index, line in enumerate(lines) if _is_heading(line)), None)
    if start is None or start == len(lines) - 1:
        report = complaints_only(gathered, text)
        if report is None:
            raise UnreadableError("no line of headings that nvidia-smi prints")
        return report
    headings = lines[start].strip().split(", ")
    rows = _rows(gathered, headings, lines[start + 1 :])
    gathered.fact("columns", len(headings))
    if "pid" in headings:
        _note_listed(gathered, "proc", "processes", headings, rows)
    elif "retired_pages.address" in headings:
        _note_pages(gathered, headings, rows)
    else:
        _note_gpus(gathered, headings, rows)
    note_complaints(gathered, "\n".join(line for line in lines if ", " not in line))
    return gathered.done()


def _is_heading(line: str) -> bool:
    """Headings are query fields: known ones are among them, and no cell is anything else."""
    if ".aip" in line:  # hl-smi names its fields alike, for another device
        return False
    cells = line.strip().split(", ")
    facts = [fact_of(cell) for cell in cells]
    known = "pid" in cells or "retired_pages.address" in cells
    return all(facts) and (known or any(fact is not None and fact[1] != "any" for fact in facts))


def _rows(gathered: Gathered, headings: list[str], lines: Sequence[str]) -> list[list[str]]:
    """Rows with as many cells as there are headings, up to the first line that is no row.

    A last line without its newline is a row when its last cell is surely whole; a GPU's row is one in any case, as
    all its other cells are whole. (A process's name may hold the separator, so that a cut row can look whole.)
    """
    rows: list[list[str]] = []
    *whole, tail = lines
    for line in whole:
        cells = _cells(headings, line)
        if len(cells) == len(headings):
            rows.append(cells)
        elif ", " in line:
            gathered.incomplete(f"a row of {len(cells)} cells under {len(headings)} headings was left out")
    cells = _cells(headings, tail)
    is_whole = bool(_WHOLE_CELL.fullmatch(cells[-1].strip())) if cells else False
    is_of_gpu = len(headings) > 1 and not {"pid", "retired_pages.address"} & set(headings)
    if len(cells) == len(headings) and (is_whole or is_of_gpu):
        rows.append(cells if is_whole else [*cells[:-1], _CUT_CELL])
        gathered.incomplete("the last line has no end; more may be missing")
    elif tail.strip():
        gathered.was_cut("the last line has no end")
    return rows


def _cells(headings: list[str], line: str) -> list[str]:
    """The cells of a row; a process's name may hold the separator."""
    cells = line.split(", ") if line.strip() else []
    extra = len(cells) - len(headings)
    if extra > 0 and "process_name" in headings:
        at = headings.index("process_name")
        cells = [*cells[:at], ", ".join(cells[at : at + extra + 1]), *cells[at + extra + 1 :]]
    return cells


def _first_sample(
    gathered: Gathered, headings: Sequence[str], rows: Sequence[Sequence[str]]
) -> Sequence[Sequence[str]]:
    """The rows up to the first GPU that comes again (``--loop``): the same GPUs again are no further GPUs."""
    column = next((list(headings).index(name) for name in _IDENTITIES if name in headings), None)
    if column is None:
        return rows
    seen: set[str] = set()
    for number, cells in enumerate(rows):
        if cells[column] in seen and word_or_unknown(cells[column].strip()) is not None:
            gathered.incomplete("the same GPUs follow again; only the first sample was read")
            return rows[:number]
        seen.add(cells[column])
    return rows


def _note_gpus(gathered: Gathered, headings: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    if not rows:  # without a GPU nvidia-smi prints no headings either
        gathered.was_cut("no row of a GPU under the headings")
    broken = 0
    rows = _first_sample(gathered, headings, rows)
    for number, cells in enumerate(rows):
        facts: dict[str, Fact] = {}
        for heading, cell in zip(headings, cells, strict=True):
            fact = fact_of(heading)
            if fact is not None and cell != _CUT_CELL:
                facts[fact[0]] = value_of(fact[1], cell.strip())
        index = facts.pop("index", None)
        part = f"gpu{index if isinstance(index, int) else number}"
        host = {name: facts.pop(name) for name in HOST_FACTS & facts.keys()}
        gathered.facts_of("", {name: value for name, value in host.items() if gathered.facts.get(name) is None})
        gathered.facts_of(part, facts)
        note_gpu_state(gathered, part, facts)
        broken += note_broken_words(gathered, part, cells)
    gathered.total("gpus", len(rows))
    gathered.total("gpus_with_unknown_error", broken)
    gathered.counted("GPUs", gathered.facts.get("attached_gpus"), len(rows))


def _note_listed(
    gathered: Gathered, item: str, total: str, headings: Sequence[str], rows: Sequence[Sequence[str]]
) -> None:
    """Processes or retired pages, numbered as they are listed."""
    columns = _PROCESS_COLUMNS if item == "proc" else _PAGE_COLUMNS
    gathered.total(total, len(rows))
    for index, cells in enumerate(rows):
        for heading, cell in zip(headings, cells, strict=True):
            column = columns.get(heading.split(" [", 1)[0])
            if column is not None:
                gathered.fact(f"{item}{index}.{column[0]}", value_of(column[1], cell.strip()))


def _note_pages(gathered: Gathered, headings: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Retired pages. A row without an address says that the GPU does not tell of that cause: no page, and no zero."""
    at = list(headings).index("retired_pages.address")
    told = [row for row in rows if word_or_unknown(row[at].strip()) is not None]
    gathered.total("rows", len(rows))
    _note_listed(gathered, "page", "pages", headings, told)
    if rows and not told:
        gathered.fact("pages", None)
    causes = [row[list(headings).index("retired_pages.cause")] for row in told if "retired_pages.cause" in headings]
    if told and len(causes) == len(told):
        gathered.total("retired.single_bit", sum(cause.strip() == "Single Bit ECC" for cause in causes))
        gathered.total("retired.double_bit", sum(cause.strip() == "Double Bit ECC" for cause in causes))
