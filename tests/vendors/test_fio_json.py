"""fio's JSON: units by version, errors by number, and nothing timed where nothing ran."""

import json
from typing import Any

import pytest
from recordings import found, reading

from gatehouse.model.status import Measured


def run(**job: Any) -> str:
    """One job."""
    return json.dumps({"fio version": "fio-3.33", "jobs": [{"jobname": "j", "error": 0, **job}]})


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (84, ("hardware", "storage", "fio.verify")),
        (5, ("hardware", "storage", "fio.io_error")),
        (28, ("configuration", "storage", "fio.no_space")),
        (30, ("configuration", "storage", "fio.read_only")),
        (22, ("tool_error", "storage", "fio.error")),
    ],
)
def test_whose_trouble_an_error_is(error: int, expected: tuple[str, str, str]) -> None:
    """It should blame storage for wrong or lost data only."""
    report = reading("fio-json", run(error=error), exit_code=1)
    assert found(report) == [expected]
    assert report.facts["job0.error"] == error
    assert report.complete, "a job's error is an answer, not trouble of fio"


def test_microseconds_become_nanoseconds() -> None:
    """It should multiply what fio 2 prints, by the name of its key."""
    new = reading("fio-json", run(read={"total_ios": 1, "lat_ns": {"mean": 2500.0}})).facts
    old = reading("fio-json", run(read={"total_ios": 1, "lat": {"mean": 2.5}})).facts
    assert new["job0.read.lat_mean_ns"] == old["job0.read.lat_mean_ns"] == 2500.0


def test_nothing_ran_nothing_was_timed() -> None:
    """It should not report a latency of 0 for a way without operations."""
    facts = reading("fio-json", run(write={"total_ios": 0, "bw": 0, "lat_ns": {"mean": 0.0}})).facts
    assert facts["job0.write.total_ios"] == 0
    assert facts["job0.write.lat_mean_ns"] is None


def test_client_mode() -> None:
    """It should read the jobs that a client collected."""
    text = json.dumps({"fio version": "fio-3.33", "client_stats": [{"jobname": "All clients", "error": 0}]})
    assert reading("fio-json", text).facts["job0.name"] == "All clients"


def test_infinite_numbers() -> None:
    """It should be unknown what fio divides by zero."""
    text = '{"fio version": "fio-3.1", "jobs": [{"error": 0, "read": {"total_ios": 1, "iops": NaN, "bw": Infinity}}]}'
    assert reading("fio-json", text).facts["job0.read.iops"] is None


@pytest.mark.parametrize("text", ["{}", '{"fio version": "fio-3.33", "jobs": []}', '{"jobs": [{}]}', run()[:-3]])
def test_what_is_no_run(text: str) -> None:
    """It should refuse it."""
    assert reading("fio-json", text).status is Measured.ERROR
