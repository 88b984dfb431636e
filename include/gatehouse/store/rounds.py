"""Rounds: opened once, filled unit by unit, and judged. The caller commits."""

import io
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import func, insert, select, update
from sqlalchemy.orm import Session

from gatehouse.model.errors import NotFoundError, StaleVisitError
from gatehouse.model.hosts import Host
from gatehouse.model.readings import Reading
from gatehouse.model.results import Result
from gatehouse.store import judgements
from gatehouse.store.judgements import Judged
from gatehouse.store.outputs import StoredOutput, clean, file_outputs
from gatehouse.store.tables import FindingRow, ResultRow, RoundRow, RoundUnitRow

_READING_COLUMNS = ("result_id", "part", "name", "number", "word", "unit", "low", "high")
_NULL, _NO_BOUNDS, _NO_ENDS = "\\N", (None, None), "\\N\t\\N"
_COPY_ESCAPES = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})
_PLAIN = Judged()
MAX_WORD = 1000  # characters of a reading's text: identities and states are short; the raw output has the rest


@dataclass(frozen=True, slots=True)
class UnitVisit:
    """Everything one visit to a unit brought back, ready to be filed."""

    host: Host
    results: tuple[Result, ...]
    outputs: tuple[StoredOutput, ...]
    bounds: Mapping[tuple[str, str], tuple[float | None, float | None]]  # (part, name) → limits it was held against
    unreachable: str | None = None
    claimed_serial: str | None = None
    boot_id: str | None = None
    clock_skew_s: float | None = None


def open_round(
    session: Session, round_id: str, program: str, phase: str, plan: str, who: str, reason: str,
    spec: Mapping[str, Any], hosts: Sequence[Host],
) -> RoundRow:  # fmt: skip
    """Open a round, or return the one of that id: asking twice opens it once."""
    existing = session.get(RoundRow, round_id)
    if existing:
        return existing
    session.execute(select(func.pg_advisory_xact_lock(func.hashtext(f"{program}/{phase}"))))
    of_phase = (RoundRow.program == program, RoundRow.phase == phase)
    last = select(func.coalesce(func.max(RoundRow.number), 0)).where(*of_phase)
    row = RoundRow(
        id=round_id, program=program, phase=phase, plan=plan, requested_by=who, reason=reason, spec=dict(spec),
        number=(session.scalar(last) or 0) + 1,
    )  # fmt: skip
    session.add(row)
    session.flush()
    units = [{"round_id": round_id, "serial": h.serial, "host": h.name, "site": h.site, "sku": h.sku} for h in hosts]
    session.execute(insert(RoundUnitRow), units)
    return row


def get_round(session: Session, round_id: str) -> RoundRow:
    """The round of that id.

    Raises:
        NotFoundError: there is none.
    """
    row = session.get(RoundRow, round_id)
    if row is None:
        raise NotFoundError(f"no round {round_id!r}")
    return row


def lock_round(session: Session, round_id: str) -> RoundRow:
    """The round of that id, which nobody else may judge or set results aside in until the commit.

    Raises:
        NotFoundError: there is none.
    """
    row = session.get(RoundRow, round_id, with_for_update=True)
    if row is None:
        raise NotFoundError(f"no round {round_id!r}")
    return row


def units(session: Session, round_id: str) -> Sequence[RoundUnitRow]:
    """The units planned in a round, by host name."""
    return session.scalars(
        select(RoundUnitRow).where(RoundUnitRow.round_id == round_id).order_by(RoundUnitRow.host)
    ).all()


def results(session: Session, round_id: str) -> Sequence[ResultRow]:
    """Every result of a round, by unit and diagnostic."""
    return session.scalars(
        select(ResultRow).where(ResultRow.round_id == round_id).order_by(ResultRow.serial, ResultRow.diagnostic)
    ).all()


def file_visit(session: Session, round_id: str, visit: UnitVisit, earlier: Collection[str] = frozenset()) -> bool:
    """File a visit whole. Returns False, and changes nothing, when this unit's visit stands already.

    The update of the unit's row is the one door: of two writers one sees no row to update. ``earlier`` are the keys
    of commands whose outputs were stored while a job ran; the results rest on them too.

    Raises:
        StaleVisitError: another visitor has stored an answer to one of the other commands; roll back.
    """
    won = session.execute(
        update(RoundUnitRow)
        .where(
            RoundUnitRow.round_id == round_id,
            RoundUnitRow.serial == visit.host.serial,
            RoundUnitRow.measured_at.is_(None),
        )
        .values(
            measured_at=datetime.now(UTC),
            unreachable=visit.unreachable,
            claimed_serial=visit.claimed_serial,
            boot_id=visit.boot_id,
            clock_skew_s=visit.clock_skew_s,
        )
        .returning(RoundUnitRow.serial)
    ).first()
    if won is None:
        return False
    ids = _file_results(session, round_id, visit)
    _file_details(session, visit, ids)
    new = [output for output in visit.outputs if output.completed.command.key not in earlier]
    if len(file_outputs(session, round_id, visit.host.serial, new)) < len(new):
        raise StaleVisitError(f"{visit.host.name}: another visit has stored part of the same answers")
    return True


