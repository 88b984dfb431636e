"""A store as a long phase leaves it: 1,000 units, 200 readings a unit and round, filled by COPY.

Most results are good. One in a thousand is a FAIL, three are errors, one round in ten is inadmissible, and some results
are set aside: what a gate must look past is there to be looked past.
"""

import io
import json
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

READINGS = 200  # of a unit in a round
VARIANTS = 40  # as many different values does a reading have
START = datetime(2026, 1, 5, 6, tzinfo=UTC)
EVERY = timedelta(hours=24)  # a round a day
BAD_ROUND = 10  # every tenth round is inadmissible
GPUS = 8


@dataclass(frozen=True, slots=True)
class Filling:
    """What is filled: a gate's rounds of some units, each with some diagnostics."""

    program: str
    phase: str
    serials: Sequence[str]
    diagnostics: Sequence[str]

    @property
    def results(self) -> int:
        """Results of a round."""
        return len(self.serials) * len(self.diagnostics)


def fill(cursor: Any, filling: Filling, rounds: range) -> None:
    """File and judge rounds ``rounds`` (numbers from 1). The same numbers give the same rows."""
    for number in rounds:
        _round(cursor, filling, number)
        _copy(cursor, "result (id, round_id, serial, diagnostic, measured, verdict, severity, action, reason, "
                      "started_at, duration_s, recorded_at)", _results(filling, number))  # fmt: skip
        _copy(cursor, "reading (result_id, part, name, number, word, unit, low, high)", _readings(filling, number))
        cursor.execute("SELECT setval(pg_get_serial_sequence('result', 'id'), %s)", (_last_id(filling, number),))
        if number % 5 == 0:
            _set_aside(cursor, filling, number)
    cursor.execute("ANALYZE")


def started(number: int) -> datetime:
    """When a round began."""
    return START + number * EVERY


def _round(cursor: Any, filling: Filling, number: int) -> None:
    name, at = _name(filling, number), started(number)
    sound = number % BAD_ROUND != BAD_ROUND - 1
    problems = [] if sound else [{"text": "two hosts claim one serial number", "blocking": True}]
    cursor.execute(
        "INSERT INTO round (id, program, phase, plan, number, requested_by, reason, created_at, spec, judged_at, "
        "admissible, problems) VALUES (%s, %s, %s, 'dvt', %s, 'bench', '', %s, '{}', %s, %s, %s)",
        (name, filling.program, filling.phase, number, at, at + EVERY / 2, sound, json.dumps(problems)),
    )
    _copy(cursor, "round_unit (round_id, serial, host, site, sku, measured_at)",
          (f"{name}\t{serial}\t{serial}\thall-{i % 2}\th100-8x\t{at.isoformat()}\n"
           for i, serial in enumerate(filling.serials)))  # fmt: skip


def _results(filling: Filling, number: int) -> Iterator[str]:
    name, began = _name(filling, number), started(number)
    dice = random.Random(number)  # noqa: S311 -- a filling, not a secret
    result_id = _last_id(filling, number - 1)
    for unit, serial in enumerate(filling.serials):
        for turn, diagnostic in enumerate(filling.diagnostics):
            result_id += 1
            at = (began + timedelta(seconds=30 * turn + unit % 600)).isoformat()
            thrown = dice.random()
            if thrown < 0.001:
                said = "COMPLETE\tFAIL\tmajor\tDEEP_DIAG\tgpu3 temp_c is 97 degC, must be at most 85 degC"
            elif thrown < 0.004:
                said = "ERROR\tNOT_APPLICABLE\t\\N\tNONE\ttool: no answer in time"
            else:
                said = "COMPLETE\tPASS\t\\N\tNONE\t"
            yield f"{result_id}\t{name}\t{serial}\t{diagnostic}\t{said}\t{at}\t30\t{at}\n"


def _readings(filling: Filling, number: int) -> Iterator[str]:
    result_id = _last_id(filling, number - 1)
    for unit in range(len(filling.serials)):
        for turn in range(len(filling.diagnostics)):
            result_id += 1
            block = _block(turn, len(filling.diagnostics), (unit * 7 + number * 3) % VARIANTS)
            yield block.replace("@", str(result_id))


@cache
def _block(turn: int, turns: int, variant: int) -> str:
    """The readings of one result, with @ for its id. The first diagnostic has bandwidths of GPUs, and hours."""
    count = READINGS // turns + (turn < READINGS % turns)
    named = [f"gpu{gpu}\tbusbw_gbps\t{460 + variant / 10 + gpu / 7}" for gpu in range(GPUS)] + [f"\thours\t{2}"]
    names = named if turn == 0 else []
    names += [f"gpu{n % GPUS}\treading_{turn}_{n // GPUS}\t{variant + n}" for n in range(count - len(names))]
    return "".join(f"@\t{line}\t\\N\t\t\\N\t\\N\n" for line in names)


def _set_aside(cursor: Any, filling: Filling, number: int) -> None:
    ids = range(_last_id(filling, number - 1) + 1, _last_id(filling, number), max(1, filling.results // 3))
    cursor.executemany(
        "INSERT INTO set_aside (result_id, who, reason) VALUES (%s, 'bench', 'a loose cable')", [(i,) for i in ids]
    )


def _copy(cursor: Any, into: str, lines: Iterator[str]) -> None:
    cursor.copy_expert(f"COPY {into} FROM STDIN", io.StringIO("".join(lines)))


def _name(filling: Filling, number: int) -> str:
    return f"{filling.program}-{filling.phase}-{number:03d}"


def _last_id(filling: Filling, number: int) -> int:
    return number * filling.results
