"""Set anything in the model of a host by its dotted path: ``gpu3.temp_c``, ``system.serial``, ``nic1.profile`` not."""

import dataclasses

from gatehouse.lab.machine.machine import Machine
from gatehouse.lab.machine.part_names import part_named
from gatehouse.model.errors import UsageError

Scalar = bool | int | float | str | None
_WHOLE = ("system", "cpu", "memory", "bmc")


def set_fact(machine: Machine, path: str, value: Scalar) -> None:
    """Change one value of the model.

    Raises:
        UsageError: there is no such path, or the value is not of its kind; the text says what would be accepted.
    """
    first, *rest = path.split(".")
    owner: object = _owner(machine, first)
    for name in rest[:-1]:
        owner = _inside(owner, name, path)
    if not rest:
        raise UsageError(f"fact {path!r} names a part and no value of it")
    _assign(owner, rest[-1], value, path)


def _owner(machine: Machine, first: str) -> object:
    if first in _WHOLE:
        return getattr(machine, first)
    part = part_named(machine.profile, first)
    lists: dict[str, list[object]] = {
        "accelerator": list(machine.accelerators),
        "nic": list(machine.nics),
        "disk": list(machine.disks),
        "dimm": list(machine.dimms),
        "psu": list(machine.power_supplies),
        "fan": list(machine.fans),
    }
    if part.kind not in lists:
        raise UsageError(f"{first!r} has no facts of its own; there are {', '.join(_WHOLE)} and numbered parts")
    return lists[part.kind][part.index]


def _inside(owner: object, name: str, path: str) -> object:
    if isinstance(owner, list) and name.isdecimal() and int(name) < len(owner):
        return owner[int(name)]
    if name not in _fields(owner):
        raise UsageError(f"fact {path!r}: there is no {name!r}; there are {', '.join(_fields(owner))}")
    return getattr(owner, name)


def _fields(owner: object) -> list[str]:
    return [field.name for field in dataclasses.fields(owner)] if dataclasses.is_dataclass(owner) else []


def _assign(owner: object, name: str, value: Scalar, path: str) -> None:
    now = _inside(owner, name, path)
    numeric = isinstance(now, int | float) and not isinstance(now, bool)
    right = (
        isinstance(value, bool)
        if isinstance(now, bool)
        else isinstance(value, int | float) and not isinstance(value, bool)
        if numeric
        else isinstance(value, str)
        if isinstance(now, str)
        else False
    )
    if not right and not (value is None and type(now) is int and name == "rpm"):
        raise UsageError(f"fact {path!r} is {type(now).__name__} {now!r}, and {value!r} cannot take its place")
    setattr(owner, name, value)
