"""Looks whether time or evidence has changed what rests on waivers: records it, and tells people, each thing once.

The truth does not depend on this: every look at a gate derives it anew. This only notices, remembers and tells. With
nothing to do it is one query.
"""

import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from gatehouse.decisions.conditional_exits import Standing
from gatehouse.model.status import Phase
from gatehouse.model.waivers import StepKind, WaiverStep
from gatehouse.operations.alert import Alert, Links
from gatehouse.operations.evaluate_gate import evaluate_gate
from gatehouse.operations.standing_exits import Gate, standings
from gatehouse.operations.tell_failure import Channel, send_once
from gatehouse.operations.tell_waivers import WaiverCase, expired_alert, reopened_alert, warning_alert
from gatehouse.operations.workspace import Workspace
from gatehouse.store import alerts, conditional_exits, waivers
from gatehouse.store.conditional_exits import Due
from gatehouse.store.engine import Transaction, transaction
from gatehouse.store.tables import StandingRow

log = logging.getLogger(__name__)
WATCH = "npi_watch"


@dataclass(frozen=True, slots=True)
class Noticed:
    """What one look has found: changes that were recorded, and what was told; both as lines for a log."""

    recorded: tuple[str, ...] = ()
    told: tuple[str, ...] = ()


def watch_waivers(
    workspace: Workspace, links: Links, channels: Sequence[Channel], now: datetime | None = None
) -> Noticed:
    """Look once, as of ``now``. What could not be told is told the next time."""
    moment = now or datetime.now(UTC)
    with transaction(workspace.engine) as session:
        due = conditional_exits.due(session, moment)
        if not due:
            return Noticed()
        standing = standings(session, workspace, moment)
        changed = [_line(row) for gate, found in standing.items() if (row := _record(session, gate, found, moment))]
    told = [*_tell_waivers(workspace, due, standing, links, channels, moment)]
    told += _tell_reopenings(workspace, standing, links, channels, moment)
    return Noticed(tuple(changed), tuple(told))


def _record(session: Transaction, gate: Gate, found: Standing, now: datetime) -> StandingRow | None:
    return conditional_exits.record(session, gate[0], Phase(gate[1]), found.stands, found.why, now)


def _line(row: StandingRow) -> str:
    return f"{row.program} {row.phase} {'stands again' if row.stands else 'is reopened'}: {row.cause}"


def _tell_waivers(
    workspace: Workspace, due: Sequence[Due], standing: dict[Gate, Standing], links: Links,
    channels: Sequence[Channel], now: datetime,
) -> Iterable[str]:  # fmt: skip
    """Tell of waivers that have expired or will soon. A reopening that an expired one explains is told with it."""
    with transaction(workspace.engine) as session:
        records = waivers.records(session, ids=[each.waiver for each in due if each.waiver is not None])
    for record in records:
        if record.program not in workspace.catalog.programs:
            continue  # taken out of the catalogue: nothing is held by it
        decision = evaluate_gate(workspace, record.program, record.phase, now=now).decision
        case = WaiverCase(record, decision, standing.get((record.program, record.phase.value)))
        over = record.waiver.expires_at <= now
        alert = expired_alert(case, links) if over else warning_alert(case, links, now)
        if not _sent(workspace, alert, channels):
            continue
        with transaction(workspace.engine) as session:
            kind = StepKind.TOLD if over else StepKind.WARNED
            step = WaiverStep(kind, WATCH, "", alert.subject, now)
            waivers.add_step(session, record.waiver.id, step, alert.about)
            if over and case.reopened:
                found = conditional_exits.untold(session, record.program, record.phase)
                conditional_exits.told(session, [row.id for row in found], now)
        yield alert.subject


def _tell_reopenings(
    workspace: Workspace, standing: dict[Gate, Standing], links: Links, channels: Sequence[Channel], now: datetime
) -> Iterable[str]:
    with transaction(workspace.engine) as session:
        rows = conditional_exits.untold(session)
    for row in rows:
        alert = reopened_alert(row, standing.get((row.program, row.phase)), links)
        if _sent(workspace, alert, channels):
            with transaction(workspace.engine) as session:
                conditional_exits.told(session, [row.id], now)
            yield alert.subject


def _sent(workspace: Workspace, alert: Alert, channels: Sequence[Channel]) -> bool:
    """Whether people have it, by us now or by another before."""
    if not channels:
        log.warning("nobody is told, no channel is set up: %s", alert.subject)
        return False
    send_once(workspace, alert, channels)
    with transaction(workspace.engine) as session:
        return any(each.about == alert.about for each in alerts.told(session, alert.about))
