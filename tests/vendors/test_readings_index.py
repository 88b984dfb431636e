"""The index of what the readers give is what the recordings give now."""

import pytest
from write_readings import from_recordings

from gatehouse.model.readings import ToolReport
from gatehouse.model.status import Measured
from gatehouse.vendors.readings_index import READINGS, Gives, gives, part_kind, quantity_kind, readings_index
from gatehouse.vendors.registry import all_readers


def test_it_is_current() -> None:
    """It should fail after a recording or a reader changed, until it is written anew."""
    assert READINGS.read_text(encoding="utf-8") == from_recordings(), "run: python tests/vendors/write_readings.py"


def test_every_reader_gives_something() -> None:
    """It should know each tool, or no limit could ever speak of it."""
    assert set(readings_index()) == set(all_readers())


def test_what_has_no_value_proves_nothing() -> None:
    """It should leave out absent values and reports that are no measurement, and tell sorts apart."""
    good = ToolReport("x", Measured.COMPLETE, True, {"gpu3.temp_c": 40, "gpu3.name": None, "gpus": 8, "ok": True})
    bad = ToolReport("x", Measured.ERROR, False, {"gpu3.power_w": 1.0})
    assert gives([good, bad]) == {
        Gives("gpu#.temp_c", "number"),
        Gives("gpus", "number"),
        Gives("ok", "yes/no"),
    }


@pytest.mark.parametrize(
    ("part", "kind"),
    [
        ("gpu3.link11", "gpu#.link#"),
        ("host", "host"),
        ("0000:3b:00.0", "pci#"),
        ("3b:00.1.port2", "pci#.port#"),
        ("disk12", "disk#"),
    ],
)
def test_kinds_of_parts(part: str, kind: str) -> None:
    """It should let any number stand for all of them."""
    assert part_kind(part) == kind


def test_kinds_of_quantities() -> None:
    """It should take numbers between dots for any number, and leave those of words alone."""
    assert quantity_kind("xid.79.count") == "xid.#.count"
    assert quantity_kind("l3_cache_kib") == "l3_cache_kib"
