"""What people and outside systems said, beside what was measured: each with who or what said it, and when."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Disposition(StrEnum):
    """Where a unit went for good. ``NOT_A_UNIT`` takes back a serial that was recorded by mistake."""

    REDEPLOYED = "redeployed"
    RETURNED = "returned"
    SCRAPPED = "scrapped"
    SPARE = "spare"
    DONATED = "donated"
    NOT_A_UNIT = "not-a-unit"


@dataclass(frozen=True, slots=True)
class Attestation:
    """A person vouches for something that no machine can measure, and says where it lies."""

    about: str
    who: str
    link: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Observation:
    """What a scheduler said of a SKU at a time. A number that it did not say is None, never 0."""

    source: str
    at: datetime
    jobs: int | None
    reservations: int | None


@dataclass(frozen=True, slots=True)
class UnitDisposition:
    """Where a unit went. One of ``erase_certificate`` (a link) and ``held_no_data`` (why not) makes it final."""

    unit: str
    disposition: Disposition
    erase_certificate: str
    held_no_data: str
    who: str
    at: datetime

    @property
    def final(self) -> bool:
        """Whether nothing is left to be done for the unit."""
        return self.disposition is Disposition.NOT_A_UNIT or bool(self.erase_certificate or self.held_no_data)


@dataclass(frozen=True, slots=True)
class Records:
    """The records of a program's phase. Of attestations and dispositions only those that stand now."""

    attestations: tuple[Attestation, ...] = ()
    observations: tuple[Observation, ...] = ()
    dispositions: tuple[UnitDisposition, ...] = ()
