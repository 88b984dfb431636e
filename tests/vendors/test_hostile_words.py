"""A word where a number belongs, of any kind that a machine has printed or an attacker may print, hurts no reader."""

import random
import re

import pytest
from golden_pairs import GoldenPair, completed, golden_pairs

from gatehouse.vendors.registry import read

PAIRS = golden_pairs()
WORDS = (b"9" * 5000, b"0xZZ", b"0x", b"", b"-", b"1e999", b"NaN", b"1.2.3", b"1,2,3", b"--1", b"%s", "²".encode())
TOKEN = re.compile(rb"0x[0-9a-fA-F]+|\d+(?:\.\d+)?")
MOST_BYTES = 20_000


@pytest.mark.parametrize("pair", PAIRS, ids=[f"{pair.tool}-{pair.name}" for pair in PAIRS])
def test_a_word_for_a_number(pair: GoldenPair) -> None:
    """It should answer, with facts or an error, whatever stands where a number did."""
    chance = random.Random(pair.name)
    output = pair.output[:MOST_BYTES]
    numbers = list(TOKEN.finditer(output))
    for word in WORDS if numbers else ():
        changed = output
        for number in sorted(chance.sample(numbers, min(len(numbers), 12)), key=re.Match.start, reverse=True):
            changed = changed[: number.start()] + word + changed[number.end() :]
        report = read(pair.tool, completed(changed))
        assert report.tool == pair.tool
