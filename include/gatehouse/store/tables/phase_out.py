"""The end of a program: who ended it, what schedulers said since, and where each unit went. The latest row stands."""

from datetime import date, datetime

from sqlalchemy import BigInteger, CheckConstraint, Date, Identity, Index, Integer, func
from sqlalchemy.orm import Mapped, mapped_column

from gatehouse.store.tables.base import Table


class PhaseOutRow(Table):
    """A program is phased out: what takes its place, until when it can be bought and is supported, and why."""

    __tablename__ = "phase_out"
    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    program: Mapped[str]
    successor: Mapped[str]
    last_time_buy: Mapped[date | None] = mapped_column(Date)
    support_until: Mapped[date | None] = mapped_column(Date)
    reason: Mapped[str]
    who: Mapped[str]
    at: Mapped[datetime] = mapped_column(server_default=func.now())
    __table_args__ = (Index("ix_phase_out_program", "program", "id"),)


class ObservationRow(Table):
    """What a scheduler said of a program's SKU ``at`` a time; a number that it did not say is empty."""

    __tablename__ = "observation"
    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    program: Mapped[str]
    source: Mapped[str]
    jobs: Mapped[int | None] = mapped_column(Integer)
    reservations: Mapped[int | None] = mapped_column(Integer)
    who: Mapped[str]
    at: Mapped[datetime]
    recorded_at: Mapped[datetime] = mapped_column(server_default=func.now())
    __table_args__ = (
        Index("ix_observation_program", "program", "id"),
        CheckConstraint("jobs >= 0 AND reservations >= 0", name="no_fewer_than_none"),
        CheckConstraint("jobs IS NOT NULL OR reservations IS NOT NULL", name="says_something"),
    )


class DispositionRow(Table):
    """Where a unit went, and what became of the data that it held."""

    __tablename__ = "disposition"
    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    program: Mapped[str]
    serial: Mapped[str]
    disposition: Mapped[str]
    erase_certificate: Mapped[str]
    held_no_data: Mapped[str]
    note: Mapped[str]
    who: Mapped[str]
    at: Mapped[datetime]
    recorded_at: Mapped[datetime] = mapped_column(server_default=func.now())
    __table_args__ = (Index("ix_disposition_serial", "program", "serial", "id"),)
