"""Says which diagnostics of a plan are worth running on some hosts now: the minutes saved, and the risk accepted.

A phase's round is never partial: this is for machines in service and for people, and feeds no gate.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

import numpy as np

from gatehouse.catalog.failure_mixes import FailureMix, mix_for
from gatehouse.catalog.loader import Catalog
from gatehouse.decisions.selection.best_choice import best_choice
from gatehouse.decisions.selection.explained import ExplainedChoice, explain
from gatehouse.decisions.selection.machine import Asked, Params, situation
from gatehouse.diagnostics.registry import known_diagnostics
from gatehouse.model.errors import UsageError
from gatehouse.model.fleet_history import FleetHistory
from gatehouse.model.hosts import Host
from gatehouse.operations.preview_plan import preview_plan
from gatehouse.operations.workspace import Workspace
from gatehouse.store.engine import transaction
from gatehouse.store.fleet_history import fleet_history

ENOUGH_TIMES = 3  # measured durations before they count for more than a diagnostic's usual minutes
LOOKS = 400_000  # sets that the search may look at in all: some 20 ms of CPU a host, 1,000 hosts 20 s
_AT_ONCE = 100  # hosts whose arrays are in memory at once: some 10 MB
FEWEST_LOOKS, MOST_LOOKS = 200, 20_000


@dataclass(frozen=True, slots=True)
class HostSelection:
    """The choice for one host. ``mix`` is the failure mix that its SKU goes by; ``failing`` are its diagnostics whose
    last answer is FAIL: known to be bad, which no choice here is about. ``known_since`` is None for a host that no
    admitted round has seen: only what a new machine may come with is counted then.
    """

    host: str
    serial: str
    sku: str
    mix: str
    known_since: datetime | None
    failing: tuple[str, ...]
    choice: ExplainedChoice

    @property
    def diagnostics(self) -> frozenset[str]:
        """What to run; empty: nothing is worth running."""
        return frozenset(each.diagnostic for each in self.choice.chosen)


@dataclass(frozen=True, slots=True)
class FleetSelection:
    """The choice for every host, by name, and its sums. ``budget_minutes`` is None where time is not short."""

    plan: str
    title: str
    budget_minutes: float | None
    job_servers: float
    hosts: tuple[HostSelection, ...]
    minutes: float
    saved_minutes: float
    at_stake: float
    accepted: float


def select_diagnostics(
    workspace: Workspace, plan: str, hosts: Sequence[Host], minutes: float | None = None,
    job_servers: float | None = None, now: datetime | None = None,
) -> FleetSelection:  # fmt: skip
    """Choose from a plan for each host, in ``minutes`` each or what is mandatory. Five queries, whatever the fleet.

    ``job_servers`` is how many servers a job of these hosts has: one bad machine stops them all. None takes the
    failure mix's.

    Raises:
        NotFoundError: no such plan.
        UsageError: no hosts, or a number that makes no sense.
        CatalogError: no failure mix, or more than one, speaks of a host's SKU.
    """
    _refuse_nonsense(hosts, minutes, job_servers)
    catalog, moment = workspace.catalog, now or datetime.now(UTC)
    spec = catalog.find("plan", plan, catalog.plans)
    by_serial = {host.serial: host for host in hosts}
    by_sku: dict[str, list[Host]] = {}
    for host in sorted(by_serial.values(), key=lambda each: each.name):
        by_sku.setdefault(host.sku, []).append(host)
    with transaction(workspace.engine) as session:
        history = fleet_history(session, plan, tuple(by_sku), tuple(by_serial))
    looks = min(MOST_LOOKS, max(FEWEST_LOOKS, LOOKS // len(by_serial)))
    chosen: list[HostSelection] = []
    sizes: list[float] = []
    for sku, machines in by_sku.items():
        group = _Group(catalog, plan, sku, history, moment, job_servers)
        chosen += group.choose(machines, math.inf if minutes is None else minutes, looks)
        sizes.append(group.job_servers)
    chosen.sort(key=lambda each: each.host)
    choices = [each.choice for each in chosen]
    return FleetSelection(
        plan, spec.title, minutes, max(sizes), tuple(chosen),
        minutes=round(sum(each.minutes for each in choices), 3),
        saved_minutes=round(sum(each.saved_minutes for each in choices), 3),
        at_stake=sum(each.at_stake for each in choices),
        accepted=sum(each.accepted for each in choices),
    )  # fmt: skip


def _refuse_nonsense(hosts: Sequence[Host], minutes: float | None, job_servers: float | None) -> None:
    if not hosts:
        raise UsageError("name at least one host")
    if minutes is not None and not (math.isfinite(minutes) and minutes >= 0):
        raise UsageError(f"minutes must be a number of at least 0, not {minutes:g}")
    if job_servers is not None and not (math.isfinite(job_servers) and job_servers >= 1):
        raise UsageError(f"a job has at least 1 server, not {job_servers:g}")


class _Group:
    """The hosts of one SKU: they share the plan's commands, the failure mix and the fleet's rates."""

    def __init__(
        self, catalog: Catalog, plan: str, sku: str, history: FleetHistory, now: datetime, job_servers: float | None
    ) -> None:
        machine = catalog.find("SKU", sku, catalog.skus)
        self._mix_id, self._mix = mix_for(sku, machine, catalog.failure_mixes)
        self._modes = self._mix.of(machine.kind)
        self._sku, self._now = sku, now
        self._history = replace(
            history,
            care={serial: each for serial, each in history.care.items() if each.sku == sku},
            visits=tuple(visit for visit in history.visits if visit.sku == sku),
        )
        self.job_servers = job_servers or self._mix.job_servers.value
        self._asked = asked_of(catalog, plan, sku, history)
        self._by_plan = _params_by_plan(catalog)
        self._usual = _usual(self._mix, catalog)
        self._asked = tuple(replace(each, finds=each.diagnostic in self._usual) for each in self._asked)

    def choose(self, hosts: Sequence[Host], budget: float, looks: int) -> list[HostSelection]:
        """The choice for each host."""
        floor = np.array([each.mandatory for each in self._asked])
        minutes = np.array([each.minutes for each in self._asked])
        harm = np.array([mode.hours_lost.value for mode in self._modes]) * self.job_servers
        said: list[HostSelection] = []
        for part in range(0, len(hosts), _AT_ONCE):
            some = hosts[part : part + _AT_ONCE]
            found = situation(
                self._mix, self._modes, self._asked, self._history, self._usual, self._by_plan,
                [host.serial for host in some], self._now,
            )  # fmt: skip
            for host, hidden, finds in zip(some, found.hidden.expected, found.finds, strict=True):
                stakes = (hidden * harm).ravel()
                there = stakes > 0
                flat = finds.reshape(len(finds), -1)[:, there]
                best = best_choice(stakes[there], flat, minutes, floor, budget, most_looks=looks)
                choice = explain(self._asked, self._modes, finds, hidden, harm, best, budget)
                said.append(self._said(host, choice))
        return said

    def _said(self, host: Host, choice: ExplainedChoice) -> HostSelection:
        care = self._history.care.get(host.serial)
        failing = self._history.failing.get(host.serial, ())
        return HostSelection(
            host.name, host.serial, self._sku, self._mix_id, care.first if care else None, failing, choice
        )


def asked_of(catalog: Catalog, plan: str, sku: str, history: FleetHistory) -> tuple[Asked, ...]:
    """The plan's diagnostics as a SKU's machine would be asked, with measured minutes where there are enough."""
    known, planned = known_diagnostics(catalog.diagnostics), catalog.plans[plan].diagnostics
    said = []
    for item, each in zip(planned, preview_plan(catalog, plan, sku).diagnostics, strict=True):
        timed = history.durations.get((sku, each.diagnostic))
        measured = timed is not None and timed.times >= ENOUGH_TIMES and not each.skip
        said.append(
            Asked(
                each.diagnostic,
                round(timed.median_s / 60, 4) if timed and measured else each.expect_minutes,
                each.mandatory,
                {**known[each.diagnostic].params, **item.params},
                timed=timed.times if timed and measured else 0,
                skip=each.skip,
            )
        )
    return tuple(said)


def _usual(mix: FailureMix, catalog: Catalog) -> dict[str, Params]:
    """The default parameters of every diagnostic that the mix speaks of."""
    known = known_diagnostics(catalog.diagnostics)
    return {row.diagnostic: known[row.diagnostic].params for mode in mix.modes for row in mode.found_by}


def _params_by_plan(catalog: Catalog) -> Mapping[tuple[str, str], Params]:
    """With which parameters each plan asks each diagnostic, as the catalogue has it now."""
    known = known_diagnostics(catalog.diagnostics)
    return {
        (name, item.diagnostic): {**known[item.diagnostic].params, **item.params}
        for name, plan in catalog.plans.items()
        for item in plan.diagnostics
    }
