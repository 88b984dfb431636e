"""Waivers, and what happened to each of them."""

from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, Identity, Index
from sqlalchemy.orm import Mapped, mapped_column

from gatehouse.store.tables.base import Table, Words


class WaiverRow(Table):
    """What somebody asked to live without, and until when. It never changes: its steps say what became of it."""

    __tablename__ = "waiver"
    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    program: Mapped[str]
    phase: Mapped[str]
    criterion: Mapped[str]
    owner: Mapped[str]
    requested_by: Mapped[str]
    reason: Mapped[str]
    containment: Mapped[str]
    retest: Mapped[str]
    units: Mapped[Words]
    sites: Mapped[Words]
    expires_at: Mapped[datetime]
    created_at: Mapped[datetime]
    __table_args__ = (Index("ix_waiver_gate", "program", "phase"), Index("ix_waiver_expires_at", "expires_at"))


class WaiverStepRow(Table):
    """A request, an approval, a rejection, a withdrawal, or that its owner was told of its end."""

    __tablename__ = "waiver_step"
    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    waiver_id: Mapped[int] = mapped_column(ForeignKey("waiver.id"), index=True)
    kind: Mapped[str]
    who: Mapped[str]
    role: Mapped[str]
    text: Mapped[str]
    at: Mapped[datetime]
    source: Mapped[str] = mapped_column(unique=True)  # what asked: the same step is never filed twice
