"""Walking documents that a BMC made up: whatever they hold, every command has an answer and nothing leaves the BMC."""

import json
import time
from dataclasses import dataclass, field
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gatehouse.model.commands import Command, Ended
from gatehouse.model.hosts import Bmc
from gatehouse.transport.bmc_session import BmcLimits, Fetched
from gatehouse.transport.redfish_login import is_ours, path_of
from gatehouse.transport.redfish_talk import Talk
from gatehouse.transport.redfish_walk import Walk, expand_query
from gatehouse.transport.redfish_wire import Answer, Clock, Wire

LINKS = (
    *("/redfish/v1/Systems", "/redfish/v1/Systems/1", "/redfish/v1/", "/redfish/v1/a?$skip=1", "//evil/redfish", ""),
    *("https://evil/redfish/v1/", "/etc/passwd", "/redfish/../x", "/redfish/v1/ x", "/redfish/v1/\r\nHost: x"),
)
KEYS = (
    "Systems",
    "LogServices",
    "Entries",
    "Members",
    "@odata.id",
    "Members@odata.nextLink",
    "Members@odata.count",
    "1",
)
leaves = st.sampled_from([*LINKS, None, True, 0, -1, 2.5, 10**30, "x" * 2000])
documents = st.recursive(
    leaves,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(KEYS), inner, max_size=6),
    max_leaves=25,
)
ANY = Command("x", ("/redfish/v1/Systems/*", "/redfish/v1/Systems/*/LogServices/*/Entries", "/redfish/v1/Systems/1"))


@dataclass
class Pages(Wire):
    """A BMC that answers from a table, and 404 beside it."""

    table: dict[str, Any] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    def ask(self, method: str, path: str, limit_s: float, max_bytes: int, body: bytes = b"") -> Answer:
        self.asked.append(path)
        if path not in self.table:
            return Answer(404, {}, b"")
        return Answer(200, {}, json.dumps(self.table[path]).encode()[:max_bytes])


def pages(table: dict[str, Any]) -> Pages:
    return Pages(Bmc("127.0.0.1", 443, "c"), Clock(time.monotonic() + 60), 1.0, table=table)


def walked(wire: Pages, command: Command, expands: str = "") -> tuple[Fetched, ...]:
    return Walk(Talk(wire, BmcLimits(members=20, requests=200, entries=3)), expands).fetch(command)


@settings(max_examples=300, deadline=None)
@given(
    st.dictionaries(st.sampled_from([link for link in LINKS if is_ours(link)]), documents, max_size=4),
    st.sampled_from(["", "?$expand=."]),
)
def test_no_document_raises_or_leads_away(table: dict[str, Any], expands: str) -> None:
    """It should answer whatever the links say, ask only this BMC, and come to an end."""
    wire = pages(table)
    found = walked(wire, ANY, expands)
    assert found
    assert all(is_ours(path) for path in wire.asked)
    assert len(wire.asked) <= 200
    assert len({one.completed.command.key for one in found}) == len(found)
    expand_query(table.get("/redfish/v1/") if isinstance(table.get("/redfish/v1/"), dict) else {})


def collection(path: str, *names: str, **more: Any) -> dict[str, Any]:
    return {"@odata.id": path, "Members": [{"@odata.id": f"{path}/{name}"} for name in names], **more}


ROOT = {"Systems": {"@odata.id": "/redfish/v1/Systems"}}


def test_pages_of_a_collection_are_joined() -> None:
    """It should find the members of every page."""
    first = collection("/redfish/v1/Systems", "a", **{"Members@odata.nextLink": "/redfish/v1/Systems?$skip=1"})
    wire = pages({
        "/redfish/v1/": ROOT,
        "/redfish/v1/Systems": first,
        "/redfish/v1/Systems?$skip=1": collection("/redfish/v1/Systems", "b"),
        "/redfish/v1/Systems/a": {"Id": "a"},
        "/redfish/v1/Systems/b": {"Id": "b"},
    })  # fmt: skip
    assert [one.part for one in walked(wire, Command("x", ("/redfish/v1/Systems/*",)))] == ["system_a0", "system_b0"]


