"""What commands printed, filed by unit and key: at the end of a visit, or piece by piece while a job runs."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from gatehouse.model.commands import Completed
from gatehouse.store.tables import OutputRow


@dataclass(frozen=True, slots=True)
class StoredOutput:
    """A command's answer whose raw bytes are already in the raw store."""

    diagnostic: str
    completed: Completed
    stdout_sha256: str
    stderr_sha256: str


def clean(text: str) -> str:
    """Without NUL, which PostgreSQL's text cannot hold."""
    return text.replace("\0", "\ufffd")


def file_outputs(session: Session, round_id: str, serial: str, outputs: Sequence[StoredOutput]) -> set[str]:
    """File answers of a unit; those that stand already stay as they are. Returns the keys that were filed now."""
    rows = [
        {
            "round_id": round_id,
            "serial": serial,
            "key": o.completed.command.key,
            "diagnostic": o.diagnostic,
            "argv": list(o.completed.command.argv),
            "ended": o.completed.ended,
            "exit_code": o.completed.exit_code,
            "stdout_sha256": o.stdout_sha256,
            "stderr_sha256": o.stderr_sha256,
            "truncated": o.completed.truncated,
            "started_at": o.completed.started_at,
            "duration_s": o.completed.duration_s,
            "note": clean(o.completed.note),
        }
        for o in outputs
    ]
    if not rows:
        return set()
    # The rows as parameters and not in the statement: it is compiled once, and not anew for each visit.
    statement = insert(OutputRow).on_conflict_do_nothing().returning(OutputRow.key)
    return set(session.scalars(statement, rows))


def outputs_of_units(session: Session, round_id: str, serials: Sequence[str]) -> Sequence[OutputRow]:
    """What stands filed of some units of a round."""
    return session.scalars(
        select(OutputRow).where(OutputRow.round_id == round_id, OutputRow.serial.in_(list(serials)))
    ).all()
