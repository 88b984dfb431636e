"""Every reader has recordings, every recording has a reader, and each recording gives the facts written beside it."""

import pytest
from golden_pairs import GOLDEN, GoldenPair, golden_pairs

from gatehouse.vendors.registry import all_readers, read

PAIRS = golden_pairs()


def test_there_is_something_to_check() -> None:
    """It should fail when the folder of recordings is empty or was moved."""
    assert len(PAIRS) >= len(all_readers()) > 30


@pytest.mark.parametrize("tool", sorted(all_readers()))
def test_every_reader_has_a_recording(tool: str) -> None:
    """It should be impossible to add a reader without an output that it reads."""
    assert any(pair.tool == tool and pair.expected.get("facts") for pair in PAIRS), f"no golden pair for {tool}"


def test_every_recording_has_a_reader() -> None:
    """It should notice recordings of a reader that was renamed."""
    assert {path.name for path in GOLDEN.iterdir() if path.is_dir()} <= set(all_readers())


@pytest.mark.parametrize("pair", PAIRS, ids=lambda pair: f"{pair.tool}-{pair.name}")
def test_a_recording_gives_its_facts(pair: GoldenPair) -> None:
    """It should find every fact that is written beside the output, with its value and type."""
    report = read(pair.tool, pair.said)
    expected = pair.expected
    for name, value in expected["facts"].items():
        assert name in report.facts, f"{name} is absent"
        assert report.facts[name] == value, name
        assert isinstance(report.facts[name], bool) is isinstance(value, bool), name
    assert report.status == expected.get("status", "COMPLETE"), report.errors
    if "complete" in expected:
        assert report.complete is expected["complete"], report.errors
    if "findings" in expected:
        found = [[finding.kind, finding.part, finding.signature] for finding in report.findings]
        assert found == expected["findings"]
    if not report.complete or report.status != "COMPLETE":
        assert report.errors, "what is absent must be said"
