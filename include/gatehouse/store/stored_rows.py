"""Single results as they stand in the store now, and their readings: to hold a kept decision against them."""

from collections.abc import Collection, Iterator, Mapping

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from gatehouse.model.evidence import EvidenceRow, ValueRow, WordRow
from gatehouse.model.status import Measured, Severity, Verdict
from gatehouse.store.evidence_readings import load_numbers, load_words
from gatehouse.store.tables import ResultRow, RoundRow, RoundUnitRow, SetAsideRow


def rows_now(session: Session, ids: Collection[int]) -> dict[int, EvidenceRow]:
    """The results of these ids that exist, by id."""
    at_round = (RoundUnitRow.round_id == ResultRow.round_id) & (RoundUnitRow.serial == ResultRow.serial)
    query = (
        select(
            ResultRow,
            func.coalesce(ResultRow.started_at, ResultRow.recorded_at),
            func.coalesce(RoundUnitRow.site, ""),
            RoundRow.admissible,
            SetAsideRow.id.is_not(None),
        )
        .join(RoundRow, RoundRow.id == ResultRow.round_id)
        .outerjoin(RoundUnitRow, at_round)
        .outerjoin(SetAsideRow, (SetAsideRow.result_id == ResultRow.id) & SetAsideRow.released_at.is_(None))
        .where(ResultRow.id.in_(ids))
    )
    return {
        row.id: EvidenceRow(
            result_id=row.id,
            round_id=row.round_id,
            unit=row.serial,
            site=site,
            diagnostic=row.diagnostic,
            measured=Measured(row.measured),
            verdict=Verdict(row.verdict),
            severity=Severity(row.severity) if row.severity else None,
            reason=row.reason,
            at=at,
            admissible=admissible,
            set_aside=set_aside,
        )
        for row, at, site, admissible, set_aside in session.execute(query)
    }


def readings_now(
    session: Session, names: Collection[str], rows: Mapping[int, EvidenceRow], ids: Collection[int]
) -> Iterator[tuple[str, ValueRow | WordRow]]:
    """The readings of these names that the results of some ids hold, as (name, value); ``rows`` are the results."""
    cursor = session.connection().connection.cursor()
    for name, numbers in load_numbers(cursor, names, rows, ids).items():
        yield from ((name, number) for number in numbers)
    for name, words in load_words(cursor, names, rows, ids).items():
        yield from ((name, word) for word in words)
