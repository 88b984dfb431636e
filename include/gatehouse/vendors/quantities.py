"""Numbers and quantities as tools print them: a value in the unit we asked for, or unknown. Never 0 for "no value".

Units are the suffixes of fact names (``model.readings.UNITS``): ``quantity("512Mib", "mib")`` is 512.
"""

import re
from fractions import Fraction

_NUMBER = re.compile(r"[+-]?(?:\d{1,30}(?:\.\d{0,30})?|\.\d{1,30})(?:[eE][+-]?\d{1,3})?", re.ASCII)
_GROUPED = re.compile(r"\d{1,3}(?:,\d{3}){1,8}", re.ASCII)
_LARGEST_EXPONENT = 300

# "No value", written as a number: unsigned maxima, and the blanks of dcgm_structs.h (blank, not found, not supported,
# not permitted).
SENTINELS = frozenset(
    {2**32 - 1, 2**64 - 1, 2**63 - 1}
    | {0x7FFFFFF0 + kind for kind in range(4)}
    | {0x7FFFFFFFFFFFFFF0 + kind for kind in range(4)}
    | {2**47 + kind for kind in range(4)}
)

# Unit as printed, in lower case -> (dimension, how many of the dimension's base unit).
_GIGA: dict[str, int | Fraction] = {"m": Fraction(1, 1000), "g": 1, "t": 10**3, "p": 10**6}
_SIZES: dict[str, dict[str, int | Fraction]] = {
        "bytes": {
            "b": 1, "bytes": 1, "byte": 1, "kb": 10**3, "kib": 2**10, "mb": 10**6, "mib": 2**20,
            "gb": 10**9, "gib": 2**30, "tb": 10**12, "tib": 2**40,
        },
        "temperature": {"c": 1, "degc": 1, "celsius": 1, "celsius degree": 1, "degrees c": 1, "degree celsius": 1},
        "power": {"w": 1, "watt": 1, "watts": 1, "mw": Fraction(1, 1000), "uw": Fraction(1, 10**6), "kw": 1000},
        "frequency": {"hz": 1, "khz": 10**3, "mhz": 10**6, "ghz": 10**9},
        "share": {"%": 1, "pct": 1, "percent": 1},
        "rotation": {"rpm": 1},
        "voltage": {"v": 1, "mv": Fraction(1, 1000), "uv": Fraction(1, 10**6), "volts": 1},
        "current": {"a": 1, "ma": Fraction(1, 1000)},
        "time": {
            "s": 1, "sec": 1, "secs": 1, "second": 1, "seconds": 1, "ms": Fraction(1, 10**3), "us": Fraction(1, 10**6),
            "ns": Fraction(1, 10**9), "min": 60, "h": 3600, "hours": 3600,
        },
        "transfers": {"gt/s": 1, "mt/s": Fraction(1, 1000), "gts": 1},
        "operations": {
            f"{size}{word}": factor
            for size, factor in _GIGA.items()
            for word in ("flops", "flop/s", "flops/s")
        },
        "energy": {"j": 1, "mj": Fraction(1, 1000), "uj": Fraction(1, 10**6)},
}  # fmt: skip
_UNITS: dict[str, tuple[str, Fraction]] = {
    name: (dimension, Fraction(factor)) for dimension, names in _SIZES.items() for name, factor in names.items()
}
_RATE = re.compile(r"([KMGTkmgt]?)(i?)([bB])(?:/s|ps|/sec|it/s|its/s)", re.ASCII)
_RATE_SIZE = {"": 0, "k": 1, "m": 2, "g": 3, "t": 4}
# Fact suffixes whose words are not what tools print; rates are in bytes/s ("gbps" is GB/s here, as UNITS says).
_TARGETS: dict[str, tuple[str, Fraction]] = {
    "gbps": ("rate", Fraction(10**9)),
    "mbytes_per_s": ("rate", Fraction(10**6)),
    "mbps": ("rate", Fraction(10**6, 8)),
}


def number_or_unknown(value: object) -> int | float | None:
    """The number that a tool printed, or None: N/A, ``[Not Supported]``, ``ERR!``, empty, words and sentinels.

    Accepts what JSON may hold; hexadecimal text is an identifier, not a number.
    """
    if isinstance(value, bool) or value is None:
        return None
    if isinstance(value, (int, float)):
        return _unless_sentinel(value)
    text = str(value).strip()
    if _GROUPED.fullmatch(text):
        text = text.replace(",", "")
    if not _NUMBER.fullmatch(text):
        return None
    return _unless_sentinel(float(text) if any(mark in text for mark in ".eE") else int(text))


def quantity(value: object, unit: str) -> int | float | None:
    """``value`` as a number of ``unit`` (a fact suffix), or None where it holds none or one of another dimension.

    A bare number is taken to be in ``unit`` already: the caller knows the column's heading.
    """
    if not isinstance(value, str):
        return number_or_unknown(value)
    text = value.strip()
    match = _NUMBER.match(text)
    if match is None:
        return None
    number, printed = number_or_unknown(match.group()), " ".join(text[match.end() :].split())
    if number is None or not printed:
        return number if not printed else None
    have, want = _unit(printed), _TARGETS.get(unit) or _unit(unit)
    if have is None or want is None or have[0] != want[0]:
        return None
    return _scaled(number, have[1] / want[1])


def flag_or_unknown(value: object) -> bool | None:
    """Yes/No words as a truth value; None for anything else."""
    if isinstance(value, bool):
        return value
    return _FLAGS.get(str(value).strip().lower())


def word_or_unknown(value: object) -> str | None:
    """The text itself, or None where it says that there is no value."""
    text = " ".join(str(value).split()) if value is not None else ""
    return None if text.strip("[]").lower() in _NO_WORDS else text


_FLAGS = {
    word: flag
    for flag, words in {
        True: ("yes", "true", "active", "enabled", "on", "required"),
        False: ("no", "false", "not active", "disabled", "off", "not required"),
    }.items()
    for word in words
}
_NO_WORDS = frozenset(
    {"", "-", "--", "n/a", "na", "not supported", "notsupported", "not available", "unknown", "nan", "null", "err!"}
    | {"requested functionality has been deprecated", "insufficient permissions", "function not found", "not found"}
    | {"gpu is lost", "gpu requires reset"}
)


def _unit(text: str) -> tuple[str, Fraction] | None:
    rate = _RATE.fullmatch(text)
    if rate is not None:
        size, binary, letter = rate.groups()
        base = 1024 if binary else 1000
        return "rate", Fraction(base ** _RATE_SIZE[size.lower()]) / (8 if letter == "b" else 1)
    return _UNITS.get(text.replace("°", "").replace("µ", "u").strip().lower())


def _scaled(number: int | float, factor: Fraction) -> int | float:
    if factor == 1:
        return number
    scaled = Fraction(number) * factor
    return int(scaled) if scaled.denominator == 1 and isinstance(number, int) else float(scaled)


def _unless_sentinel(number: int | float) -> int | float | None:
    if number != number or abs(number) > 10.0**_LARGEST_EXPONENT:
        return None
    return None if number in SENTINELS else number
