"""Baselines: what a healthy population measures, and what people decided about it."""

from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Identity, Index, Integer, func
from sqlalchemy.orm import Mapped, mapped_column

from gatehouse.store.tables.base import JsonObject, Table


class BaselineRow(Table):
    """A criterion learned from one cohort. ``reading`` and ``parts`` are globs; ``cohort`` says on whom it was learned.

    ``requires`` is the limit that it would be, in the form of the catalogue; ``evidence`` what it rests on. The same
    evidence learned again has the same ``digest``, so it stands once.
    """

    __tablename__ = "baseline"
    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    sku: Mapped[str]
    diagnostic: Mapped[str]
    reading: Mapped[str]
    parts: Mapped[str]
    cohort: Mapped[JsonObject]
    requires: Mapped[JsonObject]
    evidence: Mapped[JsonObject]
    hosts: Mapped[int] = mapped_column(Integer)
    digest: Mapped[str] = mapped_column(unique=True)
    state: Mapped[str]
    learned_at: Mapped[datetime] = mapped_column(server_default=func.now())
    learned_by: Mapped[str]
    __table_args__ = (
        Index("ix_baseline_sku", "sku", "state"),
        CheckConstraint(
            "state IN ('proposed', 'shadow', 'enforced', 'rejected', 'replaced')", name="baseline_state_is_known"
        ),
    )


class BaselineMoveRow(Table):
    """A baseline that somebody moved to another state, and why."""

    __tablename__ = "baseline_move"
    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    baseline_id: Mapped[int] = mapped_column(ForeignKey("baseline.id"))
    state: Mapped[str]
    who: Mapped[str]
    reason: Mapped[str]
    at: Mapped[datetime] = mapped_column(server_default=func.now())
    __table_args__ = (Index("ix_baseline_move", "baseline_id", "id"),)
