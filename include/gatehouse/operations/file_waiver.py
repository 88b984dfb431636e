"""Files waivers: asks for one, signs it, refuses it, takes it back. Every step is kept, and none is filed twice."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime

from gatehouse.catalog.criteria import EARLIER, SIGN_OFF, CriteriaSet, Criterion
from gatehouse.catalog.values import one_line
from gatehouse.decisions.evidence_index import EvidenceIndex
from gatehouse.decisions.waiver_rules import blockers, cannot_sign, last_day, state_of, unfit
from gatehouse.model.errors import NotFoundError, RefusedError, UsageError
from gatehouse.model.hosts import Host
from gatehouse.model.waivers import (
    Approval,
    StepKind,
    WaiverRecord,
    WaiverRequest,
    WaiverRole,
    WaiverState,
    WaiverStep,
)
from gatehouse.operations.gate_evidence import GateQuestion, gate_question
from gatehouse.operations.workspace import Workspace
from gatehouse.store import phases, waivers
from gatehouse.store.engine import Transaction, cursor_of, transaction

LONGEST = 2000  # characters of a reason, a containment or a re-test condition
_AUTOMATIC = {
    SIGN_OFF: "somebody rejected this very evidence: new evidence lifts that",
    EARLIER: "an earlier phase is reopened: meet or waive there what it lacks",
}


def request_waiver(workspace: Workspace, request: WaiverRequest, source: str, now: datetime | None = None) -> int:
    """File a request; returns the waiver's number. The same ``source`` files it once. Hosts may go by name or serial.

    Raises:
        NotFoundError: no such program, phase or criterion.
        RefusedError: it cannot be waived like this; the text says why, and what would allow it.
    """
    moment = now or datetime.now(UTC)
    question = gate_question(workspace.catalog, request.program, request.phase)
    asked = _by_serial(request, question)
    with transaction(workspace.engine) as session:
        if (known := waivers.filed_by(session, source)) is not None:
            return known
        criterion = _criterion(question.criteria, asked)
        _refuse_over(session, asked)
        index = EvidenceIndex(question.evidence(cursor_of(session), moment))
        last = last_day(workspace.catalog.program(asked.program), asked.phase, moment)
        if reasons := [*_too_long(asked), *unfit(asked, criterion, index, last)]:
            raise RefusedError(f"{asked.program} {asked.phase} {asked.criterion}: " + "; ".join(reasons))
        return waivers.file_request(session, asked, moment, source)


def approve_waiver(
    workspace: Workspace, number: int, who: str, role: WaiverRole, source: str, *, text: str = "",
    now: datetime | None = None,
) -> WaiverRecord:  # fmt: skip
    """Sign a waiver; returns it as it stands then.

    Raises:
        NotFoundError: there is no such waiver.
        RefusedError: this person may not sign it in this role now.
    """

    def allowed(session: Transaction, record: WaiverRecord, moment: datetime) -> str:
        return cannot_sign(record.waiver, Approval(who, role), moment) or _blocked(session, workspace, record, moment)

    return _step(workspace, number, StepKind.APPROVED, who, role, text, source, allowed, now)


def reject_waiver(
    workspace: Workspace, number: int, who: str, text: str, source: str, *, role: str = "", now: datetime | None = None
) -> WaiverRecord:
    """Refuse a waiver that waits for signatures; it is over then.

    Raises:
        NotFoundError: there is no such waiver.
        RefusedError: it does not wait, or no reason is given.
    """

    def allowed(_: Transaction, record: WaiverRecord, moment: datetime) -> str:
        state = state_of(record.waiver, moment)
        if state is WaiverState.IN_FORCE:
            return "it is in force: withdraw it instead"
        return "" if state is WaiverState.WAITING else f"it is {state} already"

    return _step(workspace, number, StepKind.REJECTED, who, role, text, source, allowed, now)


def withdraw_waiver(
    workspace: Workspace, number: int, who: str, text: str, source: str, *, now: datetime | None = None
) -> WaiverRecord:
    """Take a waiver back, signed or not; what stood on it stands no more.

    Raises:
        NotFoundError: there is no such waiver.
        RefusedError: it is over already, or no reason is given.
    """

    def allowed(_: Transaction, record: WaiverRecord, moment: datetime) -> str:
        state = state_of(record.waiver, moment)
        return "" if state in (WaiverState.WAITING, WaiverState.IN_FORCE) else f"it is {state} already"

    return _step(workspace, number, StepKind.WITHDRAWN, who, "", text, source, allowed, now)


def _step(
    workspace: Workspace, number: int, kind: StepKind, who: str, role: str, text: str, source: str,
    refusal: Callable[[Transaction, WaiverRecord, datetime], str], now: datetime | None,
) -> WaiverRecord:  # fmt: skip
    """Add a step where it is allowed. One that was filed before by the same ``source`` is not asked about again."""
    moment = now or datetime.now(UTC)
    with transaction(workspace.engine) as session:
        record = waivers.get(session, number, lock=True)
        if waivers.filed_by(session, source) is not None:
            return record
        why = refusal(session, record, moment) or _unsaid(kind, who, text)
        if why:
            raise RefusedError(f"waiver {number} was not {kind}: {why}")
        waivers.add_step(session, number, WaiverStep(kind, one_line(who), role, text[:LONGEST], moment), source)
        return waivers.get(session, number)


def _unsaid(kind: StepKind, who: str, text: str) -> str:
    if not who.strip():
        return "say who"
    return "" if kind is StepKind.APPROVED or text.strip() else "say the reason"


def _by_serial(request: WaiverRequest, question: GateQuestion) -> WaiverRequest:
    """The request with hosts by their serials, each once, and names on one line. Unknown ones stay as they are."""
    serials = {key: host.serial for host in question.build for key in _names(host)}
    return replace(
        request,
        owner=one_line(request.owner),
        requested_by=one_line(request.requested_by),
        units=tuple(sorted({serials.get(unit, unit) for unit in request.units})),
        sites=tuple(sorted(set(request.sites))),
    )


def _names(host: Host) -> tuple[str, str]:
    return host.name, host.serial


def _criterion(criteria: CriteriaSet, asked: WaiverRequest) -> Criterion:
    if asked.criterion in _AUTOMATIC:
        raise RefusedError(f"{asked.criterion} cannot be waived: {_AUTOMATIC[asked.criterion]}")
    found = {criterion.id: criterion for criterion in criteria.criteria}
    if asked.criterion not in found:
        there = ", ".join(found)
        raise NotFoundError(f"{asked.program} {asked.phase} has no criterion {asked.criterion!r}; there are: {there}")
    return found[asked.criterion]


def _refuse_over(session: Transaction, asked: WaiverRequest) -> None:
    """A waiver is about a gate that people stand before, or one that they left on conditions."""
    row = phases.phase_row(session, asked.program, asked.phase)
    if row is None:
        raise RefusedError(f"{asked.program} {asked.phase} is not open yet: open it first, and measure")
    if row.closed_at and not row.conditional:
        raise RefusedError(
            f"{asked.program} {asked.phase} has exited, and nothing was waived: there is nothing to waive"
        )


def _too_long(asked: WaiverRequest) -> list[str]:
    long = [name for name in ("reason", "containment", "retest") if len(getattr(asked, name)) > LONGEST]
    return [f"{name} is longer than {LONGEST:,} characters: say it shorter" for name in long]


def _blocked(session: Transaction, workspace: Workspace, record: WaiverRecord, now: datetime) -> str:
    """Why what was asked for cannot be waived any more: something became a blocker since."""
    question = gate_question(workspace.catalog, record.program, record.phase)
    criterion = next((c for c in question.criteria.criteria if c.id == record.waiver.criterion), None)
    if criterion is None:
        return f"{record.waiver.criterion} is not among the criteria any more: withdraw it"
    return blockers(record.waiver, criterion, EvidenceIndex(question.evidence(cursor_of(session), now)))


def day_of(text: str) -> datetime:
    """A day (``2026-04-11``: 00:00 UTC of it) or a moment in ISO 8601, in UTC where it names no zone.

    Raises:
        UsageError: it is neither.
    """
    try:
        moment = datetime.fromisoformat(text.strip())
    except ValueError as error:
        raise UsageError(f"{text!r} is no day: write it as 2026-04-11") from error
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment
