"""Rounds: what was planned, what one visit to each unit brought back, and what runs on the hosts still."""

from datetime import datetime

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    FetchedValue,
    ForeignKey,
    ForeignKeyConstraint,
    Identity,
    Index,
    UniqueConstraint,
    func,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from gatehouse.store.tables.base import JsonObject, JsonObjects, Table, Words

_MEASURED_AT = text("coalesce(started_at, recorded_at)")  # when a result came: by the host's visit, else by the store


class RoundRow(Table):
    """One run of a plan over some units. ``spec`` is the plan, limits and policy as they stood when it was opened."""

    __tablename__ = "round"
    id: Mapped[str] = mapped_column(primary_key=True)
    program: Mapped[str]
    phase: Mapped[str]
    plan: Mapped[str]
    number: Mapped[int]
    requested_by: Mapped[str]
    reason: Mapped[str] = mapped_column(default="")
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    spec: Mapped[JsonObject]
    judged_at: Mapped[datetime | None]
    admissible: Mapped[bool | None]
    problems: Mapped[JsonObjects | None]
    __table_args__ = (
        UniqueConstraint("program", "phase", "number"),
        UniqueConstraint("id", "program", "phase", name="round_and_its_gate"),
        CheckConstraint("(judged_at IS NULL) = (admissible IS NULL)", name="judged_means_admissible_is_known"),
    )


class RoundUnitRow(Table):
    """A unit planned in a round, and how the visit to it went."""

    __tablename__ = "round_unit"
    round_id: Mapped[str] = mapped_column(ForeignKey("round.id"), primary_key=True)
    serial: Mapped[str] = mapped_column(primary_key=True)
    host: Mapped[str]
    site: Mapped[str]
    sku: Mapped[str]
    measured_at: Mapped[datetime | None]
    unreachable: Mapped[str | None]
    claimed_serial: Mapped[str | None]
    boot_id: Mapped[str | None]
    clock_skew_s: Mapped[float | None]
    __table_args__ = (Index("ix_round_unit_serial", "serial"),)


class ResultRow(Table):
    """What one diagnostic said of one unit in one round.

    ``program`` and ``phase`` are the round's: the database writes them, so that a gate finds its rows by one index.
    """

    __tablename__ = "result"
    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    round_id: Mapped[str]
    program: Mapped[str] = mapped_column(server_default=FetchedValue())
    phase: Mapped[str] = mapped_column(server_default=FetchedValue())
    serial: Mapped[str]
    diagnostic: Mapped[str]
    measured: Mapped[str]
    verdict: Mapped[str]
    severity: Mapped[str | None]
    action: Mapped[str]
    reason: Mapped[str]
    started_at: Mapped[datetime | None]
    duration_s: Mapped[float | None]
    recorded_at: Mapped[datetime] = mapped_column(server_default=func.now())
    __table_args__ = (
        UniqueConstraint("round_id", "serial", "diagnostic"),
        ForeignKeyConstraint(
            ["round_id", "program", "phase"],
            ["round.id", "round.program", "round.phase"],
            name="result_is_of_its_rounds_gate",
        ),
        Index("ix_result_serial", "serial"),
        Index("ix_result_gate", "program", "phase", "serial", "diagnostic", _MEASURED_AT, "id"),
        Index("ix_result_fault", "program", "phase", "serial", postgresql_where=text("verdict = 'FAIL'")),
        Index("ix_result_failed", "serial", "diagnostic", "id", postgresql_where=text("verdict = 'FAIL'")),
        CheckConstraint("measured = 'COMPLETE' OR verdict = 'NOT_APPLICABLE'", name="unmeasured_has_no_verdict"),
    )


class PairEndRow(Table):
    """The first and the latest result of each unit and diagnostic in a gate, with what they say.

    The database keeps it with every change of ``result``, so that a gate reads both ends of all its pairs in one go,
    however many rounds lie between them. Nobody else writes here.
    """

    __tablename__ = "pair_end"
    program: Mapped[str] = mapped_column(primary_key=True)
    phase: Mapped[str] = mapped_column(primary_key=True)
    serial: Mapped[str] = mapped_column(primary_key=True)
    diagnostic: Mapped[str] = mapped_column(primary_key=True)
    is_latest: Mapped[bool] = mapped_column(primary_key=True)
    result_id: Mapped[int] = mapped_column(BigInteger)
    round_id: Mapped[str]
    measured: Mapped[str]
    verdict: Mapped[str]
    severity: Mapped[str | None]
    reason: Mapped[str]
    at: Mapped[datetime]


class ReadingRow(Table):
    """One measured value. Numbers and words have their own columns; both empty is "the tool gave no value"."""

    __tablename__ = "reading"
    result_id: Mapped[int] = mapped_column(ForeignKey("result.id"), primary_key=True)
    part: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(primary_key=True)
    number: Mapped[float | None]
    word: Mapped[str | None]
    unit: Mapped[str]
    low: Mapped[float | None]
    high: Mapped[float | None]
    __table_args__ = (Index("ix_reading_name", "name", "result_id"),)


class FindingRow(Table):
    """Something a tool said, or a limit that broke (``required`` is set then)."""

    __tablename__ = "finding"
    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    result_id: Mapped[int] = mapped_column(ForeignKey("result.id"), index=True)
    kind: Mapped[str]
    part: Mapped[str]
    signature: Mapped[str]
    text: Mapped[str]
    required: Mapped[str | None]
    severity: Mapped[str | None]
    action: Mapped[str | None]


class OutputRow(Table):
    """A command that ran on a host, and where its raw output is kept (SHA-256 of the uncompressed bytes)."""

    __tablename__ = "output"
    round_id: Mapped[str] = mapped_column(ForeignKey("round.id"), primary_key=True)
    serial: Mapped[str] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(primary_key=True)
    diagnostic: Mapped[str]
    argv: Mapped[Words]
    ended: Mapped[str]
    exit_code: Mapped[int | None]
    stdout_sha256: Mapped[str]
    stderr_sha256: Mapped[str]
    truncated: Mapped[bool]
    started_at: Mapped[datetime | None]
    duration_s: Mapped[float | None]
    note: Mapped[str]


class JobRow(Table):
    """A command that runs detached on a unit's host: how far it was when somebody looked last.

    ``began_at`` is by our clock, ``elapsed_s`` by the host's. ``ended_at`` is when its end was noticed; a host that
    cannot be reached while it runs has ``trouble`` since ``trouble_since``. Once its answer is stored, the host is
    told so (``acknowledged_at``).
    """

    __tablename__ = "job"
    round_id: Mapped[str] = mapped_column(ForeignKey("round.id"), primary_key=True)
    serial: Mapped[str] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    diagnostic: Mapped[str]
    limit_s: Mapped[float]
    began_at: Mapped[datetime | None]
    elapsed_s: Mapped[float]
    last_line: Mapped[str]
    seen_at: Mapped[datetime]
    trouble: Mapped[str | None]
    trouble_since: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    acknowledged_at: Mapped[datetime | None]
    __table_args__ = (Index("ix_job_serial", "serial"),)
