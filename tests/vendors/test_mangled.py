"""No output, however mangled, hurts a reader or makes it say something wrong: an error, or honest partial facts."""

import re
import time

import pytest
from golden_pairs import GoldenPair, completed, golden_pairs
from hypothesis import given, settings
from hypothesis import strategies as st

from gatehouse.model.readings import ToolReport
from gatehouse.model.status import Measured
from gatehouse.vendors.registry import all_readers, read

PAIRS = golden_pairs()
FIRST = list({pair.tool: pair for pair in PAIRS}.values())
ids = [f"{pair.tool}-{pair.name}" for pair in PAIRS]
TENTHS = range(1, 10)
# Totals over what is listed: on a cut output they are of what came whole, and complete is false.
TOTALS = re.compile(
    r"(?:^|\.)(?:entries|real_entries|critical|sensors|gpus|aips|cpus|chips|links|lines|records|rows|devices|processes|components|tests|columns|nics|pairs\w*"
    r"|errors|warnings|waived|failed|warned|skipped|steps|measurements|diagnoses|overall|count|events|logged|run_ids|results"
    r"|met_false|verdict_meaningful|progress_pct|entities_failed|oob\w*|\w*kills|pids|xids|sxids|panics|faulty|last_\w+"
    r"|max_\w+|min_\w+|\w+_lines|\w+_events|\w+_total|\w+_uncorrectable|\w+_correctable|\w+_errors|\w+_artifacts"
    r"|\w+_with_\w+|\w+_listed|last_seq|lost|all_inactive|fatal|corrected|nonfatal|pass|fail|unknown|entities|memory_failures|hardware_components"
    r"|class|top_is_list|ports_\w+|usable_\w+|nvidia_bridges|active|cas|switches|ports|bdf|last\.\w+|nodes|hosts|iterations|pages|added|valid_json|first_failing_step|ranks_listed|inactive_links|lost_burst_at|reset_failed|correctable|uncorrectable)$"
)
HTML = b"<!DOCTYPE html>\n<html><head><title>502 Bad Gateway</title></head><body>nginx</body></html>\n"
BOMB = (
    b'<?xml version="1.0"?>\n<!DOCTYPE nvidia_smi_log [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">'
    b'<!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;">]>\n<nvidia_smi_log><gpu><uuid>&c;</uuid></gpu></nvidia_smi_log>\n'
)


def assert_honest(part: ToolReport, whole: ToolReport, what: str) -> None:
    """What a cut output gives is what the whole one gives, apart from totals; otherwise it is an error."""
    if part.status is Measured.ERROR:
        assert part.errors
        return
    for name, value in part.facts.items():
        if value is None or TOTALS.search(name):
            continue
        assert name in whole.facts, f"{what}: {name} = {value!r} is not in the whole output"
        expected = whole.facts[name]
        if isinstance(value, list) and isinstance(expected, list):
            expected = expected[: len(value)]
        assert value == expected, f"{what}: {name} = {value!r}, in the whole output {expected!r}"


@pytest.mark.parametrize("pair", PAIRS, ids=ids)
def test_cut_at_every_tenth(pair: GoldenPair) -> None:
    """It should never take a cut number for a value."""
    whole = read(pair.tool, pair.said)
    for tenth in TENTHS:
        output = pair.output[: len(pair.output) * tenth // 10]
        assert_honest(read(pair.tool, completed(output)), whole, f"cut at {tenth}/10")


@pytest.mark.parametrize("pair", FIRST, ids=[pair.tool for pair in FIRST])
def test_a_cut_output_is_not_complete(pair: GoldenPair) -> None:
    """It should say that something is missing when the output ends in the middle of a line."""
    whole = pair.output.rstrip()
    middle = whole[: len(whole) * 6 // 10]
    while middle[-1:] in (b"\n", b" ", b"-", b"=", b"+"):
        middle = middle[:-1]
    report = read(pair.tool, completed(middle))
    assert not report.complete or report.status is Measured.ERROR


@pytest.mark.parametrize("pair", FIRST, ids=[pair.tool for pair in FIRST])
def test_what_is_no_output_of_a_tool(pair: GoldenPair) -> None:
    """It should be an error, with a reason, for what no tool prints."""
    utf16 = pair.output.decode().encode("utf-16")
    for output in (b"", b"\n \n", b"\0" * 4096, utf16, HTML, b"\xff\xfe\xfd" * 999, b"qwerty uiop\n" * 9, b"{" * 5000):
        report = read(pair.tool, completed(output))
        assert report.status is Measured.ERROR, output[:40]
        assert not report.facts
        assert report.errors
        assert not report.complete


@pytest.mark.parametrize("tool", sorted(all_readers()))
def test_another_tools_output(tool: str) -> None:
    """It should not take facts from what another tool said."""
    for other in FIRST:
        if other.tool != tool and not _alike(tool, other.tool):
            report = read(tool, other.said)
            assert report.status is Measured.ERROR, f"{other.tool} was read: {dict(list(report.facts.items())[:3])}"


def _alike(one: str, other: str) -> bool:
    """Tools that print one form, or JSON lines that any log may hold."""
    families = (
        {"nccl-tests", "rccl-tests"},
        {"redfish-json", "redfish-members"},  # a collection is a resource too
        {"lspci-nn", "lspci-vvv"},
        {"ipmitool-sdr-elist", "ipmitool-sdr-list", "ipmitool-sensor-list"},
        {"ib_write_bw", "ib_read_bw", "ib_send_bw", "ib_write_lat", "ib_read_lat", "ib_send_lat"},
    )
    return any({one, other} <= family for family in families)


@pytest.mark.parametrize("tool", sorted(all_readers()))
def test_an_entity_bomb(tool: str) -> None:
    """It should refuse entities at once."""
    started = time.monotonic()
    assert read(tool, completed(BOMB)).status is Measured.ERROR
    assert time.monotonic() - started < 1


@pytest.mark.parametrize("pair", FIRST, ids=[pair.tool for pair in FIRST])
@settings(max_examples=15, deadline=None, derandomize=True)
@given(data=st.data())
def test_bytes_lost_or_garbled(pair: GoldenPair, data: st.DataObject) -> None:
    """It should survive any bytes dropped from, doubled in or put into its output."""
    at = data.draw(st.integers(0, len(pair.output)))
    size = data.draw(st.integers(0, 200))
    noise = data.draw(st.binary(max_size=20))
    for output in (
        pair.output[:at] + noise + pair.output[at:],
        pair.output[:at] + pair.output[at + size :],
        pair.output[: at + size] + pair.output[at:],
    ):
        report = read(pair.tool, completed(output))
        assert isinstance(report, ToolReport)
        assert all(isinstance(name, str) for name in report.facts)


@pytest.mark.parametrize("pair", FIRST, ids=[pair.tool for pair in FIRST])
def test_a_large_output_is_read_in_bounded_time(pair: GoldenPair) -> None:
    """It should not take longer than linear: 2 MB of a line repeated, and of one endless line."""
    line = max(pair.output.split(b"\n"), key=len)[:500]
    for output in (pair.output + (line + b"\n") * (2_000_000 // (len(line) + 1)), pair.output + line * 4000):
        started = time.monotonic()
        read(pair.tool, completed(output))
        assert time.monotonic() - started < 15
