"""One host: who it is, what it answered last, what stands open, and what its tools really printed."""

import shlex
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime

from gatehouse.decisions.waiver_rules import state_of
from gatehouse.diagnostics.registry import all_diagnostics
from gatehouse.model.errors import NotFoundError
from gatehouse.model.hosts import Host
from gatehouse.model.status import Action, Phase, Severity
from gatehouse.model.waivers import WaiverState
from gatehouse.operations.host_lines import (
    DiagnosticLine,
    HostView,
    Identity,
    Issue,
    Note,
    OutputLine,
    ReadingLine,
    VisitLine,
)
from gatehouse.operations.standing_exits import standings
from gatehouse.operations.unfinished import progress_of
from gatehouse.operations.view_programs import state_of as phase_state
from gatehouse.operations.workspace import Workspace
from gatehouse.store import host_views, jobs, leases, phases
from gatehouse.store.engine import Transaction, cursor_of, transaction
from gatehouse.store.host_views import LatestResult, Visit
from gatehouse.store.tables import FindingRow, OutputRow, ReadingRow, RoundUnitRow
from gatehouse.store.views import VIOLATION
from gatehouse.store.waivers_of_gate import waivers_of_gate

MOST_READINGS = 5000  # a host of 16 accelerators and 18 drives has about 2,000
MOST_FINDINGS = 500
MOST_VISITS = 50


def host_view(workspace: Workspace, host_or_serial: str) -> HostView:
    """A host by name or serial, in the catalogue or in any round. Ten queries, whatever its history.

    One gate more where the phase of its build exited on conditions.

    Raises:
        NotFoundError: neither the catalogue nor any round knows it.
    """
    listed = _listed(workspace, host_or_serial)
    with transaction(workspace.engine) as session:
        seen = host_views.last_seen(session, listed.serial if listed else host_or_serial)
        if listed is None and seen is None:
            raise NotFoundError(f"no host {host_or_serial!r}: neither the catalogue nor any round knows it")
        identity = _identity(listed, seen)
        latest = host_views.latest_results(session, identity.serial)
        ids = [each.result.id for each in latest]
        findings = host_views.findings(session, ids, MOST_FINDINGS)
        readings = host_views.readings(session, ids, MOST_READINGS)
        asked = {(each.result.round_id, each.result.diagnostic) for each in latest}
        outputs = host_views.outputs(session, identity.serial, asked)
        visits = host_views.visits(session, identity.serial, MOST_VISITS)
        held = leases.holders(session, [identity.host])
        running = jobs.running_on(session, identity.serial)
        state, waived = _of_its_build(session, workspace, identity)
    issues = _issues(latest, findings)
    return HostView(
        identity=replace(identity, held_by=held.get(identity.host, "")),
        diagnostics=_diagnostics(latest, readings, findings, outputs),
        issues=issues,
        action=max((Action(issue.action) for issue in issues), key=lambda a: a.rung, default=Action.NONE),
        visits=tuple(_visit(visit) for visit in visits),
        jobs=tuple(progress_of(job, identity.host) for job in running),
        phase_state=state,
        waivers=waived,
    )


def _of_its_build(session: Transaction, workspace: Workspace, who: Identity) -> tuple[str, tuple[str, ...]]:
    """How the phase of a host's build stands, and the waivers in force that cover this host."""
    if who.program not in workspace.catalog.programs or who.build not in Phase.__members__:
        return "", ()
    phase, now = Phase(who.build), datetime.now(UTC)
    row = phases.phase_row(session, who.program, phase)
    conditional = row is not None and row.conditional
    found = standings(cursor_of(session), workspace.catalog, now, who.program, [phase]) if conditional else {}
    covering = [
        f"waiver {waiver.id} of {waiver.owner}: {waiver.criterion} until {waiver.expires_at:%Y-%m-%d}"
        for waiver in waivers_of_gate(cursor_of(session), who.program, phase)
        if state_of(waiver, now) is WaiverState.IN_FORCE
        and (waiver.for_all or who.serial in waiver.units or who.site in waiver.sites)
    ]
    return phase_state(row, found.get((who.program, phase.value))).value, tuple(covering)


