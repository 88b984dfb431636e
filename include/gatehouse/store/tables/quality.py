"""Judgements of rounds: each as it was given, with the rows it speaks of and what the readings were like as a whole."""

from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, Identity, Index, Integer, UniqueConstraint, func
from sqlalchemy.orm import Mapped, mapped_column

from gatehouse.store.tables.base import JsonObject, JsonObjects, Table


class JudgementRow(Table):
    """Whether a round's data might be trusted when it was asked. The round itself repeats its latest judgement.

    ``set_aside`` are the results that were left out, with who took them out and why; ``measured`` counts the planned
    results by how they went; ``versions`` are the tools' versions by diagnostic.
    """

    __tablename__ = "judgement"
    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    round_id: Mapped[str] = mapped_column(ForeignKey("round.id"))
    number: Mapped[int]
    judged_at: Mapped[datetime] = mapped_column(server_default=func.now())
    judged_by: Mapped[str]
    admissible: Mapped[bool]
    checks: Mapped[int] = mapped_column(Integer, default=0)
    rows: Mapped[int] = mapped_column(BigInteger, default=0)
    problems: Mapped[JsonObjects]
    set_aside: Mapped[JsonObjects]
    measured: Mapped[JsonObject]
    versions: Mapped[JsonObject]
    __table_args__ = (UniqueConstraint("round_id", "number"),)


class QualityRow(Table):
    """A row of a round that broke an expectation; ``problem`` counts the judgement's problems from 1.

    ``result_id`` is None where no result can be named: a missing result, or a unit as a whole.
    """

    __tablename__ = "quality_row"
    judgement_id: Mapped[int] = mapped_column(ForeignKey("judgement.id"), primary_key=True)
    problem: Mapped[int] = mapped_column(primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True)
    serial: Mapped[str]
    host: Mapped[str]
    diagnostic: Mapped[str]
    part: Mapped[str]
    name: Mapped[str]
    result_id: Mapped[int | None] = mapped_column(ForeignKey("result.id"))


class TallyRow(Table):
    """The numbers of one reading over all parts and units of a judged round.

    ``limited`` of its ``values`` were held against a limit, ``broken`` of them were outside it.
    """

    __tablename__ = "reading_tally"
    judgement_id: Mapped[int] = mapped_column(ForeignKey("judgement.id"), primary_key=True)
    diagnostic: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(primary_key=True)
    unit: Mapped[str] = mapped_column(primary_key=True)
    values: Mapped[int] = mapped_column(BigInteger)
    units: Mapped[int]
    least: Mapped[float]
    median: Mapped[float]
    most: Mapped[float]
    limited: Mapped[int] = mapped_column(BigInteger)
    broken: Mapped[int] = mapped_column(BigInteger)
    __table_args__ = (Index("ix_reading_tally_name", "name", "diagnostic"),)
