"""The OCP health log of NVMe drives."""

import json

import pytest
from recordings import found, reading

from gatehouse.model.status import Measured

BASE = {"Physical media units written": {"hi": 0, "lo": 1}, "Log page version": 3}


def test_wide_counters() -> None:
    """It should join both halves of a 128-bit counter."""
    document = BASE | {"Physical media units read": {"hi": 2, "lo": 3}}
    assert reading("nvme-ocp-smart-json", json.dumps(document)).facts["physical_media_units_read"] == 2 * 2**64 + 3


def test_half_a_counter_is_unknown() -> None:
    """It should not take the low half for the whole."""
    document = BASE | {"Physical media units read": {"lo": 3}}
    assert reading("nvme-ocp-smart-json", json.dumps(document)).facts["physical_media_units_read"] is None


@pytest.mark.parametrize("name", ["Uncorrectable read error count", "End to end detected errors"])
def test_lost_data_is_a_finding(name: str) -> None:
    """It should judge errors that reached the host, and not their absence."""
    assert len(found(reading("nvme-ocp-smart-json", json.dumps(BASE | {name: 1})))) == 1
    assert not found(reading("nvme-ocp-smart-json", json.dumps(BASE | {name: 0})))


@pytest.mark.parametrize("text", ["[1]", '{"critical_warning": 0, "percent_used": 1}'])
def test_another_log(text: str) -> None:
    """It should refuse it."""
    assert reading("nvme-ocp-smart-json", text).status is Measured.ERROR
