"""How a round's units are spread over mapped tasks: one a host in small builds, one a shard in large ones."""

from collections.abc import Sequence
from typing import TypedDict

SINGLE_UP_TO = 16  # hosts; a task instance costs 0.2 to 0.5 CPU-seconds whatever it does (docs/adr/0004)
SHARD_SIZE = 50


class Shard(TypedDict):
    """Some units of a round under one name, small enough for XCom."""

    name: str
    serials: list[str]


def shards(units: Sequence[tuple[str, str]]) -> list[Shard]:
    """(host, serial) pairs as shards: each host by itself up to 16 of them, else 50 a shard, named by their ends."""
    if len(units) <= SINGLE_UP_TO:
        return [Shard(name=host, serials=[serial]) for host, serial in units]
    pieces = [units[i : i + SHARD_SIZE] for i in range(0, len(units), SHARD_SIZE)]
    return [Shard(name=_span([h for h, _ in piece]), serials=[s for _, s in piece]) for piece in pieces]


def _span(hosts: Sequence[str]) -> str:
    return hosts[0] if len(hosts) == 1 else f"{hosts[0]} … {hosts[-1]} ({len(hosts)})"
