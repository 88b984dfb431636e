"""Loads what a gate looks at: in a handful of queries, whatever the number of units and rounds."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from gatehouse.model.evidence import (
    EvidenceRow,
    PhaseEvidence,
    RoundSummary,
    SignOff,
    ValueRow,
    WantedReadings,
    WordRow,
)
from gatehouse.model.hosts import Host
from gatehouse.model.status import Measured, Phase, Severity, Verdict
from gatehouse.store import phases, waivers
from gatehouse.store.tables import ReadingRow, ResultRow, RoundRow, RoundUnitRow, SetAsideRow


def phase_evidence(
    session: Session, program: str, phase: Phase, build: Sequence[Host], mandatory: Sequence[str],
    wanted: WantedReadings, now: datetime,
) -> PhaseEvidence:  # fmt: skip
    """Everything the gate of ``program`` at ``phase`` may look at, as of ``now``."""
    return PhaseEvidence(
        program=program,
        phase=phase,
        now=now,
        units=tuple(h.serial for h in build),
        diagnostics=tuple(mandatory),
        rows=_rows(session, program, phase),
        rounds=_rounds(session, program, phase),
        values=_values(session, program, phase, wanted.values),
        history=_values(session, program, phase, wanted.history),
        words=_words(session, program, phase, wanted.words),
        sign_offs=tuple(
            SignOff(r.who, r.role, r.approved, r.comment, r.evidence_digest, r.at)
            for r in phases.sign_offs(session, program, phase)
        ),
        waivers=waivers.of_gate(session, program, phase),
        sites=tuple(sorted({h.site for h in build})),
        site_of={h.serial: h.site for h in build},
    )


def _rows(session: Session, program: str, phase: Phase) -> tuple[EvidenceRow, ...]:
    query = (
        select(
            ResultRow.id,
            ResultRow.round_id,
            ResultRow.serial,
            RoundUnitRow.site,
            ResultRow.diagnostic,
            ResultRow.measured,
            ResultRow.verdict,
            ResultRow.severity,
            ResultRow.reason,
            func.coalesce(ResultRow.started_at, ResultRow.recorded_at),
            RoundRow.admissible,
            SetAsideRow.id.is_not(None),
        )
        .join(RoundRow, RoundRow.id == ResultRow.round_id)
        .join(RoundUnitRow, (RoundUnitRow.round_id == ResultRow.round_id) & (RoundUnitRow.serial == ResultRow.serial))
        .outerjoin(SetAsideRow, (SetAsideRow.result_id == ResultRow.id) & SetAsideRow.released_at.is_(None))
        .where(RoundRow.program == program, RoundRow.phase == phase)
        .order_by(ResultRow.id)
    )
    return tuple(
        EvidenceRow(
            result_id=row[0],
            round_id=row[1],
            unit=row[2],
            site=row[3],
            diagnostic=row[4],
            measured=Measured(row[5]),
            verdict=Verdict(row[6]),
            severity=Severity(row[7]) if row[7] else None,
            reason=row[8],
            at=row[9],
            admissible=row[10],
            set_aside=row[11],
        )
        for row in session.execute(query)
    )


def _rounds(session: Session, program: str, phase: Phase) -> tuple[RoundSummary, ...]:
    query = (
        select(RoundRow, func.array_agg(RoundUnitRow.serial))
        .join(RoundUnitRow, RoundUnitRow.round_id == RoundRow.id)
        .where(RoundRow.program == program, RoundRow.phase == phase)
        .group_by(RoundRow.id)
        .order_by(RoundRow.number)
    )
    return tuple(
        RoundSummary(
            round_id=row.id,
            admissible=row.admissible,
            problems=tuple(str(p.get("text", "")) for p in row.problems or ()),
            units=tuple(sorted(serials)),
            at=row.judged_at,
        )
        for row, serials in session.execute(query)
    )


def _values(session: Session, program: str, phase: Phase, names: Collection[str]) -> dict[str, tuple[ValueRow, ...]]:
    found: dict[str, list[ValueRow]] = defaultdict(list)
    for name, result_id, unit, part, number in _readings(session, program, phase, names, ReadingRow.number):
        found[name].append(ValueRow(result_id, unit, part, number))
    return {name: tuple(rows) for name, rows in found.items()}


def _words(session: Session, program: str, phase: Phase, names: Collection[str]) -> dict[str, tuple[WordRow, ...]]:
    found: dict[str, list[WordRow]] = defaultdict(list)
    for name, result_id, unit, part, word in _readings(session, program, phase, names, ReadingRow.word):
        found[name].append(WordRow(result_id, unit, part, word))
    return {name: tuple(rows) for name, rows in found.items()}


def _readings(
    session: Session, program: str, phase: Phase, names: Collection[str], column: InstrumentedAttribute[Any]
) -> Iterable[tuple[str, int, str, str, Any]]:
    if not names:
        return []
    query = (
        select(ReadingRow.name, ReadingRow.result_id, ResultRow.serial, ReadingRow.part, column)
        .join(ResultRow, ResultRow.id == ReadingRow.result_id)
        .join(RoundRow, RoundRow.id == ResultRow.round_id)
        .where(
            RoundRow.program == program,
            RoundRow.phase == phase,
            RoundRow.admissible.is_(True),
            ReadingRow.name.in_(list(names)),
            column.is_not(None),
        )
    )
    return session.execute(query).tuples()
