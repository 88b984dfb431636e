"""What the judgement answers."""

from dataclasses import dataclass
from pathlib import Path

from gatehouse.model.errors import GatehouseError


class JudgementError(GatehouseError):
    """An expectation could not be evaluated: a defect of ours, which says nothing about the data. Tell a developer."""


@dataclass(frozen=True, slots=True)
class QualityProblem:
    """One expectation that the round does not meet.

    ``text`` is for people and bounded, but holds what machines said: escape it wherever it is shown. ``serials`` are
    all units that it speaks of; ``rows`` is how many rows of ``table`` failed. What is not ``blocking`` is a warning.
    """

    expectation: str
    table: str
    text: str
    serials: tuple[str, ...]
    rows: int
    blocking: bool = True


@dataclass(frozen=True, slots=True)
class QualityOutcome:
    """Whether a round's data may be trusted, and why not.

    ``checks`` counts the expectations that were asked, ``rows`` the rows of data they were asked about.
    ``docs`` is the first page of the Data Docs, None where none were wanted.
    """

    admissible: bool
    problems: tuple[QualityProblem, ...]
    checks: int
    rows: int
    docs: Path | None = None
