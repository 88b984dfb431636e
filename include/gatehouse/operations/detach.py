"""Decides which commands of a plan run detached, and under which name on the host."""

import hashlib
import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from gatehouse.operations.ask_plan import AskedCommand

# A command that may take longer than a quarter of an hour outlives too much: a deployment, a reconnect, a lunch.
DETACH_OVER_S = 900.0
_LONGEST_KEY = 80


def detached(
    asked: Sequence[AskedCommand], round_id: str, opened_at: datetime, serial: str
) -> tuple[AskedCommand, ...]:
    """The commands of a unit, with a job's name on each whose limit is over a quarter of an hour.

    The same unit, round and command have the same name for ever, so that every visitor finds the same job; a round of
    the same id in another store (``opened_at`` differs) has another.
    """
    return tuple(
        replace(one, command=replace(one.command, job=_name(one.command.key, round_id, opened_at, serial)))
        if one.command.limit_s > DETACH_OVER_S
        else one
        for one in asked
    )


def _name(key: str, round_id: str, opened_at: datetime, serial: str) -> str:
    identity = "\0".join((round_id, f"{opened_at.timestamp():.6f}", serial, key))
    readable = re.sub(r"[^a-z0-9_-]", "-", key.lower())[:_LONGEST_KEY]
    return f"{readable}.{hashlib.sha256(identity.encode()).hexdigest()[:16]}"
