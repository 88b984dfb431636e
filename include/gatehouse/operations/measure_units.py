"""Measures units of a round: visits each host once, reads what its tools said, judges it, files it.

Safe to call again after any death: a unit that is filed is not visited again, and each visit is filed whole or not
at all.
"""

import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from gatehouse.model.errors import RefusedError
from gatehouse.model.hosts import Host
from gatehouse.operations.ask_plan import AskedCommand, commands_for
from gatehouse.operations.open_round import RoundSpec
from gatehouse.operations.read_visit import read_visit
from gatehouse.operations.workspace import Workspace
from gatehouse.store import leases, rounds
from gatehouse.store.engine import Transaction, transaction
from gatehouse.store.rounds import UnitVisit
from gatehouse.transport.fan_out import DEFAULT_THREADS, visit_all
from gatehouse.transport.session import HostSession
from gatehouse.transport.ssh import run_commands

LEASE_MARGIN_S = 60.0
LEASE_WAIT_S = 300.0
_LEASE_POLL_S = 2.0


@dataclass
class MeasureSummary:
    """How measuring went: hosts that were measured now, before, and those that could not be, with the reason."""

    measured: list[str] = field(default_factory=list)
    before: list[str] = field(default_factory=list)
    not_measured: dict[str, str] = field(default_factory=dict)
    connections: int = 0

    def note(self, visit: UnitVisit) -> None:
        """Count a visit that was filed."""
        self.measured.append(visit.host.name)
        if visit.unreachable:
            self.not_measured[visit.host.name] = visit.unreachable


Progress = Callable[[str, str], None]  # host, what became of it


def measure_units(
    workspace: Workspace,
    round_id: str,
    serials: Iterable[str],
    progress: Progress = lambda host, what: None,
    threads: int = DEFAULT_THREADS,
) -> MeasureSummary:
    """Visit the given units of a round that are not filed yet.

    Raises:
        NotFoundError: no such round, or a unit that the catalogue does not hold any more.
        RefusedError: another run holds the lease of a host for longer than we wait.
    """
    wanted = set(serials)
    with transaction(workspace.engine) as session:
        spec = RoundSpec.from_json(rounds.get_round(session, round_id).spec)
        units = [unit for unit in rounds.units(session, round_id) if unit.serial in wanted]
    summary = MeasureSummary(before=[unit.host for unit in units if unit.measured_at])
    summary.not_measured = {u.host: u.unreachable for u in units if u.measured_at and u.unreachable}
    hosts = [workspace.catalog.host(unit.serial) for unit in units if not unit.measured_at]
    asked = {name: commands_for(spec.plan.diagnostics, sku, spec.declared) for name, sku in spec.skus.items()}
    longest = max((sum(a.command.limit_s for a in each) for each in asked.values()), default=0.0)
    lease = _Lease(workspace, hosts, f"round {round_id}", 2 * longest + LEASE_MARGIN_S)
    lease.take()
    try:
        for visit in _visits(workspace, spec, asked, hosts, threads, summary):
            with transaction(workspace.engine) as session:
                rounds.file_visit(session, round_id, visit)
                lease.keep(session)
            summary.note(visit)
            progress(visit.host.name, visit.unreachable or "measured")
    finally:
        lease.give_back()
    return summary


def _visits(
    workspace: Workspace, spec: RoundSpec, asked: Mapping[str, Sequence[AskedCommand]], hosts: Sequence[Host],
    threads: int, summary: MeasureSummary,
) -> Iterator[UnitVisit]:  # fmt: skip
    # Asked once a Connection, here: a secrets backend is no place for thirty threads at once.
    logins = {name: workspace.login(name) for name in {host.connection for host in hosts}}

    def visit(host: Host) -> HostSession:
        return run_commands(host.endpoint, logins[host.connection], [a.command for a in asked[host.sku]])

    for host, session_back in visit_all(hosts, visit, threads):
        summary.connections += session_back.connections
        yield read_visit(host, asked[host.sku], session_back, spec, workspace.raw)


@dataclass
class _Lease:
    """Our hold on some hosts while we visit them. The holder is the round, so that a retry takes up its own lease."""

    workspace: Workspace
    hosts: Sequence[Host]
    holder: str
    seconds: float
    taken_at: float = 0.0

    @property
    def names(self) -> set[str]:
        return {host.name for host in self.hosts}

    def take(self) -> None:
        """Take all of them, waiting for those that others hold."""
        deadline = time.monotonic() + LEASE_WAIT_S
        while missing := self._missing():
            if time.monotonic() >= deadline:
                self._refuse(missing)
            time.sleep(_LEASE_POLL_S)
        self.taken_at = time.monotonic()

    def keep(self, session: Transaction) -> None:
        """Renew it when a good part of its time is gone."""
        if time.monotonic() - self.taken_at > self.seconds / 3:
            leases.acquire(session, self.names, self.holder, self.seconds)
            self.taken_at = time.monotonic()

    def give_back(self) -> None:
        """Give back what is ours."""
        with transaction(self.workspace.engine) as session:
            leases.release(session, self.names, self.holder)

    def _missing(self) -> set[str]:
        with transaction(self.workspace.engine) as session:
            return self.names - leases.acquire(session, self.names, self.holder, self.seconds)

    def _refuse(self, missing: set[str]) -> None:
        with transaction(self.workspace.engine) as session:
            others = leases.holders(session, missing)
        self.give_back()
        held = ", ".join(f"{host} by {others.get(host, 'another run')}" for host in sorted(missing)[:5])
        raise RefusedError(f"held by another run: {held}; try again when it has ended")
