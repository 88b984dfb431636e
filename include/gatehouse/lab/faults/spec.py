"""The form of a named fault."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal

from gatehouse.lab.machine.machine import Machine
from gatehouse.lab.machine.part_names import PartKind, PartName
from gatehouse.lab.machine.parts import Accelerator, Dimm, Disk, Nic

Clearing = Literal["repair", "reboot", "reset_device"]
Value = bool | int | float | str
TransportMode = Literal["refuse", "black_hole", "silent", "hang_auth", "drop_after_bytes", "wrong_host_key", "slow"]


@dataclass(frozen=True, slots=True)
class TransportFault:
    """What happens to connections. ``after_bytes`` is for ``drop_after_bytes``, ``delay_s`` for ``slow``."""

    mode: TransportMode
    after_bytes: int = 0
    delay_s: float = 2.0


@dataclass(frozen=True, slots=True)
class Effect:
    """Where and when a fault works. ``at_s`` (since 1970) is when it is there in full; ``params`` are all filled."""

    machine: Machine
    part: PartName
    at_s: float
    params: Mapping[str, Value]

    @property
    def accelerator(self) -> Accelerator:
        """The accelerator it hits."""
        return self.machine.accelerators[self.part.index]

    @property
    def nic(self) -> Nic:
        """The port it hits."""
        return self.machine.nics[self.part.index]

    @property
    def disk(self) -> Disk:
        """The drive it hits."""
        return self.machine.disks[self.part.index]

    @property
    def dimm(self) -> Dimm:
        """The memory module it hits."""
        return self.machine.dimms[self.part.index]

    def integer(self, name: str) -> int:
        """A parameter that is a whole number."""
        return int(self.params[name])

    def number(self, name: str) -> float:
        """A parameter that is a number."""
        return float(self.params[name])

    def text(self, name: str) -> str:
        """A parameter that is a word."""
        return str(self.params[name])

    def kernel(self, *lines: str, spacing_s: float = 0.03, level: int = 4) -> None:
        """Kernel lines of this fault, the last of them at ``at_s``."""
        self.machine.kernel.say_each(self.at_s, spacing_s, lines, level)


Apply = Callable[[Effect], None]


@dataclass(frozen=True, slots=True)
class FaultKind:
    """A named fault: what it is (component and mechanism of the taxonomy), where it can be, and what it changes.

    ``vendors`` empty: every SKU. ``params`` are its settings with their defaults. ``connection`` makes the transport's
    part of it from the settings. ``noise`` is true where the machine is fine and a check must not be fooled.
    """

    name: str
    title: str
    component: str
    mechanism: str
    on: tuple[PartKind, ...]
    apply: Apply
    vendors: tuple[str, ...] = ()
    params: Mapping[str, Value] = field(default_factory=dict)
    cleared_by: tuple[Clearing, ...] = ("repair",)
    connection: Callable[[Mapping[str, Value]], TransportFault] | None = None
    noise: bool = False
