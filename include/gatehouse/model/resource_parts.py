"""How the parts that a BMC tells of are addressed: ``chassis_1``, ``system_1.processor_GPU_3``.

A part address is words that end in a number, joined by dots. What a BMC calls its resources may be anything, so the id
is brought into that form; the same id always gives the same address, whatever else the BMC lists.
"""

import re
from itertools import pairwise

_KINDS = {
    "Systems": "system",
    "Chassis": "chassis",
    "Managers": "manager",
    "Processors": "processor",
    "Memory": "dimm",
    "LogServices": "log",
    "Sensors": "sensor",
    "Fans": "fan",
    "PowerSupplies": "supply",
    "FirmwareInventory": "firmware",
}
_FITS = re.compile(r"[A-Za-z_]+\d+")
_LONGEST_ID = 80
ANY_ID = "@"  # stands for whatever a BMC calls one of its resources


def last_segment(path: str) -> str:
    """The id of a resource: the last word of its path, without a query."""
    return path.partition("?")[0].partition("#")[0].rstrip("/").rpartition("/")[2]


def part_of(collection: str, member: str) -> str:
    """The address of one member of a collection: ``part_of("Processors", "GPU_3")`` is ``processor_GPU_3``.

    Digits inside an id move to its end (``CPU1_Temp`` is ``CPU_Temp1``), and an id without digits gets a 0.
    """
    kind = _kind(collection)
    token = re.sub(r"[^A-Za-z0-9]+", "_", member[:_LONGEST_ID]).strip("_")
    if not _FITS.fullmatch(f"{kind}_{token}"):
        words = "_".join(re.findall(r"[A-Za-z]+", token))
        token = words + ("".join(re.findall(r"\d+", token)) or "0")
    return f"{kind}_{token}"


def part_kind_of(path: str) -> str:
    """The kind of part that a path with ``*`` for members is about: ``system_@.processor_@``; empty for none."""
    words = path.partition("?")[0].split("/")
    return ".".join(f"{_kind(before)}_{ANY_ID}" for before, word in pairwise(words) if word == "*")


def _kind(collection: str) -> str:
    return _KINDS.get(collection) or re.sub(r"[^a-z]", "", collection.lower()) or "part"
