"""Fuzzes every reader for as long as it is given: ``make fuzz MINUTES=10``, or ``python tests/vendors/fuzz.py``.

It cuts, garbles, doubles and mixes the golden outputs, and the samples of real outputs where they are at hand.
Nothing may raise, hang, or make a fact of a cut output that the whole one does not have. What it finds is written to
a file, with the seed that makes it again.
"""

import argparse
import random
import sys
import time
import traceback
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from golden_pairs import completed, golden_pairs
from test_mangled import assert_honest
from test_samples import SAMPLES, rows

from gatehouse.model.status import Measured
from gatehouse.vendors.registry import all_readers, read

SLOW_S = 5.0  # for outputs of some kilobytes
Garble = Callable[[random.Random, bytes], bytes]


@dataclass(frozen=True, slots=True)
class Case:
    """One output to start from."""

    tool: str
    name: str
    output: bytes


def _cases() -> list[Case]:
    pairs = [Case(pair.tool, pair.name, pair.output) for pair in golden_pairs()]
    return pairs + [Case(row["tool"], row["file"], (SAMPLES / row["file"]).read_bytes()) for row in rows()]


def _flipped(chance: random.Random, data: bytes) -> bytes:
    changed = bytearray(data)
    for _ in range(chance.randint(1, 20)):
        changed[chance.randrange(len(changed))] = chance.randrange(256)
    return bytes(changed)


def _lines_shuffled(chance: random.Random, data: bytes) -> bytes:
    lines = data.split(b"\n")
    for _ in range(chance.randint(1, 5)):
        at, to = chance.randrange(len(lines)), chance.randrange(len(lines))
        lines.insert(to, lines[at] if chance.random() < 0.5 else lines.pop(at))
    return b"\n".join(lines)


def _numbers_changed(chance: random.Random, data: bytes) -> bytes:
    wild = [b"-1", b"N/A", b"99999999999999999999", b"1e309", b"NaN", b"0x", b"1,5", b"", b"\xe2\x88\x9e", b"65535"]
    pieces = data.split(b" ")
    for _ in range(chance.randint(1, 8)):
        pieces[chance.randrange(len(pieces))] = chance.choice(wild)
    return b" ".join(pieces)


def _spliced(chance: random.Random, data: bytes) -> bytes:
    at, to = sorted(chance.randrange(len(data) + 1) for _ in range(2))
    return chance.choice([data[:at] + data[to:], data[:to] + data[at:], data + data[at:to], data[at:to]])


def _recoded(chance: random.Random, data: bytes) -> bytes:
    return chance.choice([
        data.replace(b"\n", b"\r\n"), data.replace(b" ", b"\t"), data.decode(errors="replace").encode("utf-16"),
        data[: len(data) // 2] + b"\0" * chance.randint(1, 9) + data[len(data) // 2 :], b"\x1b[31m" + data + b"\x1b[0m",
        data.upper(), data.replace(b":", b" :"),
    ])  # fmt: skip


GARBLES: tuple[Garble, ...] = (_flipped, _lines_shuffled, _numbers_changed, _spliced, _recoded)


def problems(case: Case, chance: random.Random) -> Iterator[tuple[str, bytes]]:
    """What goes wrong with one garbled and one cut form of an output."""
    if not case.output:
        return
    data = case.output
    for _ in range(chance.randint(1, 3)):
        data = chance.choice(GARBLES)(chance, data) or case.output
    tool = case.tool if chance.random() < 0.9 else chance.choice(sorted(all_readers()))
    yield from ((why, data) for why in _trouble(tool, data))
    cut = case.output[: chance.randrange(len(case.output))]
    if cut.endswith(b"\n"):
        return  # a cut at a line's end cannot be told from a shorter output
    try:
        assert_honest(read(case.tool, completed(cut)), read(case.tool, completed(case.output)), f"cut at {len(cut)}")
    except AssertionError as error:
        yield str(error).splitlines()[0], cut


def _trouble(tool: str, data: bytes) -> Iterator[str]:
    began = time.monotonic()
    try:
        report = read(tool, completed(data))
    except Exception:  # noqa: BLE001 -- whatever it is, it is what we look for
        yield f"{tool} raised: {traceback.format_exc(limit=-3)}"
        return
    if time.monotonic() - began > SLOW_S:
        yield f"{tool} took {time.monotonic() - began:.1f} s"
    if report.status is Measured.ERROR and not report.errors:
        yield f"{tool} says ERROR and not why"
    if report.status is Measured.ERROR and report.complete:
        yield f"{tool} says ERROR and complete"


def main() -> int:
    """Fuzz until the time is up; 1 when something was found."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=10.0)
    parser.add_argument("--seed", type=int, default=time.time_ns() % 2**32)
    parser.add_argument("--tool", help="only this tool's outputs")
    parser.add_argument("--found", type=Path, default=Path("fuzz-found"), help="folder for what is found")
    asked = parser.parse_args()
    cases = [case for case in _cases() if asked.tool in (None, case.tool)]
    found: Counter[str] = Counter()
    turn, until = 0, time.monotonic() + 60 * asked.minutes
    while time.monotonic() < until:
        chance = random.Random(asked.seed + turn)
        case = cases[turn % len(cases)]
        for why, data in problems(case, chance):
            if found[f"{case.tool}: {why[:60]}"] == 0:
                asked.found.mkdir(exist_ok=True)
                (asked.found / f"{case.tool}-{asked.seed + turn}.bin").write_bytes(data)
                print(f"{case.tool} {case.name} (--seed {asked.seed + turn}): {why}", file=sys.stderr)
            found[f"{case.tool}: {why[:60]}"] += 1
        turn += 1
    print(f"{turn} outputs of {len(cases)} cases fuzzed, seed {asked.seed}: {sum(found.values())} found")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
