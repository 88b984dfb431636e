"""Paths into JSON of any shape never raise."""

from hypothesis import given
from hypothesis import strategies as st

from gatehouse.vendors.json_paths import at, items_at, text_at

ANY_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda children: st.lists(children, max_size=3) | st.dictionaries(st.sampled_from("abc"), children, max_size=3),
    max_leaves=10,
)


@given(document=ANY_JSON, keys=st.lists(st.sampled_from("abc"), max_size=4))
def test_any_shape(document: object, keys: list[str]) -> None:
    """It should give a list, a text or nothing, whatever the document holds."""
    assert isinstance(items_at(document, *keys), list)
    text = text_at(document, *keys)
    assert text is None or (text == text.strip() and text)
    at(document, *keys)


def test_values() -> None:
    """It should find what is there."""
    document = {"a": {"b": [1], "c": " x ", "n": 7, "t": True, "e": " "}}
    assert at(document, "a", "b") == [1]
    assert items_at(document, "a", "b") == [1]
    assert text_at(document, "a", "c") == "x"
    assert text_at(document, "a", "n") == "7"
    assert text_at(document, "a", "t") is None
    assert text_at(document, "a", "e") is None
    assert at(document, "a", "b", "c") is None
