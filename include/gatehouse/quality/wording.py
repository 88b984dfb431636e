"""Words for people about rows of data. What machines said is bounded and stripped of what does not print."""

from collections.abc import Callable, Sequence

import pandas as pd  # type: ignore[import-untyped]  # pandas ships no types

_NUMBERS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
_MAX_TEXT = 60  # characters of one name
_MAX_ITEMS = 6  # items of one list
_PER_HOST = 3
_MINUTE_S, _HOUR_S, _DAY_S = 60.0, 3600.0, 86400.0

Say = Callable[[pd.Series], str]


def shown(text: object) -> str:
    """A name as it may be printed: no control characters, at most 60 characters."""
    said = str(text)
    start = "".join(char if char.isprintable() else "\N{REPLACEMENT CHARACTER}" for char in said[:_MAX_TEXT])
    return start if len(said) <= _MAX_TEXT else start[:-1] + "…"


def listed(items: Sequence[str], most: int = _MAX_ITEMS, total: int = 0) -> str:
    """``a, b, c``, or ``a, b and 12 more``. ``total`` is how many there are where ``items`` are only the first."""
    rest = max(total, len(items)) - most
    return ", ".join(items[:most]) + (f" and {rest:,} more" if rest > 0 else "")


def counted(number: int, noun: str, plural: str = "") -> str:
    """``two units``, ``1,200 units``, ``one unit``."""
    word = _NUMBERS[number] if 0 <= number < len(_NUMBERS) else f"{number:,}"
    return f"{word} {noun if number == 1 else plural or noun + 's'}"


def hosts_of(rows: pd.DataFrame) -> str:
    """The hosts of some rows, in order."""
    return listed([shown(host) for host in sorted(rows["host"].astype("str").unique())])


def each(rows: pd.DataFrame, say: Say) -> str:
    """``host: one, two and 3 more; host: …``: what there is to say of each row, by host."""
    hosts = sorted(rows["host"].astype("str").unique())
    said = [_of_host(rows, host, say) for host in hosts[:_MAX_ITEMS]]
    rest = len(hosts) - len(said)
    return "; ".join(said) + (f"; and {counted(rest, 'more host')}" if rest else "")


def _of_host(rows: pd.DataFrame, host: str, say: Say) -> str:
    mine = rows[rows["host"] == host]
    leading = [name for name in ("diagnostic", "part", "name", "unit") if name in mine.columns]
    # By every column, so that the order in which rows came makes no difference.
    first = mine.sort_values([*leading, *mine.columns.difference(leading)]).head(_PER_HOST)
    said = [say(row) for _, row in first.iterrows()]
    return f"{shown(host)}: {listed(said, _PER_HOST, len(mine))}"


def number(value: float) -> str:
    """A number in few digits: ``1,200``, ``0.25``, ``inf``, ``nan``."""
    return f"{value:,.6g}"


def span(seconds: float) -> str:
    """A length of time in the largest unit that gives at least two: ``90 s``, ``5 min``, ``36 h``, ``20 days``."""
    size = abs(seconds)
    for unit_s, word in ((_DAY_S, "days"), (_HOUR_S, "h"), (_MINUTE_S, "min")):
        if size >= 2 * unit_s:
            return f"{size / unit_s:,.3g} {word}"
    return f"{size:,.3g} s"
