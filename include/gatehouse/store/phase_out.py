"""The end of a program: its announcement, what schedulers said, where units went. The caller commits."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import Session

from gatehouse.model.records import Disposition, Observation, UnitDisposition
from gatehouse.model.status import Phase
from gatehouse.store.tables import AttestationRow, DispositionRow, ObservationRow, PhaseOutRow, RoundRow, RoundUnitRow


@dataclass(frozen=True, slots=True)
class PhaseOut:
    """What takes a program's place, until when it can be bought and is supported, and why it ends."""

    program: str
    successor: str
    last_time_buy: date | None
    support_until: date | None
    reason: str
    who: str


@dataclass(frozen=True, slots=True)
class FiledDisposition:
    """A unit's disposition with a note, as it is filed."""

    said: UnitDisposition
    note: str


def announce(session: Session, said: PhaseOut) -> None:
    """Keep that a program ends; saying the same again keeps nothing new."""
    if phase_out_of(session, said.program) != said:
        session.add(
            PhaseOutRow(
                program=said.program,
                successor=said.successor,
                last_time_buy=said.last_time_buy,
                support_until=said.support_until,
                reason=said.reason,
                who=said.who,
            )
        )


def phase_out_of(session: Session, program: str) -> PhaseOut | None:
    """The latest word on a program's end; None where it goes on."""
    row = session.scalars(
        select(PhaseOutRow).where(PhaseOutRow.program == program).order_by(PhaseOutRow.id.desc()).limit(1)
    ).first()
    return _phase_out(row) if row else None


def file_observation(session: Session, program: str, said: Observation, who: str) -> None:
    """Keep what a scheduler said."""
    row = ObservationRow(
        program=program, source=said.source, jobs=said.jobs, reservations=said.reservations, who=who, at=said.at
    )
    session.add(row)


def file_dispositions(session: Session, program: str, said: Iterable[FiledDisposition]) -> None:
    """Keep where units went."""
    session.add_all(
        DispositionRow(
            program=program,
            serial=each.said.unit,
            disposition=each.said.disposition,
            erase_certificate=each.said.erase_certificate,
            held_no_data=each.said.held_no_data,
            note=each.note,
            who=each.said.who,
            at=each.said.at,
        )
        for each in said
    )


def dispositions(session: Session, program: str) -> tuple[UnitDisposition, ...]:
    """Where each unit of a program went, by the latest word."""
    query = (
        select(DispositionRow)
        .where(DispositionRow.program == program)
        .ext(distinct_on(DispositionRow.serial))
        .order_by(DispositionRow.serial, DispositionRow.id.desc())
    )
    return tuple(
        UnitDisposition(
            row.serial, Disposition(row.disposition), row.erase_certificate, row.held_no_data, row.who, row.at
        )
        for row in session.scalars(query)
    )


def observations(session: Session, program: str) -> tuple[Observation, ...]:
    """Everything that schedulers said of a program's SKU, oldest first."""
    rows = session.scalars(select(ObservationRow).where(ObservationRow.program == program).order_by(ObservationRow.id))
    return tuple(Observation(row.source, row.at, row.jobs, row.reservations) for row in rows)


def measured_units(session: Session, program: str) -> dict[str, str]:
    """Every serial that any round of a program knew, with its host's name: leaving a site's file ends no unit."""
    query = (
        select(RoundUnitRow.serial, func.max(RoundUnitRow.host))
        .join(RoundRow, RoundRow.id == RoundUnitRow.round_id)
        .where(RoundRow.program == program, RoundRow.phase.in_([phase.value for phase in Phase]))
        .group_by(RoundUnitRow.serial)
    )
    return {serial: host for serial, host in session.execute(query)}  # noqa: C416 -- rows are no pairs to the type checker


def news(session: Session, program: str, phase: Phase) -> tuple[int, int, int]:
    """Changes whenever a gate has new records to look at."""
    counts: Sequence[int] = [
        session.scalar(query) or 0
        for query in (
            select(func.count()).where(AttestationRow.program == program, AttestationRow.phase == phase),
            select(func.count()).where(ObservationRow.program == program),
            select(func.count()).where(DispositionRow.program == program),
        )
    ]
    return counts[0], counts[1], counts[2]


def phase_outs(session: Session) -> dict[str, PhaseOut]:
    """The latest word on the end of each program that ends."""
    query = (
        select(PhaseOutRow).ext(distinct_on(PhaseOutRow.program)).order_by(PhaseOutRow.program, PhaseOutRow.id.desc())
    )
    return {row.program: _phase_out(row) for row in session.scalars(query)}


def _phase_out(row: PhaseOutRow) -> PhaseOut:
    return PhaseOut(row.program, row.successor, row.last_time_buy, row.support_until, row.reason, row.who)
