"""One lab: a fleet, its faults and its folder, run by an event loop."""

import os
import platform
import secrets
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from gatehouse.lab.bmc.credentials import BmcCredentials
from gatehouse.lab.bmc.server import BmcFleet
from gatehouse.lab.bmc.sessions import BMC_USER
from gatehouse.lab.faultbook import FaultBook
from gatehouse.lab.host import LabHost
from gatehouse.lab.machine.machine import first_boot
from gatehouse.lab.plan import THIS_MACHINE, FleetPlan, PlannedHost
from gatehouse.lab.scenario import FaultSpec, Scenario
from gatehouse.lab.server.connection import LAB_USER
from gatehouse.lab.server.fleet import Fleet
from gatehouse.lab.server.keys import LabKeys
from gatehouse.lab.server.listening import free_port
from gatehouse.lab.state import BMC_CONNECTION, CONNECTION, SITE, StateFolder
from gatehouse.lab.this_machine import discover
from gatehouse.lab.tools.clock import DEFAULT_TIME_SCALE
from gatehouse.model.errors import NotFoundError, RefusedError
from gatehouse.model.hosts import Bmc, BmcLogin, Endpoint, Host, Login
from gatehouse.transport import job_script

DEFAULT_PORT = 2222
_BMC_PORT_OFFSET = 10_000  # a BMC listens at its host's address, so many ports further
_HIGHEST_PORT = 65_535
_THIS_MACHINE_ADDRESS = "127.19.0.1"
_FREE_PORT_TRIES = 5


