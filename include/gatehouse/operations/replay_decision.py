"""Puts a kept decision's question again, to what was kept with it, and holds that against the store as it stands."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

from gatehouse.decisions.evidence_snapshot import Snapshot, read_snapshot
from gatehouse.model.errors import NotFoundError, RefusedError
from gatehouse.model.evidence import EvidenceRow, GateDecision, PhaseEvidence
from gatehouse.model.status import CriterionStatus, Phase
from gatehouse.operations.workspace import Workspace
from gatehouse.store import phases, snapshots, stored_rows
from gatehouse.store.engine import Transaction, transaction
from gatehouse.store.tables import DecisionRow

# People judge rounds again and set rows aside: that is later news about a row, not another row.
_JUDGED = ("admissible", "set_aside")


@dataclass(frozen=True, slots=True)
class Replay:
    """A kept decision, and the answer to the same question now.

    ``differs`` says in words where the answers do; ``changed`` which rows of the store no longer say what they said;
    ``since`` what people have judged otherwise since.
    """

    decision_id: int
    program: str
    phase: Phase
    decided_at: datetime
    status: CriterionStatus
    evidence_digest: str
    again: GateDecision
    differs: tuple[str, ...]
    changed: tuple[str, ...]
    since: tuple[str, ...]

    @property
    def same(self) -> bool:
        """Whether the answer is the same, and rests on rows that stand as they stood."""
        return not (self.differs or self.changed)


def replay_decision(workspace: Workspace, program: str, phase: Phase, decision_id: int) -> Replay:
    """Evaluate a kept decision again.

    Raises:
        NotFoundError: this gate has no such decision.
        RefusedError: it was kept by a version that did not keep what it rested on.
        StoreError: what was kept is damaged, or this version cannot read it.
    """
    with transaction(workspace.engine) as session:
        kept = _kept(session, program, phase, decision_id)
        snapshot = read_snapshot(snapshots.fetch(session, str(kept.snapshot)))
        changed, since = _held_against_store(session, snapshot)
    again = snapshot.evaluate()
    return Replay(
        decision_id=kept.id,
        program=program,
        phase=phase,
        decided_at=kept.decided_at,
        status=CriterionStatus(kept.status),
        evidence_digest=kept.evidence_digest,
        again=again,
        differs=tuple(_differences(kept, again)),
        changed=changed,
        since=since,
    )


def _kept(session: Transaction, program: str, phase: Phase, decision_id: int) -> DecisionRow:
    kept = session.get(DecisionRow, decision_id)
    if kept is None or (kept.program, kept.phase) != (program, phase):
        raise NotFoundError(f"{program} {phase} has no decision {decision_id}; --history lists those that it has")
    if kept.snapshot is None:
        raise RefusedError(f"decision {decision_id} was kept without its evidence, and cannot be replayed")
    return kept


def _differences(kept: DecisionRow, again: GateDecision) -> Iterator[str]:
    if kept.status != again.status:
        yield f"the answer was {kept.status}, is {again.status.value}"
    if kept.evidence_digest != again.evidence_digest:
        yield f"the evidence's digest was {kept.evidence_digest[:16]}, is {again.evidence_digest[:16]}"
    now = {outcome["criterion"]: outcome for outcome in phases.outcomes_json(again)}
    was = {outcome["criterion"]: outcome for outcome in kept.outcomes}
    for criterion in sorted({*was, *now}):
        yield from _of_outcome(criterion, was.get(criterion, {}), now.get(criterion, {}))


def _of_outcome(criterion: str, was: Mapping[str, Any], now: Mapping[str, Any]) -> Iterator[str]:
    """Fields that the kept outcome has: a later version may say more."""
    for name in was:
        if was[name] != now.get(name):
            yield f"{criterion}: {name} was {_short(was[name])}, is {_short(now.get(name))}"
    if not was:
        yield f"{criterion} was not asked"


def _short(value: object) -> str:
    text = str(value)
    return text if len(text) <= 80 else text[:79] + "…"


def _held_against_store(session: Transaction, snapshot: Snapshot) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Rows and readings that the store holds otherwise now, and what was judged since."""
    evidence = snapshot.evidence
    stored = stored_rows.rows_now(session, [row.result_id for row in evidence.rows])
    changed: list[str] = []
    since: list[str] = []
    for row in evidence.rows:
        now = stored.get(row.result_id)
        told = "is gone" if now is None else _told(row, now)
        news = since if now and all(getattr(row, f) == getattr(now, f) for f in _ROW) else changed
        news += [f"result {row.result_id} ({row.diagnostic} of {row.unit}) {told}"] if told else []
    return (*changed, *_readings_changed(session, evidence, stored)), tuple(since)


_ROW = tuple(field.name for field in fields(EvidenceRow) if field.name not in _JUDGED)


def _told(was: EvidenceRow, now: EvidenceRow) -> str:
    return "; ".join(
        f"{field.name} was {_short(getattr(was, field.name))}, is {_short(getattr(now, field.name))}"
        for field in fields(EvidenceRow)
        if getattr(was, field.name) != getattr(now, field.name)
    )


def _readings_changed(
    session: Transaction, evidence: PhaseEvidence, stored: Mapping[int, EvidenceRow]
) -> Iterator[str]:
    tables = (evidence.values, evidence.history, evidence.words)
    was = {(name, row) for table in tables for name, rows in table.items() for row in rows}
    ids = {row.result_id for _, row in was if row.result_id in stored}
    now = set(stored_rows.readings_now(session, sorted({name for name, _ in was}), stored, ids))
    for name, row in sorted(was - now, key=repr):
        if row.result_id in ids:
            said = row.value if hasattr(row, "value") else row.word
            yield f"result {row.result_id}: {f'{row.part} {name}'.strip()} was {_short(said)}, and is not any more"
