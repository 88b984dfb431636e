"""The forms that Redfish documents share."""

from collections.abc import Iterable
from typing import Any

Document = dict[str, Any]
ROOT = "/redfish/v1"


def link(path: str) -> Document:
    """A link to a resource."""
    return {"@odata.id": path}


def resource(kind: str, version: str, path: str = "", **properties: Any) -> Document:
    """A resource of a kind and schema version; one of a collection gets its place there."""
    place = {"@odata.id": path} if path else {}
    return {"@odata.type": f"#{kind}.{version}.{kind}", **place, "Name": kind} | properties


def collection(kind: str, path: str, members: Iterable[str]) -> Document:
    """A collection of links."""
    links = [link(member) for member in members]
    kind = f"{kind}Collection"
    return {
        "@odata.type": f"#{kind}.{kind}",
        "@odata.id": path,
        "Name": kind,
        "Members@odata.count": len(links),
        "Members": links,
    }


def status(health: str = "OK", state: str = "Enabled") -> Document:
    """Health and state; something that is absent has no health."""
    return {"State": state, "Health": health if state == "Enabled" else None}
