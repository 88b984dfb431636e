"""Answers the Redfish requests of one host from its model as it is now."""

from typing import Any

from gatehouse.lab.bmc.behaviours import changed
from gatehouse.lab.bmc.documents import ROOT
from gatehouse.lab.bmc.http import Request, Response, document, error
from gatehouse.lab.bmc.sessions import Sessions
from gatehouse.lab.bmc.tree import SESSIONS, Tree, generation_of, tree
from gatehouse.lab.machine.machine import Machine

PAGE = 50  # members of a page of a log


def answer(machine: Machine, request: Request, sessions: Sessions) -> Response:
    """What the BMC answers to a request."""
    path = request.path.rstrip("/")
    behaviour = machine.bmc.behaviour
    if path == SESSIONS and request.method == "POST":
        if behaviour == "no_sessions":
            return error(404, "This service has no sessions.")
        refused = error(401, "The user name or password is wrong.")
        return refused if behaviour == "login_refused" else sessions.log_in(machine.name, request)
    if path != ROOT and not sessions.allows(machine.name, request):
        return error(401, "Log in first.")
    if path.startswith(f"{SESSIONS}/") and request.method == "DELETE":
        return sessions.log_out(machine.name, path)
    if request.method != "GET":
        return error(405, "This service only reads.")
    return _resource(machine, path, request)


def _resource(machine: Machine, path: str, request: Request) -> Response:
    resources = tree(machine)
    if path not in resources:
        return error(404, f"The resource at {path} was not found.")
    found = resources[path]()
    if generation_of(machine) == "new":
        if request.query.get("$expand", "").startswith("."):
            found = _expanded(found, resources)
        if path.endswith("/Entries"):
            skip = request.query.get("$skip", "0")
            found = _page(found, int(skip) if skip.isdecimal() else 0)
    return document(changed(machine.bmc.behaviour, found))


def _expanded(found: dict[str, Any], resources: Tree) -> dict[str, Any]:
    members = [resources.get(str(one.get("@odata.id")), lambda one=one: one)() for one in found.get("Members", ())]
    return found | {"Members": members} if "Members" in found else found


def _page(found: dict[str, Any], skip: int) -> dict[str, Any]:
    members = found["Members"]
    following = {"Members@odata.nextLink": f"{found['@odata.id']}?$skip={skip + PAGE}"}
    return found | {"Members": members[skip : skip + PAGE]} | (following if len(members) > skip + PAGE else {})
