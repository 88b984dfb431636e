"""JSON as far as it came whole."""

import json

import pytest
from golden_pairs import completed
from hypothesis import given
from hypothesis import strategies as st

from gatehouse.model.errors import UnreadableError
from gatehouse.vendors.gathered import Gathered
from gatehouse.vendors.json_recovery import gathered_json, recover_json

RECORDS = [{"gpu": index, "power": {"value": 100 + index, "unit": "W"}, "name": 'a "b" [c'} for index in range(4)]


def test_a_whole_document() -> None:
    """It should be valid when nothing stands around it."""
    found = recover_json(json.dumps(RECORDS, indent=2) + "\n")
    assert found.value == RECORDS
    assert found.valid
    assert not found.cut


def test_text_around_a_document() -> None:
    """It should pass over banners, also ones with brackets."""
    text = "[2025-03-04 08:00:00] WARNING: low {power}\n" + json.dumps(RECORDS) + "\nbye\n"
    found = recover_json(text)
    assert found.value == RECORDS
    assert not found.valid
    assert not found.cut
    assert found.after == "\nbye\n"


@given(st.integers(1, len(json.dumps(RECORDS, indent=1)) - 1))
def test_cut_lists_keep_whole_records(end: int) -> None:
    """It should give a prefix of the records, never a changed one."""
    try:
        found = recover_json(json.dumps(RECORDS, indent=1)[:end], record_depth=1)
    except UnreadableError:
        return
    assert found.cut
    assert not found.valid
    assert found.value == RECORDS[: len(found.value)]


@given(st.integers(1, 200))
def test_cut_inside_a_nested_list(end: int) -> None:
    """It should keep whole members down to the depth of a record."""
    text = json.dumps({"gpu_data": RECORDS, "version": 1})
    try:
        found = recover_json(text[:end], record_depth=2)
    except UnreadableError:
        return
    assert found.value["gpu_data"] == RECORDS[: len(found.value["gpu_data"])]


def test_a_nested_object_of_a_cut_document_is_no_document() -> None:
    """It should not take a record on its own line for the document when the document's end is absent."""
    text = "[\n" + json.dumps(RECORDS[0]) + ",\n" + json.dumps(RECORDS[1])[:-5]
    found = recover_json(text, record_depth=1)
    assert found.cut
    assert found.value == RECORDS[:1]


@pytest.mark.parametrize(
    ("after", "complete"), [("", True), ("\n", True), ("\nWARNING: x\n", True), ("\n[{}]\n", False)]
)
def test_a_second_document_is_noticed(after: str, complete: bool) -> None:
    """It should say that what follows the first document was not read."""
    gathered = Gathered("tool", completed(b"x"))
    assert gathered_json(gathered, json.dumps(RECORDS) + after).value == RECORDS
    assert gathered.complete is complete


def test_no_values_of_javascript() -> None:
    """It should read NaN and Infinity as no value."""
    assert recover_json('{"a": NaN, "b": [Infinity, -Infinity, 1]}').value == {"a": None, "b": [None, None, 1]}


@pytest.mark.parametrize(
    "text",
    ["", "plain text", "{", "[1", '{"a": 1', '{"a" 1}', "[" * 5000, "{]", '["abc', '{"a": ' * 5000, "[1}\n[2}"],
)
def test_what_is_no_document(text: str) -> None:
    """It should refuse what holds no whole record."""
    with pytest.raises(UnreadableError):
        recover_json(text)
