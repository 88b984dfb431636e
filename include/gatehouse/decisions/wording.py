"""How decisions put numbers and lists into words for people."""

import math
import re
from collections.abc import Iterable

SHOWN = 5
_PLURAL = re.compile(r"\b([a-z-]+)s\b")  # the first word that ends so is what is counted: our own words, not a tool's


def listed(items: Iterable[str], shown: int = SHOWN, between: str = ", ") -> str:
    """``a, b, c, d, e and 7 more``"""
    every = list(items)
    text = between.join(every[:shown])
    return text if len(every) <= shown else f"{text} and {len(every) - shown} more"


def counted(number: int, what: str, many: str = "") -> str:
    """``1 unit``, ``2 units``"""
    return f"{number:,} {what}" if number == 1 else f"{number:,} {many or what + 's'}"


def one_of(amount: float, of: str) -> str:
    """What is counted, in the singular where it is one: ``units to measure`` becomes ``unit to measure``."""
    return _PLURAL.sub(r"\1", of, count=1) if amount == 1 else of


def percent(fraction: float) -> str:
    """A fraction in per cent, rounded down to two decimals: a bound short of its floor must not read as the floor."""
    if not math.isfinite(fraction):
        return "unbounded"
    return f"{math.floor(fraction * 1e4 + 1e-6) / 100:g} %"


def decimal(value: float, digits: int = 5) -> str:
    """A number with so many significant digits, in full."""
    text = f"{value:.{digits}g}"
    return f"{float(text):,.0f}" if "e" in text and math.isfinite(value) and abs(value) >= 1 else text


def sentences(parts: Iterable[str]) -> str:
    """What there is to do, apart by semicolons; empty parts left out."""
    return "; ".join(part for part in parts if part)
