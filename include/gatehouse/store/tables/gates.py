"""Gates: phases, decisions, sign-offs, exits on conditions, and results that were set aside."""

from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Identity, Index, func, text
from sqlalchemy.orm import Mapped, mapped_column

from gatehouse.store.tables.base import JsonObjects, Table


class PhaseRow(Table):
    """A phase of a program: when it opened and closed, by whom, on which decision."""

    __tablename__ = "phase"
    program: Mapped[str] = mapped_column(primary_key=True)
    phase: Mapped[str] = mapped_column(primary_key=True)
    opened_at: Mapped[datetime] = mapped_column(server_default=func.now())
    opened_by: Mapped[str]
    closed_at: Mapped[datetime | None]
    closed_by: Mapped[str | None]
    decision_id: Mapped[int | None] = mapped_column(ForeignKey("decision.id"))
    conditional: Mapped[bool] = mapped_column(default=False)
    report_digest: Mapped[str | None]
    looked_at: Mapped[datetime | None]  # when somebody last asked whether an exit on conditions still stands


class DecisionRow(Table):
    """A gate's answer, with each criterion's and the digest of the evidence it rests on.

    ``snapshot`` is what the question was put to; decisions that were kept before there were snapshots have none.
    """

    __tablename__ = "decision"
    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    program: Mapped[str]
    phase: Mapped[str]
    status: Mapped[str]
    evidence_digest: Mapped[str]
    outcomes: Mapped[JsonObjects]
    decided_at: Mapped[datetime]
    snapshot: Mapped[str | None] = mapped_column(ForeignKey("snapshot.sha256"))
    __table_args__ = (Index("ix_decision_gate", "program", "phase", "id"),)


class SnapshotRow(Table):
    """Evidence and criteria of a decision, by the SHA-256 of their canonical JSON; ``packed`` is that JSON by zlib."""

    __tablename__ = "snapshot"
    sha256: Mapped[str] = mapped_column(primary_key=True)
    packed: Mapped[bytes]
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())


class SignOffRow(Table):
    """A person's answer at a gate."""

    __tablename__ = "sign_off"
    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    program: Mapped[str]
    phase: Mapped[str]
    who: Mapped[str]
    role: Mapped[str]
    approved: Mapped[bool]
    comment: Mapped[str]
    evidence_digest: Mapped[str]
    at: Mapped[datetime]
    source: Mapped[str] = mapped_column(unique=True)  # what asked: the same answer is never filed twice


class StandingRow(Table):
    """An exit on conditions that was found reopened, or standing again: when, and why."""

    __tablename__ = "standing"
    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    program: Mapped[str]
    phase: Mapped[str]
    stands: Mapped[bool]
    cause: Mapped[str]
    at: Mapped[datetime]
    told_at: Mapped[datetime | None]
    __table_args__ = (Index("ix_standing_gate", "program", "phase", "id"),)


class SetAsideRow(Table):
    """A result that a person took out of the evidence, and why. The result itself stays as it is.

    A result is out while it has a row that nobody released; of those it has one at most.
    """

    __tablename__ = "set_aside"
    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    result_id: Mapped[int] = mapped_column(ForeignKey("result.id"))
    who: Mapped[str]
    reason: Mapped[str]
    at: Mapped[datetime] = mapped_column(server_default=func.now())
    released_by: Mapped[str | None]
    release_reason: Mapped[str | None]
    released_at: Mapped[datetime | None]
    __table_args__ = (
        Index("ix_set_aside_live", "result_id", unique=True, postgresql_where=text("released_at IS NULL")),
        CheckConstraint("(released_at IS NULL) = (released_by IS NULL)", name="released_by_somebody"),
    )
