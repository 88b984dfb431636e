"""The tables of amd-smi: ``monitor``, ``topology``, ``xgmi``, ``version``, and what ROCm 7 prints without options."""

import re
from collections.abc import Callable, Sequence

from gatehouse.model.readings import Fact
from gatehouse.vendors.amd_trouble import note_trouble
from gatehouse.vendors.box_table import Block, blocks_of
from gatehouse.vendors.gathered import Gathered
from gatehouse.vendors.quantities import number_or_unknown, quantity, word_or_unknown

_BDF = re.compile(r"[0-9a-f]{4,8}:[0-9a-f]{2}:[0-9a-f]{2}\.[0-7]", re.IGNORECASE)
_VERSION = re.compile(
    r"AMDSMI Tool: (\S{1,60}) \| AMDSMI Library version: (\S{1,40})(?: \| ROCm version: (\S{1,40}))?"
    r"(?: \| amdgpu version: (\S{1,40}))?.{0,200}"
)
_CELL = re.compile(r"(?:N/A|[\d.]{1,20}(?:/\s{0,8}[\d.]{1,20})?(?: (?:%|°C|[A-Za-z]{1,3}(?:/s)?)(?!\S))?)")
# Heading of ``monitor`` -> (fact, kind); several versions of a name stand beside each other.
_MONITOR: dict[str, tuple[str, str]] = {
    **dict.fromkeys(("POWER", "PWR", "POWER_USAGE"), ("power_w", "w")),
    **dict.fromkeys(("GPU_TEMP", "GPU_T", "HOTSPOT_TEMP"), ("temp.hotspot_c", "c")),
    **dict.fromkeys(("MEM_TEMP", "MEM_T"), ("temp.mem_c", "c")),
    **dict.fromkeys(("GFX_UTIL", "GFX%"), ("util.gfx_pct", "pct")),
    **dict.fromkeys(("MEM_UTIL", "MEM%"), ("util.umc_pct", "pct")),
    **dict.fromkeys(("ENC_UTIL", "ENC%"), ("util.enc_pct", "pct")),
    **dict.fromkeys(("DEC_UTIL", "DEC%"), ("util.dec_pct", "pct")),
    **dict.fromkeys(("GFX_CLOCK", "GFX_CLK"), ("clocks.gfx_mhz", "mhz")),
    **dict.fromkeys(("MEM_CLOCK", "MEM_CLK"), ("clocks.mem_mhz", "mhz")),
    "VRAM_USED": ("vram.used_mb", "mb"),
    "VRAM_TOTAL": ("vram.total_mb", "mb"),
    "VRAM_FREE": ("vram.free_mb", "mb"),
    "VRAM%": ("vram_pct", "pct"),
    "SINGLE_ECC": ("ecc.correctable", "count"),
    "DOUBLE_ECC": ("ecc.uncorrectable", "count"),
    "PCIE_REPLAY": ("pcie.replay", "count"),
    "PCIE_BW": ("pcie.bandwidth_mbps", "mbps"),
    **{f"{name}": (f"throttle.{name.lower()}_pct", "pct") for name in ("PVIOL", "TVIOL", "PHOT_TVIOL", "VR_TVIOL")},
    "HBM_TVIOL": ("throttle.hbm_tviol_pct", "pct"),
    "XCP": ("partition.id", "count"),
}
_MATRICES = {
    "ACCESS": "link_status",
    "WEIGHT": "weight",
    "HOPS": "hops",
    "LINK TYPE": "link_type",
    "NUMA BW": "bandwidth",
    "CACHE COHERANCY": "coherent",
    "ATOMICS": "atomics",
    "DMA": "dma",
    "BI-DIRECTIONAL": "bi_dir",
}
_OVERVIEW = {
    "tool_version": re.compile(r"AMD-SMI\s{1,8}(\S{1,60})"),
    "driver": re.compile(r"amdgpu version:\s{0,8}(\S{1,40})"),
    "rocm": re.compile(r"ROCm version:\s{0,8}(\S{1,40})"),
}
_OF = re.compile(r"(\S+)\s*/\s*([\d.]+)\s*(\w+)")
_PERCENT = re.compile(r"(?<!\S)(\d{1,3}(?:\.\d+)? ?%)")
_UPPER = re.compile(r"(N/A|[\d.]{1,8} ?%)\s+(N/A|[\d.]{1,8} ?°?C)\s+(N/A|\d{1,12})\s+(N/A|\S{1,30}(?: W)?)")


