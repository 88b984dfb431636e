"""Baselines as people look at them: the list, and one with its evidence."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from gatehouse.decisions.baselines.cohorts import Cohort
from gatehouse.decisions.limit_checks import subject
from gatehouse.model.errors import UsageError
from gatehouse.operations.baseline_reach import Reach, reach_of
from gatehouse.operations.learned_limits import limit_of
from gatehouse.operations.workspace import Workspace
from gatehouse.store import baselines
from gatehouse.store.engine import transaction
from gatehouse.store.tables import BaselineRow


@dataclass(frozen=True, slots=True)
class BaselineView:
    """One baseline. ``asks`` are the diagnostics that a plan must ask for it to hold in a round."""

    id: int
    sku: str
    state: str
    diagnostic: str
    subject: str
    requires: str
    cohort: str
    hosts: int
    outliers: tuple[str, ...]
    learned_at: datetime
    learned_by: str
    asks: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Move:
    """Who moved it to which state, when and why."""

    state: str
    who: str
    at: datetime
    reason: str


@dataclass(frozen=True, slots=True)
class BaselineDetail:
    """A baseline with its evidence as it was filed, the machines that it holds for now, and its history."""

    baseline: BaselineView
    evidence: dict[str, Any]
    reach: Reach
    moves: tuple[Move, ...]


def list_baselines(workspace: Workspace, sku: str = "", state: str = "") -> tuple[BaselineView, ...]:
    """Baselines, of one SKU and in one state where they are named.

    Raises:
        UsageError: no such state.
    """
    if state and state not in baselines.STATES:
        raise UsageError(f"no state {state!r}: there are {', '.join(baselines.STATES)}")
    with transaction(workspace.engine) as session:
        rows = baselines.baselines(session, (sku,) if sku else (), (state,) if state else baselines.STATES)
        return tuple(_view(row) for row in rows)


def show_baseline(workspace: Workspace, baseline_id: int) -> BaselineDetail:
    """One baseline with everything that is known of it.

    Raises:
        NotFoundError: there is none.
    """
    with transaction(workspace.engine) as session:
        row = baselines.get(session, baseline_id)
        moved = tuple(Move(m.state, m.who, m.at, m.reason) for m in baselines.moves(session, row.id))
        return BaselineDetail(_view(row), row.evidence, reach_of(session, row), moved)


def _view(row: BaselineRow) -> BaselineView:
    cohort = Cohort(**row.cohort)
    return BaselineView(
        id=row.id,
        sku=row.sku,
        state=row.state,
        diagnostic=row.diagnostic,
        subject=subject(row.parts, row.reading),
        requires=limit_of(row.requires).required,
        cohort=cohort.words,
        hosts=row.hosts,
        outliers=tuple(row.evidence["outliers"]),
        learned_at=row.learned_at,
        learned_by=row.learned_by,
        asks=tuple(dict.fromkeys((row.diagnostic, *cohort.asks))),
    )
