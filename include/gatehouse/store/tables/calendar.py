"""The calendar: what people vouch for, how phases were entered, and why they slipped. The latest row is what stands."""

from datetime import datetime

from sqlalchemy import BigInteger, ForeignKeyConstraint, Identity, Index, func
from sqlalchemy.orm import Mapped, mapped_column

from gatehouse.store.tables.base import JsonObjects, Table, Words


class AttestationRow(Table):
    """A person vouches for a document of a phase, or takes that back."""

    __tablename__ = "attestation"
    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    program: Mapped[str]
    phase: Mapped[str]
    about: Mapped[str]
    who: Mapped[str]
    link: Mapped[str]
    note: Mapped[str]
    withdrawn: Mapped[bool]
    at: Mapped[datetime] = mapped_column(server_default=func.now())
    __table_args__ = (Index("ix_attestation_gate", "program", "phase", "about", "id"),)


class EntryAcceptanceRow(Table):
    """A person lets a phase open without the conditions named here."""

    __tablename__ = "entry_acceptance"
    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    program: Mapped[str]
    phase: Mapped[str]
    conditions: Mapped[Words]
    who: Mapped[str]
    reason: Mapped[str]
    at: Mapped[datetime] = mapped_column(server_default=func.now())
    __table_args__ = (Index("ix_entry_acceptance_gate", "program", "phase", "id"),)


class PhaseEntryRow(Table):
    """How a phase was entered: each entry condition as it stood at that moment."""

    __tablename__ = "phase_entry"
    program: Mapped[str] = mapped_column(primary_key=True)
    phase: Mapped[str] = mapped_column(primary_key=True)
    conditional: Mapped[bool]
    conditions: Mapped[JsonObjects]
    at: Mapped[datetime] = mapped_column(server_default=func.now())
    __table_args__ = (ForeignKeyConstraint(["program", "phase"], ["phase.program", "phase.phase"]),)


class SlipCauseRow(Table):
    """Why a phase slipped, in a person's words and the field's vocabulary."""

    __tablename__ = "slip_cause"
    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    program: Mapped[str]
    phase: Mapped[str]
    cause: Mapped[str]
    note: Mapped[str]
    who: Mapped[str]
    at: Mapped[datetime] = mapped_column(server_default=func.now())
    __table_args__ = (Index("ix_slip_cause_gate", "program", "phase", "id"),)