def judge(
    session: Session, round_id: str, admissible: bool, problems: Sequence[Mapping[str, Any]], judged: Judged = _PLAIN
) -> bool:
    """Say whether the round's data may be trusted: the one door that says it, and each judgement is kept.

    Returns False, and changes nothing, where a judgement stands that left out the same results: judging again without
    any change never changes an answer.

    Raises:
        NotFoundError: no such round.
    """
    row = lock_round(session, round_id)
    standing = judgements.latest(session, round_id)
    if row.judged_at and judgements.left_out(standing) == {aside.result_id for aside in judged.set_aside}:
        return False
    kept = judgements.keep(session, round_id, admissible, problems, judged)
    row.judged_at, row.admissible, row.problems = datetime.now(UTC), admissible, kept.problems
    return True


def _file_results(session: Session, round_id: str, visit: UnitVisit) -> dict[str, int]:
    if not visit.results:
        return {}
    rows = [
        {
            "round_id": round_id,
            "serial": visit.host.serial,
            "diagnostic": r.diagnostic,
            "measured": r.measured,
            "verdict": r.verdict,
            "severity": r.severity,
            "action": r.action,
            "reason": clean(r.reason),
            "started_at": r.started_at,
            "duration_s": r.duration_s,
        }
        for r in visit.results
    ]
    returned = session.execute(insert(ResultRow).returning(ResultRow.diagnostic, ResultRow.id), rows)
    return dict(returned.all())


def _file_details(session: Session, visit: UnitVisit, ids: Mapping[str, int]) -> None:
    _copy_readings(session, visit, ids)
    findings = [
        {**row, "result_id": ids[result.diagnostic]} for result in visit.results for row in _finding_rows(result)
    ]
    if findings:
        session.execute(insert(FindingRow), findings)


def _copy_readings(session: Session, visit: UnitVisit, ids: Mapping[str, int]) -> None:
    """Thousands of rows a visit: COPY takes them in one statement. A part and name that stand twice are filed once."""
    lines = {
        (result.diagnostic, reading.part, reading.name): _copy_line(ids[result.diagnostic], reading, visit.bounds)
        for result in visit.results
        for reading in result.readings
    }
    if not lines:
        return
    cursor = session.connection().connection.cursor()
    cursor.copy_expert(f"COPY reading ({', '.join(_READING_COLUMNS)}) FROM STDIN", io.StringIO("".join(lines.values())))


def _copy_line(
    result_id: int, reading: Reading, bounds: Mapping[tuple[str, str], tuple[float | None, float | None]]
) -> str:
    """A reading in COPY's text form, its columns in their order."""
    value, number, word = reading.value, _NULL, _NULL
    if isinstance(value, int | float):
        number = repr(float(value))
    elif value is not None:
        word = _copy_text(value[:MAX_WORD])
    low, high = bounds.get((reading.part, reading.name), _NO_BOUNDS)
    ends = _NO_ENDS if low is None and high is None else f"{_or_null(low)}\t{_or_null(high)}"
    part, name, unit = _copy_name(reading.part), _copy_name(reading.name), _copy_name(reading.unit)
    return f"{result_id}\t{part}\t{name}\t{number}\t{word}\t{unit}\t{ends}\n"


def _or_null(value: float | None) -> str:
    return _NULL if value is None else repr(value)


def _copy_text(text: str) -> str:
    return text if text.isalnum() else clean(text).translate(_COPY_ESCAPES)


_copy_name = lru_cache(maxsize=2**16)(_copy_text)  # the same names come back from every host


def _finding_rows(result: Result) -> Iterable[dict[str, Any]]:
    for finding in result.findings:
        yield {
            "kind": finding.kind,
            "part": clean(finding.part),
            "signature": clean(finding.signature),
            "text": clean(finding.text)[:MAX_WORD],
            "required": None,
            "severity": None,
            "action": None,
        }
    for violation in result.violations:
        yield {
            "kind": "violation",
            "part": clean(violation.part),
            "signature": clean(violation.check),
            "text": clean(violation.seen)[:MAX_WORD],
            "required": violation.required,
            "severity": violation.severity,
            "action": violation.action,
        }
