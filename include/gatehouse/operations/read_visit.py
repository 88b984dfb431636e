"""Turns what a visit brought back into results: keeps the raw output, reads it, judges it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from gatehouse.catalog.limits import Limit
from gatehouse.catalog.sku import Sku
from gatehouse.decisions.verdicts import judge
from gatehouse.diagnostics.registry import diagnostic
from gatehouse.model.commands import Completed, Ended
from gatehouse.model.hosts import Host
from gatehouse.model.readings import ToolReport
from gatehouse.model.results import Result
from gatehouse.model.status import Measured
from gatehouse.operations.ask_plan import AskedCommand
from gatehouse.operations.open_round import RoundSpec
from gatehouse.store.outputs import StoredOutput
from gatehouse.store.raw import RawStore
from gatehouse.store.rounds import UnitVisit
from gatehouse.transport.session import HostSession
from gatehouse.vendors.registry import read

SERIAL_READINGS = ("system.serial", "serial")  # what dmidecode calls the machine's own serial number
IDENTITY = "identity_bom"

Said = tuple[AskedCommand, Completed]


def read_visit(
    host: Host, asked: Sequence[AskedCommand], session: HostSession, spec: RoundSpec, raw: RawStore
) -> UnitVisit:
    """Everything a visit brought back, read and judged. A host that was not reached has ERROR results that say so."""
    said = list(zip(asked, session.completed, strict=True))
    sku = spec.skus[host.sku]
    results = tuple(
        _result(planned.diagnostic, [s for s in said if s[0].diagnostic == planned.diagnostic], sku, spec)
        for planned in spec.plan.diagnostics
    )
    unreachable = str(session.error) if session.error else None
    return UnitVisit(
        host=host,
        results=results,
        outputs=tuple(stored(asked_for, completed, raw) for asked_for, completed in said),
        bounds=_bounds(results, sku.limits),
        unreachable=unreachable if not any(r.measured is Measured.COMPLETE for r in results) else None,
        claimed_serial=_claimed_serial(results),
        boot_id=session.boot_id,
        clock_skew_s=session.clock_skew_s,
    )


def _result(name: str, said: Sequence[Said], sku: Sku, spec: RoundSpec) -> Result:
    reports = [(asked.command.key, report_of(asked, completed)) for asked, completed in said]
    started = [c.started_at for _, c in said if c.started_at]
    return judge(
        name,
        reports,
        sku.limits,
        sku.physics,
        (spec.policy,),
        asks_expected=len(said),
        enough=diagnostic(name).enough,
        started_at=min(started, default=None),
        duration_s=_seconds(said),
    )


def report_of(asked: AskedCommand, said: Completed) -> ToolReport:
    """What a tool's output holds, with how the command ended taken into account.

    A command that was cut short keeps the facts that came whole, but nothing of it counts as a measurement.
    """
    if said.ended in (Ended.NOT_RUN, Ended.RUNNING, Ended.WAITING):
        return ToolReport(asked.tool, Measured.ERROR, complete=False, errors=(said.note or "it was not run",))
    report = _about(asked.part, read(asked.tool, said))
    if said.ended in (Ended.TIMED_OUT, Ended.CUT, Ended.LOST):
        why = f"{said.command.argv[0]}: {said.note or said.ended.value}"
        return replace(report, status=Measured.ERROR, complete=False, errors=(why, *report.errors))
    return report


def _about(part: str, report: ToolReport) -> ToolReport:
    """The report with its facts and findings addressed to the one part that the tool was asked about."""
    if not part:
        return report
    return replace(
        report,
        facts={f"{part}.{name}": value for name, value in report.facts.items()},
        findings=tuple(replace(finding, part=part) for finding in report.findings),
        errors=tuple(f"{part}: {error}" for error in report.errors),
    )


def _seconds(said: Sequence[Said]) -> float | None:
    known = [c.duration_s for _, c in said if c.duration_s is not None]
    return round(sum(known), 3) if known else None


def stored(asked: AskedCommand, said: Completed, raw: RawStore) -> StoredOutput:
    """A command's answer with its raw bytes put into the store."""
    return StoredOutput(asked.diagnostic, said, raw.put(said.stdout), raw.put(said.stderr))


def _claimed_serial(results: Iterable[Result]) -> str | None:
    """The serial number that the machine itself reports; None where it was not measured."""
    for result in results:
        if result.diagnostic == IDENTITY:
            known = {r.name: r.value for r in result.readings if isinstance(r.value, str)}
            return next((str(known[name]) for name in SERIAL_READINGS if name in known), None)
    return None


def _bounds(
    results: Iterable[Result], limits: Sequence[Limit]
) -> Mapping[tuple[str, str], tuple[float | None, float | None]]:
    """The limits that each numeric reading was held against, for plots: (part, name) → (low, high)."""
    found: dict[tuple[str, str], tuple[float | None, float | None]] = {}
    by_name: dict[str, list[Limit]] = {}
    for limit in limits:
        by_name.setdefault(limit.reading, []).append(limit)
    for reading in (r for result in results for r in result.readings):
        for limit in by_name.get(reading.name, ()):
            if limit.matches(reading.part):
                found[reading.part, reading.name] = _ends(limit)
    return found


def _ends(limit: Limit) -> tuple[float | None, float | None]:
    match limit.kind:
        case "at_most":
            return None, limit.value
        case "at_least":
            return limit.value, None
        case "between":
            return limit.low, limit.high
    return None, None
