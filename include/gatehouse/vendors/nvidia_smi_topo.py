"""nvidia-smi topo -m and topo -p2p: how GPUs and NICs reach each other, as a matrix of words."""

import re
from collections.abc import Mapping

from gatehouse.model.commands import Completed
from gatehouse.model.errors import UnreadableError
from gatehouse.model.readings import Fact, ToolReport
from gatehouse.model.status import FindingClass
from gatehouse.vendors.gathered import Gathered, gather, whole_lines
from gatehouse.vendors.nvidia_smi_complaints import complaints_only
from gatehouse.vendors.quantities import word_or_unknown
from gatehouse.vendors.registry import reads

_GAP = re.compile(r"\s*\t\s*|\s{2,}")
_GPU = re.compile(r"GPU\d{1,4}")
_NIC = re.compile(r"NIC\d{1,4}|(?:mlx|bnxt|roce|ib|irdma|qedr|efa|rdmap|hfi|siw|rxe|rocep|ionic|cxgb|mana)\w{1,30}")
_NIC_LEGEND = re.compile(r"\s+(NIC\d{1,4}): (\S{1,60})\s*$")
_CONNECTION = re.compile(r"X|SYS|NODE|PHB|PXB|PIX|PSB|SOC|NV\d{1,3}|OK|CNS|GNS|TNS|NS|DR|U|N/A")
_PEER = re.compile(r"OK|CNS|GNS|TNS|NS|DR|U")
_NVLINKS = re.compile(r"NV(\d{1,3})")
_AFFINITIES = {
    "CPU Affinity": "cpu_affinity",
    "NUMA Affinity": "numa_affinity",
    "GPU NUMA ID": "gpu_numa_id",
    "CPU NUMA ID": "numa_affinity",
}
_P2P_WORDS = {
    "CNS": "the chipset does not support it",
    "GNS": "the GPU does not support it",
    "TNS": "the topology does not support it",
    "NS": "it is not supported",
    "DR": "it is disabled by a registry key",
}
Matrix = dict[str, dict[str, str]]


@reads("nvidia-smi-topo")
def read_nvidia_smi_topo(said: Completed) -> ToolReport:
    """The connection of each GPU to each other device, affinities, and the fewest NVLinks between two GPUs.

    Raises:
        UnreadableError: there is no matrix.
    """
    gathered, text = gather("nvidia-smi-topo", said)
    matrix = _matrix(gathered, text)
    if matrix is None or _is_peer_matrix(matrix):
        return _complaints(gathered, text)
    gpus = _note_matrix(gathered, matrix)
    *whole, tail = text.split("\n")
    for line in whole if gathered.cut else [*whole, tail]:
        if (legend := _NIC_LEGEND.match(line[:200])) is not None:
            gathered.fact(f"{legend[1].lower()}.name", legend[2])
    gathered.fact("nics", len({name for row in matrix.values() for name in row if _NIC.fullmatch(name)}))
    pairs = [matrix[a][b] for a in gpus for b in gpus if a != b and b in matrix[a]]
    links = [int(match[1]) if (match := _NVLINKS.fullmatch(word)) else 0 for word in pairs]
    if links:
        gathered.fact("min_nvlinks_between_pairs", min(links))
    for part, row in matrix.items():
        for heading, name in _AFFINITIES.items():
            if heading in row and _GPU.fullmatch(part):
                gathered.fact(f"{part.lower()}.{name}", word_or_unknown(row[heading]))
    return gathered.done()


@reads("nvidia-smi-topo-p2p")
def read_nvidia_smi_topo_p2p(said: Completed) -> ToolReport:
    """Whether each GPU may reach each other's memory; pairs that may in both directions are counted.

    Raises:
        UnreadableError: there is no matrix.
    """
    gathered, text = gather("nvidia-smi-topo-p2p", said)
    matrix = _matrix(gathered, text)
    if matrix is None or not _is_peer_matrix(matrix):
        return _complaints(gathered, text)
    gpus = _note_matrix(gathered, matrix)
    pairs = [(a, b) for index, a in enumerate(gpus) for b in gpus[index + 1 :]]
    gathered.fact("pairs", len(pairs))
    gathered.fact("pairs_ok", sum(matrix[a].get(b) == matrix[b].get(a) == "OK" for a, b in pairs))
    for a, b in pairs:
        if (why := _P2P_WORDS.get(matrix[a].get(b, ""))) is not None:
            text = f"no peer-to-peer access from {a} to {b}: {why}"
            gathered.found(FindingClass.CONFIGURATION, a.lower(), "p2p.unsupported", text)
    return gathered.done()


def _is_peer_matrix(matrix: Matrix) -> bool:
    """Whether the words say what a pair may do, rather than what connects it. A lone GPU has no pair."""
    if any(heading in row for row in matrix.values() for heading in _AFFINITIES):
        return False
    words = {word for part, row in matrix.items() for other, word in row.items() if other != part}
    return all(_PEER.fullmatch(word) for word in words - {"N/A"})


def _complaints(gathered: Gathered, text: str) -> ToolReport:
    report = complaints_only(gathered, text)
    if report is None:
        raise UnreadableError("no matrix of GPUs")
    return report


def _matrix(gathered: Gathered, text: str) -> Matrix | None:
    """Rows by device, their words by column heading. A row of another length than the headings is left out."""
    headings: list[str] | None = None
    matrix: Matrix = {}
    for line in whole_lines(gathered, text):
        cells = [cell for cell in _GAP.split(line[:4000].strip()) if cell]
        if headings is None:
            headings = cells if cells and all(_is_heading(cell) for cell in cells) else None
        elif cells and (_GPU.fullmatch(cells[0]) or _NIC.fullmatch(cells[0])):
            devices = [name for name in headings if name not in _AFFINITIES]
            row = dict(zip(devices, cells[1:], strict=False)) | _affinities(headings, cells[len(devices) + 1 :])
            if len(cells) - 1 < len(devices) or not all(_CONNECTION.fullmatch(row[name]) for name in devices):
                gathered.incomplete(f"the row of {cells[0]} was left out")
                continue
            matrix[cells[0]] = row
    return matrix if headings and any(_GPU.fullmatch(name) for name in matrix) else None


def _affinities(headings: list[str], cells: list[str]) -> dict[str, str]:
    """The affinities by heading. Where one is empty, nothing says which: only a list of processors is sure."""
    names = [name for name in headings if name in _AFFINITIES]
    if len(cells) < len(names):
        cells = [cell for cell in cells[:1] if names[0] == "CPU Affinity" and re.search(r"\d[-,]\d", cell)]
    return {name: cells[place] if place < len(cells) else "" for place, name in enumerate(names)}


def _is_heading(cell: str) -> bool:
    return bool(_GPU.fullmatch(cell) or _NIC.fullmatch(cell)) or cell in _AFFINITIES


def _note_matrix(gathered: Gathered, matrix: Mapping[str, Mapping[str, str]]) -> list[str]:
    gpus = [name for name in matrix if _GPU.fullmatch(name)]
    for part, row in matrix.items():
        words: dict[str, Fact] = {other.lower(): word for other, word in row.items() if other not in _AFFINITIES}
        gathered.facts_of(part.lower(), words)
    declared = {name for row in matrix.values() for name in row if name not in _AFFINITIES}
    gathered.fact("gpus", len(gpus))
    gathered.counted("devices", len(declared), len(matrix))
    return gpus
