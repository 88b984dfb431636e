"""Who may touch hosts while a round visits them, and while its jobs run on them."""

import time
from collections.abc import Sequence
from dataclasses import dataclass, field

from gatehouse.model.errors import RefusedError
from gatehouse.model.hosts import Host
from gatehouse.operations.workspace import Workspace
from gatehouse.store import leases
from gatehouse.store.engine import Transaction, transaction

LEASE_MARGIN_S = 60.0
LEASE_WAIT_S = 300.0
JOB_LEASE_S = 900.0  # a host stays ours for so long after each look at its job: three of the longest pauses
_LEASE_POLL_S = 2.0


@dataclass
class HostLease:
    """Our hold on some hosts while we visit them. The holder is the round, so that a retry takes up its own lease.

    ``busy`` are those on which a job of ours runs: they stay ours when the visits are over.
    """

    workspace: Workspace
    hosts: Sequence[Host]
    holder: str
    seconds: float
    taken_at: float = 0.0
    busy: set[str] = field(default_factory=set)

    @property
    def names(self) -> set[str]:
        """The hosts' names."""
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
        """Give back what is ours, but for the busy ones: they stay ours for a quarter of an hour."""
        with transaction(self.workspace.engine) as session:
            leases.release(session, self.names - self.busy, self.holder)
            leases.acquire(session, self.names & self.busy, self.holder, JOB_LEASE_S)

    def _missing(self) -> set[str]:
        with transaction(self.workspace.engine) as session:
            return self.names - leases.acquire(session, self.names, self.holder, self.seconds)

    def _refuse(self, missing: set[str]) -> None:
        with transaction(self.workspace.engine) as session:
            others = leases.holders(session, missing)
        self.give_back()
        held = ", ".join(f"{host} by {others.get(host, 'another run')}" for host in sorted(missing)[:5])
        raise RefusedError(f"held by another run: {held}; try again when it has ended")
