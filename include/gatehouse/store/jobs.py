"""Jobs that run detached on hosts, as they stood when somebody looked last. The caller commits."""

from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime

from sqlalchemy import func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from gatehouse.store.outputs import clean
from gatehouse.store.tables import JobRow, RoundUnitRow

_RUNNING = (
    select(JobRow)
    .join(RoundUnitRow, (RoundUnitRow.round_id == JobRow.round_id) & (RoundUnitRow.serial == JobRow.serial))
    .where(JobRow.ended_at.is_(None), RoundUnitRow.measured_at.is_(None))
)


@dataclass(frozen=True, slots=True)
class JobSeen:
    """A look at a job; ``over`` once it has an answer that will not change."""

    key: str
    name: str
    diagnostic: str
    limit_s: float
    began_at: datetime | None
    elapsed_s: float
    last_line: str
    over: bool


def note_look(session: Session, round_id: str, serial: str, seen: JobSeen) -> None:
    """Remember how a job stands now. The first start and the first end that were seen stay."""
    row = {name: value for name, value in asdict(seen).items() if name != "over"}
    row |= {"round_id": round_id, "serial": serial, "last_line": clean(seen.last_line), "seen_at": datetime.now(UTC)}
    statement = insert(JobRow).values(**row, ended_at=datetime.now(UTC) if seen.over else None)
    new = statement.excluded
    statement = statement.on_conflict_do_update(
        index_elements=[JobRow.round_id, JobRow.serial, JobRow.key],
        set_={
            "elapsed_s": new.elapsed_s,
            "last_line": new.last_line,
            "seen_at": new.seen_at,
            "began_at": func.coalesce(JobRow.began_at, new.began_at),
            "ended_at": func.coalesce(JobRow.ended_at, new.ended_at),
            "trouble": None,
            "trouble_since": None,
        },
    )
    session.execute(statement)


def note_trouble(session: Session, round_id: str, serial: str, key: str, why: str) -> None:
    """Remember that a job could not be looked at, and since when."""
    session.execute(
        update(JobRow)
        .where(JobRow.round_id == round_id, JobRow.serial == serial, JobRow.key == key)
        .values(trouble=clean(why), trouble_since=func.coalesce(JobRow.trouble_since, func.now()))
    )


def note_acknowledged(session: Session, round_id: str, serial: str, names: Collection[str]) -> None:
    """Remember that the host knows that we have stored these jobs' answers."""
    session.execute(
        update(JobRow)
        .where(JobRow.round_id == round_id, JobRow.serial == serial, JobRow.name.in_(list(names)))
        .values(acknowledged_at=func.now())
    )


def jobs_of_round(session: Session, round_id: str, serials: Collection[str] | None = None) -> Sequence[JobRow]:
    """Every job of a round, or of some of its units."""
    query = select(JobRow).where(JobRow.round_id == round_id)
    if serials is not None:
        query = query.where(JobRow.serial.in_(list(serials)))
    return session.scalars(query.order_by(JobRow.serial, JobRow.began_at)).all()


def running_on(session: Session, serial: str) -> Sequence[JobRow]:
    """The jobs that run on a unit, as far as we know; those of a unit that is filed are over for us."""
    return session.scalars(_RUNNING.where(JobRow.serial == serial)).all()


def running_in(session: Session, round_id: str) -> Sequence[JobRow]:
    """The jobs that keep a round from its end."""
    return session.scalars(_RUNNING.where(JobRow.round_id == round_id).order_by(JobRow.serial)).all()


def hold_unfinished(session: Session, round_id: str, serial: str, boot_id: str | None) -> bool:
    """Lock a unit that is not filed yet, until the commit; False when it is. Its first boot that was seen stays."""
    held = session.execute(
        update(RoundUnitRow)
        .where(RoundUnitRow.round_id == round_id, RoundUnitRow.serial == serial, RoundUnitRow.measured_at.is_(None))
        .values(boot_id=func.coalesce(RoundUnitRow.boot_id, boot_id))
        .returning(RoundUnitRow.serial)
    ).first()
    return held is not None
