"""Which part a fact is about, by its name."""

import pytest

from gatehouse.model.readings import reading_of

PARTS = [
    ("gpu3.temp_c", "gpu3", "temp_c"),
    ("gpu3.link11.crc_errors.delta", "gpu3.link11", "crc_errors.delta"),
    ("mlx5_4.state", "mlx5_4", "state"),
    ("mlx5_bond_0.port1.lid", "mlx5_bond_0.port1", "lid"),
    ("ens1np0.chassis", "ens1np0", "chassis"),
    ("enp65s0f1np1.ttl", "enp65s0f1np1", "ttl"),
    ("hca2.port1.SymbolErrorCounter", "hca2.port1", "SymbolErrorCounter"),
    ("0000:3b:00.0.lnksta.width", "0000:3b:00.0", "lnksta.width"),
    ("gpus", "host", "gpus"),
    ("memory.corrected", "host", "memory.corrected"),
    ("host_to_device_memcpy_ce.row0.col1_gbps", "host", "host_to_device_memcpy_ce.row0.col1_gbps"),
    ("Inlet Temp.value", "host", "Inlet Temp.value"),
    ("gpu0", "host", "gpu0"),
]


@pytest.mark.parametrize(("fact", "part", "name"), PARTS)
def test_a_fact_is_about_the_device_that_it_begins_with(fact: str, part: str, name: str) -> None:
    """It should take a word that ends in a number for a device, and everything else for the host's."""
    reading = reading_of(fact, 1)
    assert (reading.part, reading.name) == (part, name)


def test_a_name_of_any_length_is_split_at_once() -> None:
    """It should not try all ways to read a long name that is none of a part."""
    reading = reading_of("a1" * 50_000 + "!", 1)
    assert reading.part == "host"