def _listed(workspace: Workspace, host_or_serial: str) -> Host | None:
    try:
        return workspace.catalog.host(host_or_serial)
    except NotFoundError:
        return None  # taken out of the catalogue; rounds may still know it


def _identity(listed: Host | None, seen: RoundUnitRow | None) -> Identity:
    claimed = seen.claimed_serial if seen else None
    if listed:
        return Identity(
            listed.name, listed.serial, listed.sku, listed.site, listed.program, listed.build,
            f"{listed.endpoint.address}:{listed.endpoint.port}", listed.connection, claimed_serial=claimed,
        )  # fmt: skip
    assert seen is not None  # noqa: S101 -- for the type checker: the caller refused the other case
    return Identity(seen.host, seen.serial, seen.sku, seen.site, listed=False, claimed_serial=claimed)


def _issues(latest: Iterable[LatestResult], findings: Iterable[FindingRow]) -> tuple[Issue, ...]:
    diagnostics = {each.result.id: each.result.diagnostic for each in latest}
    found = [
        Issue(
            diagnostic=diagnostics[row.result_id],
            check=row.signature,
            part=row.part,
            seen=row.text,
            required=row.required or "",
            severity=row.severity or Severity.MAJOR,
            action=row.action or Action.NONE,
        )
        for row in findings
        if row.kind == VIOLATION
    ]
    order = [severity.value for severity in Severity]
    return tuple(sorted(found, key=lambda issue: (order.index(issue.severity), issue.part, issue.check)))


def _diagnostics(
    latest: Iterable[LatestResult], readings: Iterable[ReadingRow], findings: Iterable[FindingRow],
    outputs: Iterable[OutputRow],
) -> tuple[DiagnosticLine, ...]:  # fmt: skip
    by_result: dict[int, list[ReadingLine]] = defaultdict(list)
    for row in readings:
        by_result[row.result_id].append(
            ReadingLine(row.part, row.name, row.number, row.word, row.unit, row.low, row.high)
        )
    notes: dict[int, list[Note]] = defaultdict(list)
    for finding in findings:
        if finding.kind != VIOLATION:
            notes[finding.result_id].append(Note(finding.kind, finding.part, finding.signature, finding.text))
    said: dict[tuple[str, str], list[OutputLine]] = defaultdict(list)
    for output in outputs:
        said[output.round_id, output.diagnostic].append(_output(output))
    return tuple(
        _diagnostic(each, by_result[each.result.id], notes[each.result.id],
                    said[each.result.round_id, each.result.diagnostic])
        for each in latest
    )  # fmt: skip


def _diagnostic(
    latest: LatestResult, readings: Sequence[ReadingLine], notes: Sequence[Note], outputs: Sequence[OutputLine]
) -> DiagnosticLine:
    row, known = latest.result, all_diagnostics()
    return DiagnosticLine(
        diagnostic=row.diagnostic,
        title=known[row.diagnostic].title if row.diagnostic in known else row.diagnostic,
        round_id=row.round_id,
        admissible=latest.admissible,
        measured=row.measured,
        verdict=row.verdict,
        severity=row.severity,
        action=row.action,
        reason=row.reason,
        at=latest.at,
        duration_s=row.duration_s,
        readings=tuple(readings),
        notes=tuple(notes),
        outputs=tuple(outputs),
    )


def _output(row: OutputRow) -> OutputLine:
    return OutputLine(
        key=row.key,
        command=shlex.join(str(word) for word in row.argv),
        ended=row.ended,
        exit_code=row.exit_code,
        truncated=row.truncated,
        stdout_sha256=row.stdout_sha256,
        stderr_sha256=row.stderr_sha256,
        note=row.note,
        duration_s=row.duration_s,
    )


def _visit(visit: Visit) -> VisitLine:
    return VisitLine(
        round_id=visit.round.id,
        program=visit.round.program,
        phase=visit.round.phase,
        number=visit.round.number,
        reason=visit.round.reason,
        created_at=visit.round.created_at,
        measured_at=visit.unit.measured_at,
        unreachable=visit.unit.unreachable,
        admissible=visit.round.admissible,
        passed=visit.passed,
        failed=visit.failed,
        holes=visit.holes,
    )