def note_tables(gathered: Gathered, text: str, lines: Sequence[str]) -> bool:
    """Note what the tables of a text say; whether there was one."""
    readers: tuple[Callable[[], bool], ...] = (
        lambda: _note_version(gathered, lines),
        lambda: _note_monitor(gathered, lines),
        lambda: _note_matrices(gathered, lines),
        lambda: _note_links(gathered, lines),
        lambda: _note_overview(gathered, text),
    )
    found = [read() for read in readers]  # every one: an output may hold several tables
    return any(found)


def _note_version(gathered: Gathered, lines: Sequence[str]) -> bool:
    for line in lines:
        if match := _VERSION.fullmatch(line.strip()):
            names = ("tool_version", "library_version", "rocm", "driver")
            gathered.facts_of("", dict(zip(names, map(word_or_unknown, match.groups()), strict=True)))
            return True
    return False


def _note_monitor(gathered: Gathered, lines: Sequence[str]) -> bool:
    """Rows below a line of headings, each cell a number with its unit. Of a GPU in partitions the first row counts."""
    headings: list[str] = []
    seen: set[str] = set()
    for line in lines:
        words = line.split()
        if words[:1] == ["GPU"] and set(words) & set(_MONITOR):
            headings = words
        elif headings and words and words[0].isdecimal():
            cells = [" ".join(cell.split()) for cell in _CELL.findall(line[:2000])]
            if len(cells) != len(headings):
                gathered.incomplete(f"a row was left out: {line[:60]}")
                continue
            row = dict(zip(headings, cells, strict=True))
            if row["GPU"] not in seen:
                seen.add(row["GPU"])
                facts = _monitored(row)
                gathered.facts_of(f"gpu{row['GPU']}", facts)
                note_trouble(gathered, f"gpu{row['GPU']}", facts)
        elif words:
            headings = []
    if seen:
        gathered.fact("gpus", len(seen))
    return bool(seen)


def _monitored(row: dict[str, str]) -> dict[str, Fact]:
    facts: dict[str, Fact] = {}
    for heading, cell in row.items():
        name, kind = _MONITOR.get(heading, ("", ""))
        if name:
            facts[name] = number_or_unknown(cell) if kind == "count" else quantity(cell.replace("°", ""), kind)
        elif heading == "VRAM_USAGE" and (match := _OF.fullmatch(cell)):
            facts["vram.used_gb"] = quantity(f"{match[1]} {match[3]}", "gb")
            facts["vram.total_gb"] = quantity(f"{match[2]} {match[3]}", "gb")
    return facts


def _note_matrices(gathered: Gathered, lines: Sequence[str]) -> bool:
    """``HOPS TABLE:`` and its like: a row and a column for each bus address, in the order of the GPUs."""
    fact = ""
    buses: list[str] = []
    for line in lines:
        words = line.split()
        if line.strip().endswith(" TABLE:"):
            fact, buses = _MATRICES.get(line.strip().removesuffix(" TABLE:"), ""), []
        elif fact and words and not buses and all(_BDF.fullmatch(word) for word in words):
            buses = words
            gathered.fact("gpus", len(buses))
            gathered.facts_of("", {f"gpu{index}.bdf": bus for index, bus in enumerate(buses)})
        elif buses and words and words[0] in buses and len(words) == len(buses) + 1:
            source = buses.index(words[0])
            for target, cell in enumerate(words[1:]):
                number = number_or_unknown(cell)
                gathered.fact(f"gpu{source}.gpu{target}.{fact}", word_or_unknown(cell) if number is None else number)
    return "gpus" in gathered.facts


def _note_links(gathered: Gathered, lines: Sequence[str]) -> bool:
    """``LINK METRIC TABLE:`` of ``xgmi``: what each GPU read from and wrote to each other over its links."""
    gpus: list[str] = []
    buses: list[str] = []
    for line in lines:
        words = line.split()
        if "bit_rate" in words and "link_type" in words:
            buses = _BDF.findall(line)
        elif buses and (match := re.fullmatch(r"GPU(\d{1,4})\s+(\S+)\s+(.*)", line.strip())):
            gpus.append(f"gpu{match[1]}")
            cells = re.findall(r"N/A|[\d.]{1,12} ?[A-Za-z/]{1,6}|[A-Z]{3,8}", match[3])
            values = dict(zip(("bit_rate", "max_bandwidth", "link_type"), map(word_or_unknown, cells), strict=False))
            gathered.facts_of(gpus[-1], {"bdf": match[2], **{f"xgmi.{name}": word for name, word in values.items()}})
        elif gpus and words[:1] in (["Read"], ["Write"]):
            cells = re.findall(r"N/A|[\d.]{1,20} [KMGT]?B", line)
            for target, cell in enumerate(cells if len(cells) == len(buses) else ()):
                name = f"{gpus[-1]}.gpu{target}.{words[0].lower()}_kb"
                size = quantity(cell, "kb")
                gathered.fact(name, size)
    if gpus:
        gathered.fact("gpus", len(gpus))
    return bool(gpus)


def _note_overview(gathered: Gathered, text: str) -> bool:
    blocks = list(blocks_of(text.split("\n")))
    if not any("GPU-Name" in block.text and "UEC" in block.text for block in blocks):
        return False
    for name, pattern in _OVERVIEW.items():
        match = pattern.search(text)
        gathered.fact(name, match[1] if match else None)
    devices = [block for block in blocks if block.closed and _BDF.match(block.rows[0][0])]
    for block in devices:
        if (index := block.rows[-1][0].split()[:1]) and index[0].isdecimal():
            facts = _overview(block)
            gathered.facts_of(f"gpu{index[0]}", facts)
            note_trouble(gathered, f"gpu{index[0]}", facts)
    gathered.fact("gpus", len(devices))
    if not any("Processes" in block.text for block in blocks):
        gathered.incomplete("the list of processes is absent")
    return True


def _overview(block: Block) -> dict[str, Fact]:
    """A device's two rows: identity on the left, and on the right what is used, in the order of the headings."""
    upper, lower = _UPPER.fullmatch(block.rows[0][-1]), block.rows[-1][-1]
    use, temperature, errors, power = upper.groups() if upper else ("", "", "", "")
    watts, memory, busy = _OF.fullmatch(power), _OF.search(lower), _PERCENT.match(lower)
    words = block.rows[-1][0].split()
    compute, _, partition = ("", "", "") if words[-1] == "N/A" else words[-1].partition("/")
    return {
        "bdf": block.rows[0][0].split()[0],
        "market_name": word_or_unknown(block.rows[0][0].partition(" ")[2]),
        "oam_id": number_or_unknown(words[2]) if len(words) == 4 else None,
        "partition.compute": word_or_unknown(compute),
        "partition.memory": word_or_unknown(partition),
        "temp.hotspot_c": quantity(temperature.replace("°", ""), "c"),
        "ecc.uncorrectable": number_or_unknown(errors),
        "power_w": quantity(f"{watts[1]} {watts[3]}" if watts else power, "w"),
        "power.limit_w": quantity(f"{watts[2]} {watts[3]}", "w") if watts else None,
        "vram.used_mb": quantity(f"{memory[1]} {memory[3]}", "mb") if memory else None,
        "vram.total_mb": quantity(f"{memory[2]} {memory[3]}", "mb") if memory else None,
        "util.umc_pct": quantity(use, "pct"),
        "util.gfx_pct": quantity(busy[1], "pct") if busy else None,
    }
