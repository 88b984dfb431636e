"""Text that a machine sent, made safe to look at: nothing in it acts, and nothing in it hides."""

import re
from collections.abc import Iterable, Iterator, Mapping

# ECMA-48's short names: they can be read in every font, which Unicode's control pictures cannot.
_C0 = (
    "NUL SOH STX ETX EOT ENQ ACK BEL BS HT LF VT FF CR SO SI DLE DC1 DC2 DC3 DC4 NAK SYN ETB CAN EM SUB ESC FS GS RS US"
)
_KEPT = {"\n", "\t"}
# What reorders, hides or breaks text without being seen: C1 controls, zero-width characters, bidirectional controls
# (Unicode Annex 9), line separators, the byte order mark, and tag characters.
_UNSEEN: tuple[tuple[int, int], ...] = (
    (0x80, 0x9F),
    (0xAD, 0xAD),
    (0x61C, 0x61C),
    (0x200B, 0x200F),
    (0x2028, 0x202E),
    (0x2060, 0x2069),
    (0xFEFF, 0xFEFF),
    (0xFFF9, 0xFFFB),
    (0xE0000, 0xE007F),
)

_WORD = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
_SERIAL_LENGTH = 5  # shorter serials could be plain numbers of a sentence


def _names_of_unseen() -> Iterator[tuple[int, str]]:
    for code, name in enumerate(_C0.split()):
        if chr(code) not in _KEPT:
            yield code, f"‹{name}›"
    yield 0x7F, "‹DEL›"
    for first, last in _UNSEEN:
        for code in range(first, last + 1):
            yield code, f"‹U+{code:04X}›"


_TABLE = dict(_names_of_unseen())


def visible(text: str) -> str:
    """The text with every character that acts or hides replaced by one that shows it: ESC becomes ``‹ESC›``.

    Line ends and tabs stay; Windows line ends become plain ones.
    """
    return text.replace("\r\n", "\n").translate(_TABLE)


def on_one_line(text: str, longest: int = 400) -> str:
    """The text as one bounded line, for tables and subjects."""
    flat = " ".join(visible(text[: 4 * longest]).split())
    return flat if len(flat) <= longest else flat[: longest - 1] + "…"


def joined(texts: Iterable[str], shown: int = 5) -> str:
    """``a, b and 3 more``"""
    every = list(texts)
    rest = len(every) - shown
    return ", ".join(every[:shown]) + (f" and {rest} more" if rest > 0 else "")


def with_names(text: str, names: Mapping[str, str]) -> str:
    """A sentence with serial numbers replaced by the host names that people use, where they are known."""

    def named(word: re.Match[str]) -> str:
        serial = word.group().rstrip(".")
        known = len(serial) >= _SERIAL_LENGTH and serial in names
        return names[serial] + word.group()[len(serial) :] if known else word.group()

    return _WORD.sub(named, text)