class Lab:
    """A lab that can be started once. Everything but the constructor runs in its event loop's thread."""

    def __init__(
        self,
        plan: FleetPlan,
        scenario: Scenario,
        state: Path,
        *,
        port: int = DEFAULT_PORT,
        time_scale: float = DEFAULT_TIME_SCALE,
        fresh: bool = False,
        user_key: Path | None = None,
    ) -> None:
        self.plan, self.scenario, self.time_scale = plan, scenario, time_scale
        self.folder = StateFolder(state)
        self._port, self._fresh, self._user_key = port, fresh, user_key
        self.planned: dict[str, PlannedHost] = {host.name: host for host in plan.hosts()}
        self.hosts: dict[str, Host] = {}
        self.started_s = 0.0

    def start(self) -> None:
        """Take the folder, listen for every host, write the inventory. Call it inside the running loop.

        Raises:
            RefusedError: the folder or a port is taken.
            CatalogError: the scenario does not fit the fleet.
        """
        self.folder.take()
        try:
            self._start()
        except BaseException:
            self.folder.release()
            raise

    def _start(self) -> None:
        self.started_s = time.time()
        if self._fresh:
            self.folder.forget()
        self._memory = self.folder.read_memory(self.started_s)
        self.keys = LabKeys(self.folder.path, self._user_key)
        self.credentials = BmcCredentials(self.folder.path)
        self.book = FaultBook(self.planned, self.started_s)
        self.book.place_all(self.scenario)
        for spec in self._memory.injected:
            self.book.place(spec)
        self.book.cleared = self._memory.cleared
        self._labs = {name: self._host(planned) for name, planned in self.planned.items()}
        self._listen()
        self.folder.write_inventory(self.hosts.values())
        self._remember()

    def _host(self, planned: PlannedHost) -> LabHost:
        boot = self._memory.boots.get(planned.name) or first_boot(planned.serial, self._memory.first_started_s)
        host = LabHost(planned, self.book, boot, time_scale=self.time_scale)
        host.jobs.remember(self._memory.jobs.get(planned.name, []))
        host.jobs.on_change = self._remember
        return host

    def _listen(self) -> None:
        for attempt in range(_FREE_PORT_TRIES):
            port = self._port or free_port()
            self._fleet = Fleet(self._labs, self.keys, self.time_scale)
            self._fleet.on_change = self._remember
            self.bmcs = BmcFleet(self._labs, self.credentials)
            endpoints, bmcs = self._endpoints(port), self._endpoints(_bmc_port(port))
            bmcs.pop(THIS_MACHINE, None)
            try:
                self._fleet.open(endpoints)
                self.bmcs.open(bmcs)
            except RefusedError:
                self._fleet.close_listeners()
                self.bmcs.close_listeners()
                if self._port or attempt == _FREE_PORT_TRIES - 1:
                    raise
                continue
            self._fleet.watch()
            break
        self.hosts = {name: self._entry(name, *endpoints[name], bmcs.get(name)) for name in endpoints}

    def _endpoints(self, port: int) -> dict[str, tuple[str, int]]:
        """Each host's address and port; only Linux answers on all of 127/8, elsewhere each host has a port."""
        addresses = {name: planned.address for name, planned in self.planned.items()}
        if self.plan.this_machine:
            addresses[THIS_MACHINE] = _THIS_MACHINE_ADDRESS
        if platform.system() == "Linux":
            return {name: (address, port) for name, address in addresses.items()}
        return {name: ("127.0.0.1", port + place) for place, name in enumerate(addresses)}

    def _entry(self, name: str, address: str, port: int, bmc: tuple[str, int] | None) -> Host:
        endpoint = Endpoint(address, port, self.keys.host_public(name))
        if name == THIS_MACHINE:
            serial = discover().serial
            return Host(name, serial, THIS_MACHINE, SITE, THIS_MACHINE, "EVT", endpoint, CONNECTION)
        one, pin = self.planned[name], self.credentials.fingerprint.removeprefix("sha256:")
        reached = Bmc(*bmc, BMC_CONNECTION, pin) if bmc else None
        return Host(name, one.serial, one.sku, SITE, one.program, one.build, endpoint, CONNECTION, reached)

    async def stop(self) -> None:
        """End every connection and give the folder back."""
        await self._fleet.close()
        await self.bmcs.close()
        self._remember()
        self.folder.release()

    @property
    def login(self) -> Login:
        """The user and key that every host of the lab accepts."""
        return Login(LAB_USER, self.keys.user_private)

    @property
    def bmc_login(self) -> BmcLogin:
        """The user and password that every BMC of the lab accepts."""
        return BmcLogin(BMC_USER, self.credentials.password)

    def inject(self, spec: FaultSpec) -> list[str]:
        """Place a fault from now on (or from ``from`` seconds after now); the hosts it is on.

        Raises:
            UsageError: it fits no host.
        """
        now = datetime.now(UTC)
        placed = spec.model_copy(
            update={name: _absolute(getattr(spec, name), now) for name in ("from_", "until")}
            | ({"id": f"{spec.id}-{secrets.token_hex(3)}"} if self._has(spec.id) else {})
        )
        hosts = self.book.place(placed)
        self._memory.injected.append(placed)
        self._changed()
        return hosts

    def _has(self, fault_id: str) -> bool:
        return any(one.spec.id == fault_id for placed in self.book.placed.values() for one in placed)

    def repair(self, host: str, fault: str = "") -> list[str]:
        """End a fault (by id or by name) on a host, or all of them; the ids of those that were ended.

        Nobody swaps a part of a running machine: the host has booted again since, and its kernel log begins anew.
        """
        one = self._known(host)
        ended = self.book.clear(host, "repair", fault)
        if ended:
            one.reboot()
        self._changed()
        return ended

    def reboot(self, host: str) -> list[str]:
        """Boot a host again; the ids of the faults that this ended."""
        self._known(host)
        return self._fleet.reboot(host)

    def kill_jobs(self, host: str) -> list[str]:
        """Kill every job that runs on a host, as its kernel does when memory runs out; their names."""
        return self._known(host).jobs.end_all(job_script.KILLED)

    def _known(self, host: str) -> LabHost:
        if host not in self._labs:
            raise NotFoundError(f"the lab has no simulated host {host!r}")
        return self._labs[host]

    def _changed(self) -> None:
        self._fleet.refresh()
        self._remember()

    def _remember(self) -> None:
        self._memory.cleared = self.book.cleared
        self._memory.boots = {name: host.boot for name, host in self._labs.items() if host.boot.count}
        self._memory.jobs = {name: kept for name, host in self._labs.items() if (kept := host.jobs.as_json())}
        self.folder.write_memory(self._memory)

    def faults(self) -> list[dict[str, Any]]:
        """Every fault that is on a host now."""
        now_s = time.time()
        return [
            {"host": name, "id": one.spec.id, "fault": one.spec.fault, "part": one.spec.part, "group": one.spec.group}
            for name in self.book.placed
            for one in self.book.active(name, now_s, self._labs[name].boot, self._labs[name].looks)
        ]

    def status(self) -> dict[str, Any]:
        """How the lab stands, as plain data."""
        return {
            "pid": os.getpid(),
            "hosts": len(self.hosts),
            "faults": len(self.faults()),
            "connections": self._fleet.connections,
            "started_s": self.started_s,
            "port": next((host.endpoint.port for host in self.hosts.values()), 0),
            "user": LAB_USER,
            "inventory": str(self.folder.inventory_file),
        }


def _bmc_port(port: int) -> int:
    return port + (_BMC_PORT_OFFSET if port + _BMC_PORT_OFFSET <= _HIGHEST_PORT else -_BMC_PORT_OFFSET)


def _absolute(when: float | datetime | None, now: datetime) -> datetime | None:
    if when is None or isinstance(when, datetime):
        return when
    return now + timedelta(seconds=when)
