"""What a fleet remembers of its machines, in five queries however many machines and rounds there are.

Only what counts as evidence is asked: results of rounds that were admitted, that nobody set aside.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, exists, func, select
from sqlalchemy.orm import Session, aliased

from gatehouse.model.fleet_history import Care, DefectVisit, Duration, FleetHistory, Proof
from gatehouse.model.status import Measured, Verdict
from gatehouse.store.tables import ResultRow, RoundRow, RoundUnitRow, SetAsideRow

_AT = func.coalesce(ResultRow.started_at, ResultRow.recorded_at)


def fleet_history(session: Session, plan: str, skus: Collection[str], serials: Collection[str]) -> FleetHistory:
    """The history of every unit of some SKUs; proofs and failures that stand only of some serials.

    Durations are those of rounds of ``plan``: another one may ask the same diagnostic for longer.
    """
    care = _care(session, skus)
    return FleetHistory(
        care=care,
        visits=tuple(_visits(session, skus, care)),
        proofs=_proofs(session, serials),
        failing=_failing(session, serials),
        durations=_durations(session, plan, skus),
    )


def _sound(*columns: Any) -> Select[Any]:
    """Measured results of admitted rounds that nobody set aside, with the unit's part in the round."""
    return (
        select(*columns)
        .select_from(ResultRow)
        .join(RoundRow, RoundRow.id == ResultRow.round_id)
        .join(RoundUnitRow, (RoundUnitRow.round_id == ResultRow.round_id) & (RoundUnitRow.serial == ResultRow.serial))
        .where(ResultRow.measured == Measured.COMPLETE, RoundRow.admissible.is_(True), ~_is_set_aside(ResultRow))
    )


def _is_set_aside(row: type[ResultRow]) -> ColumnElement[bool]:
    return exists().where(SetAsideRow.result_id == row.id, SetAsideRow.released_at.is_(None))


def _care(session: Session, skus: Collection[str]) -> dict[str, Care]:
    first, last = func.min(RoundUnitRow.measured_at), func.max(RoundUnitRow.measured_at)
    query = (
        select(RoundUnitRow.serial, func.max(RoundUnitRow.sku), first, last)
        .join(RoundRow, RoundRow.id == RoundUnitRow.round_id)
        .where(
            RoundUnitRow.sku.in_(list(skus)), RoundUnitRow.measured_at.is_not(None),
            RoundUnitRow.unreachable.is_(None), RoundRow.admissible.is_(True),
        )
        .group_by(RoundUnitRow.serial)
    )  # fmt: skip
    rows = session.execute(query).all()
    return {serial: Care(sku, since, until) for serial, sku, since, until in rows if since and until}


def _proofs(session: Session, serials: Collection[str]) -> dict[str, tuple[Proof, ...]]:
    query = (
        _sound(ResultRow.serial, ResultRow.diagnostic, RoundRow.plan, func.max(_AT))
        .where(ResultRow.serial.in_(list(serials)), ResultRow.verdict == Verdict.PASS)
        .group_by(ResultRow.serial, ResultRow.diagnostic, RoundRow.plan)
        .order_by(ResultRow.serial, ResultRow.diagnostic, RoundRow.plan)
    )
    found: dict[str, list[Proof]] = defaultdict(list)
    for serial, diagnostic, plan, at in session.execute(query):
        found[serial].append(Proof(diagnostic, plan, at))
    return {serial: tuple(proofs) for serial, proofs in found.items()}


def _failing(session: Session, serials: Collection[str]) -> dict[str, tuple[str, ...]]:
    """Diagnostics whose newest measured answer is FAIL: from the few failures, not from all results."""
    later, its_round = aliased(ResultRow), aliased(RoundRow)
    answered_since = (
        exists()
        .where(
            later.serial == ResultRow.serial, later.diagnostic == ResultRow.diagnostic, later.id > ResultRow.id,
            later.measured == Measured.COMPLETE, its_round.id == later.round_id, its_round.admissible.is_(True),
            ~_is_set_aside(later),
        )
        .correlate(ResultRow)
    )  # fmt: skip
    query = (
        _sound(ResultRow.serial, ResultRow.diagnostic)
        .where(ResultRow.serial.in_(list(serials)), ResultRow.verdict == Verdict.FAIL, ~answered_since)
        .order_by(ResultRow.serial, ResultRow.diagnostic)
    )
    found: dict[str, list[str]] = defaultdict(list)
    for serial, diagnostic in session.execute(query):
        found[serial].append(diagnostic)
    return {serial: tuple(names) for serial, names in found.items()}


def _visits(session: Session, skus: Collection[str], care: dict[str, Care]) -> Iterable[DefectVisit]:
    failed = (
        _sound(ResultRow.id, ResultRow.round_id, ResultRow.serial)
        .where(ResultRow.verdict == Verdict.FAIL, RoundUnitRow.sku.in_(list(skus)))
        .where(func.coalesce(_verdict_before(), "") != Verdict.FAIL)
        .cte("failed_anew")
    )
    visited = select(failed.c.round_id, failed.c.serial).distinct().subquery()
    new = select(failed.c.id).subquery()
    who = (ResultRow.round_id, ResultRow.serial, RoundUnitRow.sku)
    query = (
        _sound(*who, _AT, ResultRow.diagnostic, ResultRow.verdict, new.c.id.is_not(None))
        .join(visited, (visited.c.round_id == ResultRow.round_id) & (visited.c.serial == ResultRow.serial))
        .outerjoin(new, new.c.id == ResultRow.id)
    )
    rows: dict[tuple[str, str], list[tuple[str, str, bool]]] = defaultdict(list)
    about: dict[tuple[str, str], tuple[str, list[datetime]]] = {}
    for round_id, serial, sku, at, diagnostic, verdict, is_new in session.execute(query):
        rows[round_id, serial].append((diagnostic, verdict, is_new))
        about.setdefault((round_id, serial), (sku, []))[1].append(at)
    for (round_id, serial), results in sorted(rows.items()):
        sku, times = about[round_id, serial]
        began = min(times)
        yield DefectVisit(
            serial, sku, began, first=serial in care and began <= care[serial].first,
            new=frozenset(name for name, _, is_new in results if is_new),
            failed=frozenset(name for name, verdict, _ in results if verdict == Verdict.FAIL),
            measured=frozenset(name for name, _, _ in results),
        )  # fmt: skip


def _verdict_before() -> ColumnElement[str | None]:
    """What the same diagnostic said of the same unit the time before, by the order in which results were filed."""
    before = aliased(ResultRow)
    query = (
        select(before.verdict)
        .where(
            before.serial == ResultRow.serial, before.diagnostic == ResultRow.diagnostic, before.id < ResultRow.id,
            before.measured == Measured.COMPLETE,
        )
        .order_by(before.id.desc())
        .limit(1)
    )  # fmt: skip
    return query.correlate(ResultRow).scalar_subquery()


def _durations(session: Session, plan: str, skus: Collection[str]) -> dict[tuple[str, str], Duration]:
    median = func.percentile_cont(0.5).within_group(ResultRow.duration_s)
    query = (
        _sound(RoundUnitRow.sku, ResultRow.diagnostic, median, func.count())
        .where(RoundRow.plan == plan, RoundUnitRow.sku.in_(list(skus)), ResultRow.duration_s.is_not(None))
        .group_by(RoundUnitRow.sku, ResultRow.diagnostic)
    )
    return {(sku, diagnostic): Duration(float(s), times) for sku, diagnostic, s, times in session.execute(query)}
