"""Text by indentation as a tree."""

from gatehouse.vendors.indented_tree import MAX_DEPTH, tree_of

PADDED = """\
GPU 00000000:01:00.0
    Product Name      : A: B
    PCI
        Link
            Max       : 4
    HW Slowdown       : Active
        HW Thermal    : Not Active
    Empty             :
GPU 00000000:02:00.0
    Product Name      : C
"""
TIGHT = ["GPU: 0", "    ASIC:", "        PROTO VERSION: 6", "        ID: 0000:01:00.0", "    TOP: a, b: c", "GPU: 1"]


def test_padded_keys() -> None:
    """It should split at the colon between blanks, so that keys and values may hold colons."""
    first, second = tree_of(PADDED.splitlines()).children
    assert first.key == "GPU 00000000:01:00.0"
    assert first.value is None
    assert first.words("Product Name") == "A: B"
    assert first.words("PCI/Link/Max") == "4"
    assert first.words("HW Slowdown") == "Active"
    assert first.words("HW Slowdown/HW Thermal") == "Not Active"
    assert first.words("PCI/Nothing") is None
    assert second.words("Product Name") == "C"


def test_tight_keys() -> None:
    """It should split at the first colon where keys have no padding."""
    root = tree_of(TIGHT, tight=True)
    zero, one = root.each("GPU")
    assert zero.value == "0"
    assert one.value == "1"
    assert zero.mapping() == {"ASIC": {"PROTO VERSION": "6", "ID": "0000:01:00.0"}, "TOP": "a, b: c"}


def test_equal_keys() -> None:
    """It should keep all of equal keys as children, and the first in a mapping."""
    root = tree_of(["P: 0", "D: x", "P: 1"], tight=True)
    assert [entry.value for entry in root.each("P")] == ["0", "1"]
    assert root.mapping() == {"P": "0", "D": "x"}


def test_depth_is_bounded() -> None:
    """It should stop descending, not the reading."""
    root = tree_of([" " * level + f"k{level} : v" for level in range(10 * MAX_DEPTH)])
    depth, entry = 0, root
    while entry.children:
        depth, entry = depth + 1, entry.children[0]
    assert depth <= MAX_DEPTH + 1
