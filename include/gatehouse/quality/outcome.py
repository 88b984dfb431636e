"""What the judgement answers."""

from dataclasses import dataclass, field
from pathlib import Path

from gatehouse.model.errors import GatehouseError
from gatehouse.quality.history_data import CheckHistory


class JudgementError(GatehouseError):
    """An expectation could not be evaluated: a defect of ours, which says nothing about the data. Tell a developer."""


@dataclass(frozen=True, slots=True)
class BrokenRow:
    """A row of a table that broke an expectation; what the table does not have is empty."""

    serial: str
    host: str
    diagnostic: str
    part: str
    name: str


@dataclass(frozen=True, slots=True)
class Completeness:
    """What became of the planned results: each stands in one count, so they add up to ``planned``.

    ERROR and SKIP are honest rows, and no measurements; what is set aside is accounted for, and asked again by gates.
    """

    planned: int = 0
    complete: int = 0
    error: int = 0
    skip: int = 0
    set_aside: int = 0
    missing: int = 0

    @property
    def words(self) -> str:
        """``92 of 96 planned results measured (95.8 %); 2 ERROR, 2 SKIP``."""
        share = f" ({100 * self.complete / self.planned:.3g} %)" if self.planned else ""
        rest = {"ERROR": self.error, "SKIP": self.skip, "set aside": self.set_aside, "missing": self.missing}
        said = ", ".join(f"{count:,} {word}" for word, count in rest.items() if count)
        return f"{self.complete:,} of {self.planned:,} planned results measured{share}" + (f"; {said}" if said else "")


@dataclass(frozen=True, slots=True)
class QualityProblem:
    """One expectation that the round does not meet.

    ``text`` is for people and bounded, but holds what machines said: escape it wherever it is shown. ``serials`` are
    all units that it speaks of; ``rows`` is how many rows of ``table`` failed, and ``broken`` which, in a fixed order.
    What is not ``blocking`` is a warning.
    """

    expectation: str
    table: str
    text: str
    serials: tuple[str, ...]
    rows: int
    blocking: bool = True
    broken: tuple[BrokenRow, ...] = ()


@dataclass(frozen=True, slots=True)
class QualityOutcome:
    """Whether a round's data may be trusted, and why not.

    ``checks`` counts the expectations that were asked, ``rows`` the rows of data they were asked about.
    ``docs`` is the first page of the Data Docs, None where none were wanted. ``unproven`` are checks that never failed
    in many runs: no fault, but only their samples prove that they can.
    """

    admissible: bool
    problems: tuple[QualityProblem, ...]
    checks: int
    rows: int
    docs: Path | None = None
    number: int = 1
    completeness: Completeness = field(default_factory=Completeness)
    unproven: tuple[CheckHistory, ...] = ()
