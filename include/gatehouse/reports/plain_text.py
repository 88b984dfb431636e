"""Text that a machine sent, made safe to look at: nothing in it acts, and nothing in it hides."""

from collections.abc import Iterable, Iterator

_PICTURES = 0x2400  # Unicode has a picture for each of the first 32 control characters, in their order
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


def _pictures() -> Iterator[tuple[int, str]]:
    for code in range(0x20):
        if chr(code) not in _KEPT:
            yield code, chr(_PICTURES + code)
    yield 0x7F, "\u2421"
    for first, last in _UNSEEN:
        for code in range(first, last + 1):
            yield code, f"‹U+{code:04X}›"


_TABLE = dict(_pictures())


def visible(text: str) -> str:
    """The text with every character that acts or hides replaced by one that shows it: ESC becomes ``␛``.

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
