"""Single values as limits see them: what counts as a number, and how a value is written for people."""

import math

_TEXT_MAX = 60
_INT_BITS_MAX = 80


def is_number(value: object) -> bool:
    """Whether a value can be held against a numeric limit. Booleans, NaN and infinities cannot."""
    if isinstance(value, bool):
        return False
    return isinstance(value, int) or (isinstance(value, float) and math.isfinite(value))


def same_sort(one: object, other: object) -> bool:
    """Whether two values can be compared for equality: both numbers, both words, or both yes/no."""
    if is_number(one) or is_number(other):
        return is_number(one) and is_number(other)
    return isinstance(one, (str, bool)) and type(one) is type(other)


def written(value: object, unit: str = "") -> str:
    """A value on one short line, never rounded in a way that changes it: ``12``, ``0.5``, ``'word'``, ``97 degC``."""
    text = _plain(value)
    return f"{text} {unit}" if unit else text


def one_line(text: str, longest: int = 160) -> str:
    """Text of a tool, made safe to stand in a sentence: no control characters, one line, bounded."""
    flat = " ".join("".join(c if c.isprintable() else " " for c in text[: 4 * longest]).split())
    return flat if len(flat) <= longest else flat[: longest - 1] + "…"


def _plain(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int):
        # Python refuses to print an int of thousands of digits; a tool may print one.
        return str(value) if value.bit_length() <= _INT_BITS_MAX else f"an integer of {value.bit_length()} bits"
    if isinstance(value, float):
        short = f"{value:.6g}"
        return short if float(short) == value and "e" not in short else repr(value).removesuffix(".0")
    return repr(one_line(str(value), _TEXT_MAX))
