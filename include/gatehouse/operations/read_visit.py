"""Turns what a visit brought back into results: keeps the raw output, reads it, judges it."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from fnmatch import fnmatchcase

from gatehouse.catalog.limits import Limit
from gatehouse.decisions.counter_changes import changed
from gatehouse.decisions.verdicts import NO_DEVICE, judge
from gatehouse.diagnostics.registry import diagnostic
from gatehouse.model.commands import Completed, Ended
from gatehouse.model.hosts import Host
from gatehouse.model.readings import ToolReport
from gatehouse.model.results import Result
from gatehouse.model.status import FindingClass, Measured
from gatehouse.operations.ask_plan import AskedCommand
from gatehouse.operations.learned_limits import Holding, holding
from gatehouse.operations.open_round import RoundSpec
from gatehouse.operations.read_bmc import over_ssh, report_of_resource, said_by_bmc
from gatehouse.operations.reading_bounds import reading_bounds
from gatehouse.store.outputs import StoredOutput
from gatehouse.store.raw import RawStore
from gatehouse.store.rounds import UnitVisit
from gatehouse.transport.bmc_session import BmcSession
from gatehouse.transport.session import HostSession
from gatehouse.vendors.registry import read

SERIAL_READINGS = ("system.serial", "serial")  # what dmidecode calls the machine's own serial number
IDENTITY = "identity_bom"

Said = tuple[AskedCommand, Completed]


def read_visit(
    host: Host, asked: Sequence[AskedCommand], session: HostSession, bmc: BmcSession | None, spec: RoundSpec,
    raw: RawStore,
) -> UnitVisit:  # fmt: skip
    """Everything a visit brought back, read and judged. A host that was not reached has ERROR results that say so."""
    said = list(zip(over_ssh(asked), session.completed, strict=True))
    said += said_by_bmc(asked, bmc) if bmc else ()
    results, learned = _results(said, host.sku, spec)
    return UnitVisit(
        host=host,
        results=results,
        outputs=tuple(stored(asked_for, completed, raw) for asked_for, completed in said),
        bounds=reading_bounds(results, (*spec.limits(host.sku), *learned)),
        unreachable=_unreachable(asked, session, bmc, results),
        claimed_serial=_claimed_serial(results),
        boot_id=session.boot_id,
        clock_skew_s=session.clock_skew_s,
    )


def _unreachable(
    asked: Sequence[AskedCommand], session: HostSession, bmc: BmcSession | None, results: Iterable[Result]
) -> str | None:
    """Why the host was not reached; None where it was. What its BMC says does not stand for the host's own answers."""
    measured = {result.diagnostic for result in results if result.measured is Measured.COMPLETE}
    if session.error and not measured & {one.diagnostic for one in over_ssh(asked)}:
        return str(session.error)
    return str(bmc.error) if bmc and bmc.error and not measured else None


def _results(said: Sequence[Said], sku: str, spec: RoundSpec) -> tuple[tuple[Result, ...], Sequence[Limit]]:
    """A result of each diagnostic, and the learned limits that hold: for which those are, the results tell first."""
    by_diagnostic = {p.diagnostic: [s for s in said if s[0].diagnostic == p.diagnostic] for p in spec.plan.diagnostics}
    results = {name: _result(name, answers, sku, spec) for name, answers in by_diagnostic.items()}
    held = holding(spec.learned, sku, list(results.values()))
    for name in held.diagnostics:
        results[name] = _result(name, by_diagnostic[name], sku, spec, held)
    return tuple(results.values()), held.limits


def _result(name: str, said: Sequence[Said], sku: str, spec: RoundSpec, held: Holding | None = None) -> Result:
    reports = list(_reports(said))
    asks = diagnostic(name, spec.declared)
    started = [c.started_at for _, c in said if c.started_at]
    result = judge(
        name,
        reports,
        (*spec.limits(sku), *(held.limits if held else ())),
        spec.skus[sku].physics,
        (spec.policy,),
        asks_expected=len(reports),
        enough=asks.enough,
        holes=held.holes.get(name, ()) if held else (),
        started_at=min(started, default=None),
        duration_s=_seconds(said),
    )
    if not said and asks.asks(spec.skus[sku].vendor):
        return replace(result, reason=NO_DEVICE)
    return replace(result, outputs=tuple(_with_second_looks(result.outputs, said)))


def _reports(said: Sequence[Said]) -> Iterator[tuple[str, ToolReport]]:
    """(key, report) of each command; two looks at counters make one report."""
    second = {asked.command.key: (asked, completed) for asked, completed in said if asked.again}
    for asked, completed in said:
        if asked.again:
            continue
        report = report_of(asked, completed)
        if asked.counters:
            later_asked, later = second[asked.second_key]
            window_s = _between_s(completed, later)
            report = changed(report, report_of(later_asked, later), asked.counters, window_s, asked.part)
        yield asked.command.key, report


def _between_s(first: Completed, second: Completed) -> float | None:
    if first.started_at is None or second.started_at is None:
        return None
    return round((second.started_at - first.started_at).total_seconds(), 3)


def _with_second_looks(keys: Iterable[str], said: Sequence[Said]) -> Iterator[str]:
    twice = {asked.command.key: asked.second_key for asked, _ in said if asked.counters and not asked.again}
    for key in keys:
        yield key
        if key in twice:
            yield twice[key]


def report_of(asked: AskedCommand, said: Completed) -> ToolReport:
    """What a tool's output holds, with how the command ended taken into account.

    A command that was cut short keeps the facts that came whole, but nothing of it counts as a measurement.
    """
    if asked.via == "bmc":
        return report_of_resource(asked, said)
    if said.ended in (Ended.NOT_RUN, Ended.RUNNING, Ended.WAITING):
        return ToolReport(asked.tool, Measured.ERROR, complete=False, errors=(said.note or "it was not run",))
    report = _about(asked.part, _kept(asked, read(asked.tool, said)))
    if said.ended in (Ended.TIMED_OUT, Ended.CUT, Ended.LOST):
        why = f"{said.command.argv[0]}: {said.note or said.ended.value}"
        return replace(report, status=Measured.ERROR, complete=False, errors=(why, *report.errors))
    return report


def _kept(asked: AskedCommand, report: ToolReport) -> ToolReport:
    """The report with what answers the question. The tool's own troubles always stay."""
    facts, findings = report.facts, report.findings
    if asked.keep:
        facts = {name: value for name, value in facts.items() if any(fnmatchcase(name, glob) for glob in asked.keep)}
    if not asked.findings:
        findings = tuple(finding for finding in findings if finding.kind is FindingClass.TOOL_ERROR)
    return replace(report, facts=facts, findings=findings)


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
