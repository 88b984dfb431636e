"""grep's patterns, as far as they cannot blow up: no groups with repeats, few open repeats, short lines."""

import re
from collections.abc import Callable

from gatehouse.lab.shell.words import NotSimulatedError

_LONGEST_PATTERN = 200
_LONGEST_LINE_B = 4096
_MOST_REPEATS = 3
_REPEATED_GROUP = re.compile(r"\)[*+?{]")
_REPEAT = re.compile(r"[*+{]")
_BASIC_SPECIAL = {"(", ")", "{", "}", "|", "+", "?"}


def matcher(pattern: str, extended: bool, fixed: bool, fold: bool) -> Callable[[bytes], bool]:
    """Whether a line holds the pattern.

    Raises:
        NotSimulatedError: the pattern is no pattern, too long, or of a kind that can take for ever.
    """
    if len(pattern) > _LONGEST_PATTERN:
        raise NotSimulatedError(f"a pattern of more than {_LONGEST_PATTERN} characters")
    if fixed:
        text = re.escape(pattern)
    else:
        text = pattern if extended else _from_basic(pattern)
        if _REPEATED_GROUP.search(text) or len(_REPEAT.findall(text)) > _MOST_REPEATS or re.search(r"\\\d", text):
            raise NotSimulatedError("repeated groups, back-references, or more than three open repeats in a pattern")
    try:
        compiled = re.compile(text.encode(), re.IGNORECASE if fold else 0)
    except re.error as error:
        raise NotSimulatedError(f"the pattern {pattern!r}: {error}") from error
    return lambda line: compiled.search(line[:_LONGEST_LINE_B].rstrip(b"\n")) is not None


def _from_basic(pattern: str) -> str:
    """A basic pattern in extended spelling: there the backslash makes ``|+?(){}`` special, here it takes that away."""
    out, at = [], 0
    while at < len(pattern):
        char = pattern[at]
        if char == "\\" and at + 1 < len(pattern):
            following = pattern[at + 1]
            out.append(following if following in _BASIC_SPECIAL else char + following)
            at += 2
            continue
        out.append("\\" + char if char in _BASIC_SPECIAL else char)
        at += 1
    return "".join(out)
