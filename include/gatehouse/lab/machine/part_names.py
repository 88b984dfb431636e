"""Parts by name: ``gpu3``, ``hpu2``, ``nic1``, ``disk0``, ``dimm A1``, ``cpu5``, ``psu2``, ``fan3``."""

import re
from dataclasses import dataclass
from typing import Literal

from gatehouse.lab.profiles.spec import Profile
from gatehouse.model.errors import UsageError

PartKind = Literal["accelerator", "nic", "disk", "dimm", "cpu", "psu", "fan", "host"]
_NUMBERED = re.compile(r"^([a-z]+)(\d{1,4})$")
_WORDS: dict[str, PartKind] = {
    "gpu": "accelerator",
    "hpu": "accelerator",
    "nic": "nic",
    "disk": "disk",
    "cpu": "cpu",
    "psu": "psu",
    "fan": "fan",
}


@dataclass(frozen=True, slots=True)
class PartName:
    """A part: its kind and its number; a DIMM's is its place in the profile's list."""

    kind: PartKind
    index: int = 0


def count_of(profile: Profile, kind: PartKind) -> int:
    """How many parts of that kind the SKU has."""
    return {
        "accelerator": profile.accelerators,
        "nic": len(profile.nic_ports),
        "disk": len(profile.drives),
        "dimm": len(profile.memory.locators),
        "cpu": profile.cpus,
        "psu": profile.board.power_supplies,
        "fan": profile.board.fans,
        "host": 1,
    }[kind]


def part_named(profile: Profile, name: str) -> PartName:
    """The part of that name on that SKU; an interface's name or a device path will do too.

    Raises:
        UsageError: the SKU has no such part; the text says what it has.
    """
    if name in ("", "host"):
        return PartName("host")
    if name in profile.nics:
        return PartName("nic", profile.nics.index(name))
    if name in profile.disks:
        return PartName("disk", profile.disks.index(name))
    if name.lower().startswith("dimm"):
        return _dimm(profile, name)
    match = _NUMBERED.match(name)
    kind = _WORDS.get(match[1]) if match else None
    if match is None or kind is None or (kind == "accelerator" and match[1] != profile.accelerator.part):
        raise UsageError(
            f"{profile.sku} has no part {name!r}; parts are {profile.accelerator.part}N, nicN, diskN, "
            "'dimm A1', cpuN, psuN, fanN"
        )
    if int(match[2]) >= count_of(profile, kind):
        raise UsageError(f"{profile.sku} has no part {name!r}: the last is {match[1]}{count_of(profile, kind) - 1}")
    return PartName(kind, int(match[2]))


def _dimm(profile: Profile, name: str) -> PartName:
    locator = name[4:].strip(" _").upper()
    if locator not in profile.memory.locators:
        known = profile.memory.locators
        raise UsageError(f"{profile.sku} has no part {name!r}: its DIMMs are {known[0]} to {known[-1]}")
    return PartName("dimm", profile.memory.locators.index(locator))