def test_two_members_that_are_called_alike_stay_apart() -> None:
    """It should not let one part's readings pass for another's."""
    names = ("A_1", "A-1")
    table = {f"/redfish/v1/Systems/{name}": {"Id": name} for name in names}
    wire = pages({"/redfish/v1/": ROOT, "/redfish/v1/Systems": collection("/redfish/v1/Systems", *names), **table})
    found = walked(wire, Command("x", ("/redfish/v1/Systems/*",)))
    assert [one.part for one in found] == ["system_A_1", "again_system_A_1"]


def test_one_member_that_is_broken_does_not_hide_the_others() -> None:
    """It should answer for each branch of the walk by itself."""
    wire = pages({
        "/redfish/v1/": ROOT,
        "/redfish/v1/Systems": collection("/redfish/v1/Systems", "1", "2"),
        "/redfish/v1/Systems/1": ["no object"],
        "/redfish/v1/Systems/2": {"Memory": {"@odata.id": "/redfish/v1/Systems/2/Memory"}},
        "/redfish/v1/Systems/2/Memory": {"@odata.id": "/redfish/v1/Systems/2/Memory"},
    })  # fmt: skip
    broken, good = walked(wire, Command("x", ("/redfish/v1/Systems/*/Memory",)))
    assert (broken.part, broken.completed.exit_code) == ("system_1", None)
    assert "is no JSON object" in broken.completed.note
    assert (good.part, good.completed.exit_code) == ("system_2", 0)


def test_a_newest_first_log_keeps_its_beginning() -> None:
    """It should take the newest entries at whichever end they stand."""
    path = "/redfish/v1/Systems/1/LogServices/L/Entries"
    entries = [{"Id": str(9 - n), "Created": f"2026-01-0{9 - n}T00:00:00Z"} for n in range(6)]
    table = {
        "/redfish/v1/": ROOT,
        "/redfish/v1/Systems": collection("/redfish/v1/Systems", "1"),
        "/redfish/v1/Systems/1": {"LogServices": {"@odata.id": "/redfish/v1/Systems/1/LogServices"}},
        "/redfish/v1/Systems/1/LogServices": collection("/redfish/v1/Systems/1/LogServices", "L"),
        "/redfish/v1/Systems/1/LogServices/L": {"Entries": {"@odata.id": path}},
        path: {"Members": entries[:4], "Members@odata.count": 6, "Members@odata.nextLink": f"{path}?page=2"},
        f"{path}?page=2": {"Members": entries[4:], "Members@odata.count": 6},
    }
    (log,) = walked(pages(table), Command("x", ("/redfish/v1/Systems/*/LogServices/*/Entries",)))
    assert [one["Id"] for one in json.loads(log.completed.stdout)["Members"]] == ["9", "8", "7"]
    assert log.completed.note == "the newest 3 of 6 entries"
    assert log.part == "system_1.log_L0"


def test_what_is_asked_twice_is_fetched_once() -> None:
    """It should remember collections for the visit: BMCs are slow."""
    wire = pages({"/redfish/v1/": ROOT, "/redfish/v1/Systems": collection("/redfish/v1/Systems")})
    walk = Walk(Talk(wire, BmcLimits()))
    for _ in range(3):
        assert walk.fetch(ANY)[0].completed.ended is Ended.MISSING
    assert sorted(wire.asked) == ["/redfish/v1/", "/redfish/v1/Systems"]


@pytest.mark.parametrize("link", LINKS)
def test_only_plain_paths_of_the_service_are_ours(link: str) -> None:
    """It should take no URL, no other path and no control character for a place on the BMC."""
    assert is_ours(link) is (link in LINKS[:4])


def test_a_location_is_followed_on_the_bmc_only() -> None:
    """It should know itself by its address and port."""
    wire = pages({})
    assert path_of("/redfish/v1/Systems/", wire) == "/redfish/v1/Systems/"
    assert path_of("https://127.0.0.1/redfish/v1/Systems", wire) == "/redfish/v1/Systems"
    assert path_of("https://127.0.0.1:444/redfish/v1/Systems", wire) is None
    assert path_of("https://127.0.0.2/redfish/v1/Systems", wire) is None
    assert path_of("//evil/redfish/v1/", wire) is None
    assert path_of("https://[/redfish", wire) is None
