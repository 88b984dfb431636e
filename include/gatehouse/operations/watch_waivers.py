"""Looks whether time or evidence has changed what rests on waivers: records it, and tells people, each thing once.

The truth does not depend on this: every look at a gate derives it anew. This only notices, remembers and tells. With
nothing to do it is one query.
"""

import logging
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
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
from gatehouse.store.engine import Transaction, cursor_of, transaction
from gatehouse.store.tables import StandingRow

log = logging.getLogger(__name__)
WATCH = "npi_watch"
_NEVER_GIVEN_UP = 1_000_000  # attempts: an outage of a mail server may last a weekend


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
        standing = standings(cursor_of(session), workspace.catalog, moment)
        changed = [_line(row) for gate, found in standing.items() if (row := _record(session, gate, found, moment))]
    watcher = _Teller(workspace, links, channels, moment, standing)
    told = [*watcher.tell_of_waivers(due), *watcher.tell_of_reopenings()]
    return Noticed(tuple(changed), tuple(told))


def _record(session: Transaction, gate: Gate, found: Standing, now: datetime) -> StandingRow | None:
    return conditional_exits.record(session, gate[0], Phase(gate[1]), found.stands, found.why, now)


def _line(row: StandingRow) -> str:
    return f"{row.program} {row.phase} {'stands again' if row.stands else 'is reopened'}: {row.cause}"


@dataclass
class _Teller:
    """Tells people in one look. ``pending`` are the gates of expired waivers whose alert did not get through yet."""

    workspace: Workspace
    links: Links
    channels: Sequence[Channel]
    now: datetime
    standing: Mapping[Gate, Standing]
    pending: set[Gate] = field(default_factory=set)

    def tell_of_waivers(self, due: Sequence[Due]) -> Iterator[str]:
        """Waivers that have expired or will soon. A reopening that an expired one explains is told with it."""
        with transaction(self.workspace.engine) as session:
            records = waivers.records(session, ids=[each.waiver for each in due if each.waiver is not None])
        for record in records:
            if record.program not in self.workspace.catalog.programs:
                continue  # taken out of the catalogue: nothing is held by it
            gate, over = (record.program, record.phase.value), record.waiver.expires_at <= self.now
            decision = evaluate_gate(self.workspace, record.program, record.phase, now=self.now).decision
            case = WaiverCase(record, decision, self.standing.get(gate))
            alert = expired_alert(case, self.links) if over else warning_alert(case, self.links, self.now)
            if self._sent(alert):
                self._remember(case, alert, over=over)
                yield alert.subject
            elif over:
                self.pending.add(gate)

    def tell_of_reopenings(self) -> Iterator[str]:
        """Reopenings that had another cause than time."""
        with transaction(self.workspace.engine) as session:
            rows = conditional_exits.untold(session)
        for row in rows:
            gate = (row.program, row.phase)
            alert = reopened_alert(row, self.standing.get(gate), self.links)
            if gate not in self.pending and self._sent(alert):
                with transaction(self.workspace.engine) as session:
                    conditional_exits.told(session, [row.id], self.now)
                yield alert.subject

    def _remember(self, case: WaiverCase, alert: Alert, *, over: bool) -> None:
        record = case.record
        step = WaiverStep(StepKind.TOLD if over else StepKind.WARNED, WATCH, "", alert.subject, self.now)
        with transaction(self.workspace.engine) as session:
            waivers.add_step(session, record.waiver.id, step, alert.about)
            if over and case.reopened:
                found = conditional_exits.untold(session, record.program, record.phase)
                conditional_exits.told(session, [row.id for row in found], self.now)

    def _sent(self, alert: Alert) -> bool:
        """Whether people have it, by us now or by another before."""
        if not self.channels:
            log.warning("nobody is told, no channel is set up: %s", alert.subject)
            return False
        send_once(self.workspace, alert, self.channels, _NEVER_GIVEN_UP)
        with transaction(self.workspace.engine) as session:
            return any(each.about == alert.about for each in alerts.told(session, alert.about))
