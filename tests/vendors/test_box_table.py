"""Drawn tables as blocks of rows."""

import pytest

from gatehouse.vendors.box_table import Headings, blocks_of, cells_of, ends_whole, is_border

TABLE = """\
+------+-----------+
| A    | B  C      |
|======+===========|
| 1    | two words |
| more |           |
+------+-----------+
| 2    | x |
+------+-----------+
| cut  | no bo"""


@pytest.mark.parametrize(
    "line", ["+---+---+", "|=====|", "|-------+----|", "┏━━━┳━━━┓", "└───┴───┘", "|------|:---:|", "+===+"]
)
def test_borders(line: str) -> None:
    """It should know borders in ASCII, box characters and markdown."""
    assert is_border(line)


@pytest.mark.parametrize("line", ["| a | b |", "", "|-----  Deployment  ----|", "-", "GPU 0: A-B", "x ---- y"])
def test_no_borders(line: str) -> None:
    """It should not take text for a border."""
    assert not is_border(line)


def test_cells() -> None:
    """It should split at bars of either kind, and refuse a row without its closing bar."""
    assert cells_of("| a | b c |") == ("a", "b c")
    assert cells_of("│ a │ b c │") == ("a", "b c")
    assert cells_of("| a | b c") is None
    assert cells_of("plain") is None
    assert cells_of("|" + "x" * 5000 + "|") is None


def test_blocks() -> None:
    """It should group rows between borders, mark headings, and leave the cut row out."""
    heading, first, second = blocks_of(TABLE.split("\n"))
    assert heading.heading
    assert heading.rows == (("A", "B  C"),)
    assert first.rows == (("1", "two words"), ("more", ""))
    assert first.closed
    assert second.closed
    assert not second.heading


def test_a_block_without_its_border_is_not_closed() -> None:
    """It should tell a block that was cut from one that ended."""
    (block,) = blocks_of(["| a | b |", "| c | d |"])
    assert not block.closed


def test_headings_find_cells_by_their_words() -> None:
    """It should follow a heading that moved to another column or row."""
    blocks = list(blocks_of(["| Temp | Name |", "| Power | |", "+---+", "| 40C | x |", "| 9W | |", "+---+"]))
    moved = list(blocks_of(["| Name | Temp |", "| | Power |", "+---+", "| x | 40C |", "| | 9W |", "+---+"]))
    for heading, block in (blocks, moved):
        headings = Headings(heading.rows)
        assert headings.cell(block, "Temp") == "40C"
        assert headings.cell(block, "Power") == "9W"
        assert headings.cell(block, "Fan") is None


def test_ends() -> None:
    """It should accept a text that ends with a newline or a border."""
    assert ends_whole("| a |\n")
    assert ends_whole("| a |\n+---+")
    assert not ends_whole("| a |\n| b")
    assert not ends_whole("| a word |\n+---+")
