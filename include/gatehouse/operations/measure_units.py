"""Measures units of a round: visits each host once, reads what its tools said, judges it, files it.

Safe to call again after any death: a unit that is filed is not visited again, and each visit is filed whole or not
at all. Where a long command runs detached on a host, the call returns while it runs; what the visit brought so far is
stored, and the next call goes on behind it. Only a unit that is complete has results.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from gatehouse.model.commands import Ended
from gatehouse.model.errors import StaleVisitError
from gatehouse.model.hosts import BmcLogin, Host, Login
from gatehouse.model.jobs import JobProgress
from gatehouse.operations.ask_plan import commands_for
from gatehouse.operations.detach import detached
from gatehouse.operations.host_lease import LEASE_MARGIN_S, HostLease
from gatehouse.operations.open_round import RoundSpec
from gatehouse.operations.read_bmc import of_bmc, over_ssh
from gatehouse.operations.read_visit import read_visit, stored
from gatehouse.operations.unfinished import Look, Unfinished, acknowledgements, look, seen_running, whole
from gatehouse.operations.visit_host import Visit, visit_host
from gatehouse.operations.workspace import Workspace
from gatehouse.store import jobs, outputs, rounds
from gatehouse.store.engine import Transaction, transaction
from gatehouse.store.rounds import UnitVisit
from gatehouse.store.tables import RoundRow, RoundUnitRow
from gatehouse.transport.bmc_session import BmcSession
from gatehouse.transport.fan_out import DEFAULT_THREADS, visit_all
from gatehouse.transport.session import HostSession
from gatehouse.transport.ssh import run_commands

_SOONEST_S, _LATEST_S = 5.0, 300.0


@dataclass
class MeasureSummary:
    """How measuring went: hosts that were measured now, before, and those that could not be, with the reason.

    ``running`` are hosts whose job goes on, ``again`` those that another visitor was faster at: call again for both.
    """

    measured: list[str] = field(default_factory=list)
    before: list[str] = field(default_factory=list)
    not_measured: dict[str, str] = field(default_factory=dict)
    running: dict[str, JobProgress] = field(default_factory=dict)
    again: list[str] = field(default_factory=list)
    connections: int = 0

    def note(self, visit: UnitVisit, gave_up: str = "") -> None:
        """Count a visit that was filed."""
        self.measured.append(visit.host.name)
        if why := visit.unreachable or gave_up:
            self.not_measured[visit.host.name] = why

    @property
    def complete(self) -> bool:
        """Whether nothing is left to call again for."""
        return not (self.running or self.again)

    @property
    def next_look_s(self) -> float:
        """When to call again: a job is looked at after a tenth of what it has run, from 5 s to 5 minutes."""
        now = datetime.now(UTC)
        ages = [(now - job.began_at).total_seconds() if job.began_at else 0.0 for job in self.running.values()]
        return min(max(min(ages, default=0.0) / 10, _SOONEST_S), _LATEST_S)


Progress = Callable[[str, str], None]  # host, what became of it


def measure_units(
    workspace: Workspace,
    round_id: str,
    serials: Iterable[str],
    progress: Progress = lambda host, what: None,
    threads: int = DEFAULT_THREADS,
) -> MeasureSummary:
    """Visit the given units of a round that are not filed yet; returns without waiting for jobs that run on hosts.

    Raises:
        NotFoundError: no such round, or a unit that the catalogue does not hold any more.
        RefusedError: another run holds the lease of a host for longer than we wait.
    """
    wanted = set(serials)
    with transaction(workspace.engine) as session:
        row = rounds.get_round(session, round_id)
        spec = RoundSpec.from_json(row.spec)
        planned = [unit for unit in rounds.units(session, round_id) if unit.serial in wanted]
        units = _unfinished(workspace, session, row, spec, [unit for unit in planned if not unit.measured_at])
    summary = MeasureSummary(before=[unit.host for unit in planned if unit.measured_at])
    summary.not_measured = {u.host: u.unreachable for u in planned if u.measured_at and u.unreachable}
    longest = max((sum(c.visit_s for c in unit.commands) for unit in units), default=0.0)
    lease = HostLease(workspace, [u.host for u in units], f"round {round_id}", 2 * longest + LEASE_MARGIN_S)
    lease.busy = {unit.host.name for unit in units if any(job.ended_at is None for job in unit.jobs.values())}
    lease.take()
    try:
        _Measuring(workspace, round_id, spec, lease, summary, progress).visit(units, threads)
    finally:
        lease.give_back()
    return summary


def _unfinished(
    workspace: Workspace, session: Transaction, row: RoundRow, spec: RoundSpec, units: Sequence[RoundUnitRow]
) -> list[Unfinished]:
    """The units with what earlier visits stored of them."""
    serials = [unit.serial for unit in units]
    said = {(o.serial, o.key): o for o in outputs.outputs_of_units(session, row.id, serials)}
    began = {(j.serial, j.key): j for j in jobs.jobs_of_round(session, row.id, serials)}
    asked = {name: commands_for(spec.plan.diagnostics, sku, spec.declared) for name, sku in spec.skus.items()}
    found = []
    for unit in units:
        host = workspace.catalog.host(unit.serial)
        found.append(
            Unfinished(
                host=host,
                asked=detached(over_ssh(asked[host.sku]), row.id, row.created_at, host.serial),
                of_bmc=tuple(of_bmc(asked[host.sku])),
                said={key: output for (serial, key), output in said.items() if serial == unit.serial},
                jobs={key: job for (serial, key), job in began.items() if serial == unit.serial},
                boot_id=unit.boot_id,
            )
        )
    return found


@dataclass(frozen=True, slots=True)
class _Logins:
    """Who we are on hosts and on BMCs, by Connection."""

    hosts: Mapping[str, Login]
    bmcs: Mapping[str, BmcLogin]

    @classmethod
    def of(cls, workspace: Workspace, units: Sequence[Unfinished]) -> "_Logins":
        """Asked once a Connection, here: a secrets backend is no place for thirty threads at once."""
        bmcs = {unit.host.bmc.connection for unit in units if unit.host.bmc and unit.of_bmc}
        return cls(
            {name: workspace.login(name) for name in {unit.host.connection for unit in units}},
            {name: workspace.bmc_login(name) for name in bmcs},
        )


@dataclass
class _Measuring:
    """One call's visits, and where they are filed."""

    workspace: Workspace
    round_id: str
    spec: RoundSpec
    lease: HostLease
    summary: MeasureSummary
    progress: Progress

    def visit(self, units: Sequence[Unfinished], threads: int) -> None:
        """Visit all of them, file what came, and tell hosts which answers of jobs are stored."""
        logins = _Logins.of(self.workspace, units)
        by_serial = {unit.host.serial: unit for unit in units}
        finished: dict[str, list[str]] = {}
        visits = visit_all([u.host for u in units], lambda h: _ask(by_serial[h.serial], logins), threads)
        for host, (back, bmc) in visits:
            self.summary.connections += back.connections
            unit = by_serial[host.serial]
            looked = look(unit, back)
            what = self._keep(unit, looked, back) if looked.running else self._file(unit, looked, back, bmc)
            self.progress(host.name, what)
            if host.name in self.summary.measured and back.error is None:
                finished[host.serial] = [job.name for job in looked.jobs]
        self._acknowledge(
            {serial: names for serial, names in finished.items() if names}, by_serial, logins.hosts, threads
        )

    def _keep(self, unit: Unfinished, looked: Look, back: HostSession) -> str:
        """Store what there is of a unit whose job goes on; the words for it."""
        job, serial = looked.running, unit.host.serial
        answers = [stored(asked, said, self.workspace.raw) for asked, said in looked.answers]
        with transaction(self.workspace.engine) as session:
            if job is None or not jobs.hold_unfinished(session, self.round_id, serial, back.boot_id):
                self.summary.again.append(unit.host.name)
                return "another visit has filed it"
            outputs.file_outputs(session, self.round_id, serial, answers)
            if not (job.trouble and looked.key in unit.jobs):
                jobs.note_look(session, self.round_id, serial, seen_running(unit, looked))
            if job.trouble:
                jobs.note_trouble(session, self.round_id, serial, looked.key, job.trouble)
            self._note_jobs(session, unit, looked, back)
            self.lease.keep(session)
        self.summary.running[unit.host.name] = job
        self.lease.busy.add(unit.host.name)
        return str(job)

    def _file(self, unit: Unfinished, looked: Look, back: HostSession, bmc: BmcSession | None) -> str:
        """File a unit that is complete; the words for it."""
        session_of_all = whole(unit, looked, back, self.workspace.raw)
        asked = (*unit.asked, *unit.of_bmc)
        visit = read_visit(unit.host, asked, session_of_all, bmc, self.spec, self.workspace.raw)
        try:
            with transaction(self.workspace.engine) as session:
                rounds.file_visit(session, self.round_id, visit, earlier=unit.said.keys())
                self._note_jobs(session, unit, looked, back)
                self.lease.keep(session)
        except StaleVisitError as error:
            self.summary.again.append(unit.host.name)
            return str(error)
        self.summary.note(visit, looked.gave_up)
        self.lease.busy.discard(unit.host.name)
        lost = [f"{a.diagnostic}: {said.note}" for a, said in looked.answers if said.ended is Ended.LOST]
        return visit.unreachable or "; ".join(["measured", *lost])

    def _note_jobs(self, session: Transaction, unit: Unfinished, looked: Look, back: HostSession) -> None:
        for seen in looked.jobs:
            jobs.note_look(session, self.round_id, unit.host.serial, seen)
        told = [c.command.job for c in back.completed[: len(unit.stored_jobs)] if c.ended is Ended.EXITED]
        if told:
            jobs.note_acknowledged(session, self.round_id, unit.host.serial, told)

    def _acknowledge(
        self, finished: Mapping[str, Sequence[str]], units: Mapping[str, Unfinished], logins: Mapping[str, Login],
        threads: int,
    ) -> None:  # fmt: skip
        """Tell hosts that the answers of their last jobs are stored. One that cannot be told forgets them by itself."""

        def tell(host: Host) -> HostSession:
            return run_commands(host.endpoint, logins[host.connection], acknowledgements(finished[host.serial]))

        for host, back in visit_all([units[serial].host for serial in finished], tell, threads):
            self.summary.connections += back.connections
            if back.error is None:
                with transaction(self.workspace.engine) as session:
                    jobs.note_acknowledged(session, self.round_id, host.serial, finished[host.serial])


def _ask(unit: Unfinished, logins: _Logins) -> Visit:
    host = unit.host

    def by_ssh() -> HostSession:
        return run_commands(host.endpoint, logins.hosts[host.connection], unit.commands, boot_id=unit.boot_id)

    return visit_host(host, by_ssh if unit.commands else None, unit.of_bmc, logins.bmcs, after_jobs=unit.has_jobs)
