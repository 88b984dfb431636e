"""Reads resources of a host's BMC by Redfish over HTTPS, and always answers for every command.

One TLS connection, one session of the BMC's few, given back at the end whatever happened in between.
"""

import time
from collections.abc import Sequence
from typing import Any

from gatehouse.model.commands import Command, Completed, Ended
from gatehouse.model.errors import UnreachableError
from gatehouse.model.hosts import Bmc, BmcLogin
from gatehouse.transport.bmc_session import BmcLimits, BmcSession, Fetched
from gatehouse.transport.redfish_login import REFUSED, log_in, log_out
from gatehouse.transport.redfish_talk import ROOT, Talk
from gatehouse.transport.redfish_walk import Walk, expand_query
from gatehouse.transport.redfish_wire import Clock, Wire, where

_ENTRY = Command("root", (ROOT,), limit_s=15.0, max_bytes=2**20)


def fetch_resources(
    bmc: Bmc, login: BmcLogin, commands: Sequence[Command], limits: BmcLimits | None = None
) -> BmcSession:
    """Fetch what ``commands`` ask for; the argv of each are patterns of resources, see :mod:`.redfish_walk`.

    A resource that came is EXITED with exit code 0, one that the BMC does not have is MISSING, and whatever else the
    BMC answers has its HTTP status for an exit code. Never raises for what a BMC does: ``error`` says why there was
    no session, and each command has an answer, be it NOT_RUN.
    """
    limits = limits or BmcLimits()
    wire = Wire(bmc, Clock(time.monotonic() + limits.total_s), limits.connect_s)
    session: str | None = None
    try:
        talk = Talk(wire, limits)
        root = _root(talk)
        session = log_in(wire, login, _linked(root, "Links", "Sessions"), _ENTRY.limit_s)
        walk = Walk(talk, expand_query(root or _root(talk)))  # some BMCs show their root only to those who are in
        return BmcSession(tuple(walk.fetch(command) for command in commands), connections=wire.connections)
    except UnreachableError as error:
        return _unreached(commands, error, wire.connections)
    finally:
        wire.clock.end = time.monotonic() + limits.logout_s
        log_out(wire, session, limits.logout_s)
        wire.close()


def _root(talk: Talk) -> dict[str, Any]:
    """The service's root; empty where the BMC shows it to nobody who is not logged in.

    Raises:
        UnreachableError: no answer, or not that of a Redfish service.
    """
    got = talk.read(ROOT, _ENTRY)
    if got.completed.exit_code in REFUSED and not talk.wire.headers:
        return {}
    if got.document is None:
        said = got.completed.note or "no JSON object"
        raise UnreachableError(f"{where(talk.wire.bmc)} answered, but not as a Redfish service: {said}")
    return got.document


def _linked(document: dict[str, Any], *names: str) -> Any:
    found: Any = document
    for name in (*names, "@odata.id"):
        found = found.get(name) if isinstance(found, dict) else None
    return found


def _unreached(commands: Sequence[Command], error: UnreachableError, connections: int) -> BmcSession:
    fetched = tuple((Fetched("", Completed(command, Ended.NOT_RUN, note=str(error))),) for command in commands)
    return BmcSession(fetched, error, connections)
