"""Tables drawn with ``+-|`` or box characters, as blocks of rows between borders.

A row counts only when its closing bar is there, and a block only when a border closes it.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

_BARS = str.maketrans(dict.fromkeys("│┃║", "|"))
_DRAWN = frozenset("+-=|: ─━═╶╴│┃║╭╮╰╯┌┐└┘├┤┬┴┼╒╕╘╛╞╡╤╧╪┏┓┗┛┣┫┳┻╋┡┩╇╔╗╚╝╠╣╦╩╬")
_MAX_ROW = 1000
_RULE = re.compile(r"[-=─━═]{2,}")
_DOUBLE = re.compile(r"[=═━╇╞]")


@dataclass(frozen=True, slots=True)
class Block:
    """Rows between two borders: their cells, stripped.

    ``closed`` when a border follows; ``heading`` when that border is a double one, as under headings.
    """

    rows: tuple[tuple[str, ...], ...]
    closed: bool
    heading: bool = False

    @property
    def text(self) -> str:
        """All cells, one line a row."""
        return "\n".join(" | ".join(row) for row in self.rows)


def is_border(line: str) -> bool:
    """Whether a line is drawn between rows."""
    plain = line[: _MAX_ROW + 1].strip()
    return _DRAWN.issuperset(plain) and bool(_RULE.search(plain))


def cells_of(line: str) -> tuple[str, ...] | None:
    """The cells of a row, stripped; None where the line is not a row, or its closing bar is missing."""
    plain = line[: _MAX_ROW + 1].translate(_BARS).strip()
    if not 2 <= len(plain) <= _MAX_ROW or not plain.startswith("|") or not plain.endswith("|"):
        return None
    return tuple(cell.strip() for cell in plain[1:-1].split("|"))


def ends_whole(text: str) -> bool:
    """Whether the text ends with a newline, or with a border as wide as what stands above it."""
    *above, last = text.rsplit("\n", 9)
    widest = max((len(line.rstrip()) for line in above[-8:]), default=0)
    return not last or (is_border(last) and len(last.rstrip()) >= widest)


def blocks_of(lines: list[str]) -> Iterator[Block]:
    """The blocks of all tables in the text, in order; lines outside tables end a block without closing it."""
    rows: list[tuple[str, ...]] = []
    for line in lines:
        cells = None if is_border(line) else cells_of(line)
        if cells is not None:
            rows.append(cells)
        elif rows:
            yield Block(tuple(rows), closed=is_border(line), heading=bool(_DOUBLE.search(line)) and is_border(line))
            rows = []
    if rows:
        yield Block(tuple(rows), closed=False)


@dataclass(frozen=True, slots=True)
class Headings:
    """Where each heading stands: row and cell of a device's block.

    Nothing is read by its position alone: a column that moves takes its heading with it.
    """

    cells: tuple[tuple[str, ...], ...]

    def place(self, words: str) -> tuple[int, int] | None:
        """Row and column of the heading that holds these words."""
        for row, cells in enumerate(self.cells):
            for column, cell in enumerate(cells):
                if words in cell:
                    return row, column
        return None

    def cell(self, block: Block, words: str) -> str | None:
        """The cell of a block under these words; None where the block has none there."""
        place = self.place(words)
        if place is None or place[0] >= len(block.rows) or place[1] >= len(block.rows[place[0]]):
            return None
        return block.rows[place[0]][place[1]]
