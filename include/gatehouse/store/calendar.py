"""Attestations, entries, slips and kept answers: what the calendar is made of. The caller commits."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime

from sqlalchemy import func, select, tuple_
from sqlalchemy.dialects.postgresql import distinct_on, insert
from sqlalchemy.orm import Session

from gatehouse.model.calendar import ConditionOutcome, Look, SlipCause
from gatehouse.model.records import Attestation
from gatehouse.model.status import CriterionStatus, Phase
from gatehouse.store.tables import (
    AttestationRow,
    DecisionRow,
    EntryAcceptanceRow,
    PhaseEntryRow,
    PhaseRow,
    SlipCauseRow,
)

Gate = tuple[str, str]  # program, phase


@dataclass(frozen=True, slots=True)
class Entry:
    """How a phase was entered."""

    conditional: bool
    conditions: tuple[ConditionOutcome, ...]


@dataclass(frozen=True, slots=True)
class RecordedCause:
    """Why a phase slipped, as a person says."""

    cause: SlipCause
    note: str
    who: str
    at: datetime


def file_attestation(
    session: Session, program: str, phase: Phase, about: str, who: str, link: str, note: str, *, withdrawn: bool = False
) -> None:
    """Keep that a person vouches for something, or no longer does."""
    said = {"about": about, "who": who, "link": link, "note": note, "withdrawn": withdrawn}
    session.add(AttestationRow(program=program, phase=phase, **said))


def attestations(session: Session) -> dict[Gate, tuple[Attestation, ...]]:
    """What people vouch for now, by gate: the latest word on each thing."""
    query = (
        select(AttestationRow)
        .ext(distinct_on(AttestationRow.program, AttestationRow.phase, AttestationRow.about))
        .order_by(AttestationRow.program, AttestationRow.phase, AttestationRow.about, AttestationRow.id.desc())
    )
    found: dict[Gate, list[Attestation]] = defaultdict(list)
    for row in session.scalars(query):
        if not row.withdrawn:
            found[row.program, row.phase].append(Attestation(row.about, row.who, row.link, row.at))
    return {gate: tuple(each) for gate, each in found.items()}


def accept_entry(
    session: Session, program: str, phase: Phase, conditions: Sequence[str], who: str, reason: str
) -> None:
    """Keep that a person lets a phase open without these conditions."""
    row = EntryAcceptanceRow(program=program, phase=phase, conditions=list(conditions), who=who, reason=reason)
    session.add(row)


def accepted(session: Session, program: str, phase: Phase) -> frozenset[str]:
    """The conditions without which people let a phase open."""
    rows = session.scalars(
        select(EntryAcceptanceRow.conditions).where(
            EntryAcceptanceRow.program == program, EntryAcceptanceRow.phase == phase
        )
    )
    return frozenset(condition for words in rows for condition in words)


def file_entry(session: Session, program: str, phase: Phase, outcomes: Sequence[ConditionOutcome]) -> None:
    """Keep how a phase was entered; the first time holds."""
    session.execute(
        insert(PhaseEntryRow)
        .values(
            program=program,
            phase=phase,
            conditional=any(not o.met for o in outcomes),
            conditions=[asdict(o) for o in outcomes],
        )
        .on_conflict_do_nothing()
    )


def entries(session: Session) -> dict[Gate, Entry]:
    """How every phase was entered that was entered so far."""
    return {
        (row.program, row.phase): Entry(row.conditional, tuple(ConditionOutcome(**each) for each in row.conditions))
        for row in session.scalars(select(PhaseEntryRow))
    }


def file_slip_cause(session: Session, program: str, phase: Phase, cause: SlipCause, note: str, who: str) -> None:
    """Keep why a phase slipped."""
    session.add(SlipCauseRow(program=program, phase=phase, cause=cause, note=note, who=who))


def slip_causes(session: Session) -> dict[Gate, RecordedCause]:
    """The latest word of a person on each phase's slip."""
    query = (
        select(SlipCauseRow)
        .ext(distinct_on(SlipCauseRow.program, SlipCauseRow.phase))
        .order_by(SlipCauseRow.program, SlipCauseRow.phase, SlipCauseRow.id.desc())
    )
    return {
        (row.program, row.phase): RecordedCause(SlipCause(row.cause), row.note, row.who, row.at)
        for row in session.scalars(query)
    }


def exited(session: Session, program: str) -> dict[Phase, bool]:
    """The phases of a program that have exited, each with whether on conditions."""
    query = select(PhaseRow.phase, PhaseRow.conditional).where(
        PhaseRow.program == program, PhaseRow.closed_at.is_not(None)
    )
    return {Phase(phase): conditional for phase, conditional in session.execute(query)}


def looks(session: Session, gates: Collection[Gate]) -> Mapping[Gate, tuple[Look, ...]]:
    """The kept answers of some gates, oldest first, without all that they rest on."""
    if not gates:
        return {}
    lists = (
        func.jsonb_path_query_array(DecisionRow.outcomes, f"$[*].{key}") for key in ("criterion", "title", "status")
    )
    query = (
        select(DecisionRow.program, DecisionRow.phase, DecisionRow.decided_at, DecisionRow.status, *lists)
        .where(tuple_(DecisionRow.program, DecisionRow.phase).in_(list(gates)))
        .order_by(DecisionRow.id)
    )
    found: dict[Gate, list[Look]] = defaultdict(list)
    for program, phase, at, status, ids, titles, statuses in session.execute(query):
        blocking = tuple(
            (criterion, title or criterion)
            for criterion, title, each in zip(ids, titles, statuses, strict=True)
            if CriterionStatus(each) not in _LETS_PASS
        )
        found[program, phase].append(Look(at, CriterionStatus(status) in _LETS_PASS, blocking))
    return {gate: tuple(each) for gate, each in found.items()}


_LETS_PASS = (CriterionStatus.MET, CriterionStatus.WAIVED)


def entry_news(session: Session, program: str, phase: Phase) -> tuple[int, int, int]:
    """Changes whenever an entry has something new to look at: attestations, acceptances, phases of any program."""
    attested = select(func.count()).where(AttestationRow.program == program, AttestationRow.phase == phase)
    let_in = select(func.count()).where(EntryAcceptanceRow.program == program, EntryAcceptanceRow.phase == phase)
    moved = select(func.count(PhaseRow.opened_at) + func.count(PhaseRow.closed_at))
    return session.scalar(attested) or 0, session.scalar(let_in) or 0, session.scalar(moved) or 0
