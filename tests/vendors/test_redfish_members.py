"""Expanded collections: each member under its address, and nothing that is missing passes for whole."""

import json
from typing import Any

import pytest
from golden_pairs import completed

from gatehouse.model.status import Measured
from gatehouse.vendors.registry import read


def collection(*members: Any, **more: Any) -> bytes:
    return json.dumps({"@odata.id": "/redfish/v1/Systems/1/Memory", "Members": members, **more}).encode()


def dimm(name: str, **more: Any) -> dict[str, Any]:
    path = f"/redfish/v1/Systems/1/Memory/{name}"
    return {"@odata.type": "#Memory.v1_17_0.Memory", "@odata.id": path, "Id": name, **more}


def test_a_member_that_reports_an_error_leaves_a_hole() -> None:
    """It should keep the members that are well told, and say which is not."""
    broken = {"@odata.id": "/redfish/v1/Systems/1/Memory/A2", "error": {"message": "busy"}}
    report = read("redfish-members", completed(collection(dimm("A1", CapacityMiB=65536), broken)))
    assert report.status is Measured.COMPLETE
    assert not report.complete
    assert report.facts["dimm_A1.capacity_mib"] == 65536
    assert report.errors == ("dimm_A2: the BMC answered with an error: busy",)


@pytest.mark.parametrize("member", [None, 5, "text", [], {}, {"Id": "A1"}, {"@odata.id": 7}])
def test_a_member_of_any_shape_is_a_hole_and_no_traceback(member: Any) -> None:
    """It should call an odd member what it is: not told of."""
    report = read("redfish-members", completed(collection(member)))
    assert not report.complete
    assert report.errors


@pytest.mark.parametrize(
    ("document", "said"),
    [
        ({"error": {"message": "busy"}}, "the BMC answered with an error: busy"),
        ({"@odata.id": "/redfish/v1/Systems/1", "Id": "1"}, "not a collection"),
        ([], "not a Redfish resource"),
    ],
)
def test_what_is_no_collection_is_unreadable(document: Any, said: str) -> None:
    """It should say what came instead."""
    report = read("redfish-members", completed(json.dumps(document).encode()))
    assert report.status is Measured.ERROR
    assert said in report.errors[0]


def test_a_count_that_is_not_kept_is_a_hole() -> None:
    """It should hold the declared number against what is listed."""
    report = read("redfish-members", completed(collection(dimm("A1"), **{"Members@odata.count": 2})))
    assert report.errors == ("2 members declared, 1 listed",)
