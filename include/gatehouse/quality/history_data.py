"""What a round looks like beside the rounds before it: parts that moved, checks that never move, units that changed."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class PartShared:
    """A part that several units of a round claim; ``name`` is the reading that gave its ``number``."""

    serial: str
    host: str
    diagnostic: str
    part: str
    name: str
    number: str


@dataclass(frozen=True, slots=True)
class PartMoved:
    """A part with its genealogy: where it is, and where an earlier round saw it (or what that saw in its place)."""

    serial: str
    host: str
    diagnostic: str
    part: str
    name: str
    number: str
    before_serial: str
    before_host: str
    before_part: str
    before_number: str
    round_id: str
    at: datetime

    @property
    def on(self) -> str:
        """The day of the earlier round."""
        return f"{self.at:%Y-%m-%d}"


@dataclass(frozen=True, slots=True)
class CheckHistory:
    """A check over this round and the program's last sound ones.

    With a ``name`` it is a numeric reading: ``values`` of it between ``least`` and ``most`` on at most ``units`` units,
    ``limited`` of them held against a limit that ``broken`` of them broke. Without one it is a diagnostic as a whole:
    ``values`` results, ``measured`` of which were measured, ``broken`` of which failed.
    """

    diagnostic: str
    name: str
    unit: str
    rounds: int
    units: int
    values: int
    least: float
    most: float
    limited: int
    broken: int
    measured: int


@dataclass(frozen=True, slots=True)
class QuantityMoved:
    """A reading in this round and in the last sound one that had it, by its median over all parts and units.

    ``named_unit`` is the unit that the reading's name says, empty where it says none; ``versions`` are the tools'
    versions that differ between the two, in words.
    """

    diagnostic: str
    name: str
    unit: str
    before_unit: str
    median: float
    before_median: float
    named_unit: str
    versions: str
    round_id: str
