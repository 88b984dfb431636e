"""What a program changes in its criteria: told as looser or stricter, filled in, and refused with file and line."""

from pathlib import Path
from typing import Any

import pytest

from gatehouse.catalog.criteria import CriteriaSet, Maturity, Performance, Requirements
from gatehouse.catalog.loader import SHIPPED, Catalog
from gatehouse.model.errors import CatalogError, NotFoundError
from gatehouse.model.status import Phase

SET = """title: S
phase: EVT
criteria:
  - {id: yield, kind: first_pass_yield, at_least: 0.95, confidence: 0.9, source: t}
  - {id: issues, kind: no_open_issues, source: t}
  - {id: run, kind: success_run, reliability: 0.9, confidence: 0.9, allowed_failures: 1, source: t}
  - {id: fresh, kind: fresh, max_age_days: 30, source: t}
  - {id: firmware, kind: maturity, source: t}
  - {id: shown, kind: requirements, source: t}
  - {id: heat, kind: performance, reading: temp_c, parts: "gpu*", at_most: 80, source: t}
"""
PROGRAM = """title: P
sku: h100-8x
owner: me
sites: [lab]
requirements: [accelerator-server]
baseline:
  - {title: BMC, reading: firmware, parts: host, revisions: {EVT: "7.*"}, source: t}
phases:
  EVT:
    plan: evt
    criteria: s
    planned_units: 40
"""
SHARE = (
    "    add:\n      - {{id: fast, kind: performance, reading: {reading}, share_of_peak_at_least: 0.5, "
    "peak: {peak}, source: t}}\n"
)


def catalog(folder: Path, changes: str = "", program: str = PROGRAM) -> Catalog:
    """The shipped catalogue with program p, its set, and what it changes."""
    for kind, name, text in (("criteria", "s", SET), ("programs", "p", program + changes)):
        path = folder / kind / f"{name}.yaml"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return Catalog((SHIPPED, folder))


def effective(folder: Path, changes: str = "") -> CriteriaSet:
    """The effective set of that program's EVT."""
    return catalog(folder, changes).criteria_of("p", Phase.EVT)


def test_a_program_that_changes_nothing(tmp_path: Path) -> None:
    """It should be the set, with the program's own filled in, and nothing to note."""
    found = effective(tmp_path)
    assert [c.id for c in found.criteria] == ["yield", "issues", "run", "fresh", "firmware", "shown", "heat"]
    assert (found.notes, {c.note for c in found.criteria}) == ((), {""})
    by_id = {c.id: c for c in found.criteria}
    firmware, shown = by_id["firmware"], by_id["shown"]
    assert isinstance(firmware, Maturity)
    assert [item.title for item in firmware.baseline] == ["BMC"]
    assert isinstance(shown, Requirements)
    assert len(shown.requirements) > 5
    assert "firmware_inventory" in shown.planned, "optional diagnostics are planned too"


@pytest.mark.parametrize(
    ("override", "way"),
    [
        ("yield: {at_least: 0.92", "looser"),
        ("yield: {at_least: 0.97", "stricter"),
        ("yield: {confidence: 0.8", "looser"),
        ("yield: {at_least: 0.97, confidence: 0.8", "looser"),  # one looser number is enough
        ("yield: {severity: blocker", "stricter"),
        ("yield: {title: Yield", "changed"),
        ("run: {allowed_failures: 2", "looser"),
        ("run: {allowed_failures: 0", "stricter"),
        ("fresh: {max_age_days: 60", "looser"),
        ("issues: {severities: [blocker]", "looser"),
        ("issues: {severities: [blocker, major, minor]", "stricter"),
        ("heat: {at_most: 85", "looser"),
        ("heat: {units_at_least: 10", "looser"),  # every unit of the build, where the set says nothing
        ("heat: {needs_gauge: false", "stricter"),
    ],
)
def test_an_override_is_told_as_looser_or_stricter(tmp_path: Path, override: str, way: str) -> None:
    """It should say which way the number goes, beside the criterion and among the notes, with the reason."""
    found = effective(tmp_path, f"    overrides:\n      {override}, why: contract 4.2}}\n")
    name = override.partition(":")[0]
    changed = next(c for c in found.criteria if c.id == name)
    assert changed.note.startswith(f"{way} than the set: ")
    assert changed.note.endswith("; contract 4.2")
    (note,) = found.notes
    assert note.startswith(f"{name}: {way}: ")


def test_an_override_says_from_what_to_what(tmp_path: Path) -> None:
    """It should be readable without the set at hand."""
    found = effective(tmp_path, "    overrides:\n      yield: {at_least: 0.92, why: contract 4.2}\n")
    assert found.notes == ("yield: looser: at least 0.92, not 0.95; contract 4.2",)


def test_drop_and_add(tmp_path: Path) -> None:
    """It should leave out what is dropped and note it as looser, and ask what is added."""
    more = "{id: soak, kind: soak_days, at_least: 3, source: our soak}"
    found = effective(tmp_path, f"    drop: {{fresh: no lab before May}}\n    add:\n      - {more}\n")
    assert [c.id for c in found.criteria][-2:] == ["heat", "soak"]
    assert "fresh" not in [c.id for c in found.criteria]
    assert found.notes == ("fresh: looser: dropped; no lab before May", "soak: stricter: added; our soak")


@pytest.mark.parametrize(
    ("changes", "line", "field", "says"),
    [
        ("    overrides:\n      yeild: {at_least: 0.9, why: x}\n", 14, "overrides.yeild", "no criterion 'yeild'"),
        ("    overrides:\n      yield: {at_leest: 0.9, why: x}\n", 14, "overrides.yield.at_leest", "not permitted"),
        ("    overrides:\n      yield: {at_least: 1.0, why: x}\n", 14, "overrides.yield.at_least", "less than 1"),
        ("    overrides:\n      yield: {at_least: high, why: x}\n", 14, "overrides.yield.at_least", "valid number"),
        ("    drop: {nothing: x}\n", 13, "drop.nothing", "no criterion 'nothing'"),
        ("    overrides:\n      fresh: {max_age_days: 9, why: x}\n    drop: {fresh: y}\n", 15, "drop.fresh",
         "one of both"),
        ("    add:\n      - {id: fresh, kind: fresh, max_age_days: 1, source: t}\n", 13, "add", "called fresh"),
        (SHARE.format(reading="temp_c", peak="accelerator"), 14, "add.0", "temp_c is in degC, not in TFLOP/s"),
        (SHARE.format(reading="nothing_w", peak="physics"), 14, "add.0", "no physical bound"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_named(tmp_path: Path, changes: str, line: int, field: str, says: str) -> None:
    """It should say file, line and field of each change that cannot be."""
    with pytest.raises(CatalogError) as refused:
        effective(tmp_path, changes)
    (problem,) = refused.value.problems
    assert problem.startswith(f"{tmp_path}/programs/p.yaml:{line}: phases.EVT.{field}: ")
    assert says in problem


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ("    overrides:\n      yield: {at_least: 0.9}\n", "yield.why"),
        ("    overrides:\n      yield: {why: ''}\n", "yield.why"),
        ("    overrides:\n      yield: {why: x}\n", "yield"),
        ("    overrides:\n      yield: {kind: final_yield, why: x}\n", "yield"),
        ("    drop: {fresh: ''}\n", "drop.fresh"),
        ("    add:\n      - {id: soak, kind: soak_days, at_least: 3}\n", "source"),
    ],
)
def test_every_change_has_its_reason(tmp_path: Path, changes: str, field: str) -> None:
    """It should refuse, when the file loads, what gives no reason, changes nothing, or makes it another kind."""
    with pytest.raises(CatalogError, match=field):
        effective(tmp_path, changes)


@pytest.mark.parametrize(
    ("spec", "peak"),
    [
        ("reading: rate_tflops, peak: accelerator", 989.0),
        ("reading: last_gflops, peak: accelerator", 989_000.0),
        ("reading: last_gflops, parts: 'gpu*', peak: physics", 989_500.0),
        ("reading: row.17179869184.oop.busbw, peak: physics", 788.0),
        ("reading: host_to_device_memcpy_ce.row0.col3_gbps, peak: physics", 64.0),
        ("reading: anything, peak: 12", 12.0),
    ],
)
def test_the_peak_of_the_sku(tmp_path: Path, spec: str, peak: float) -> None:
    """It should take the accelerator's peak in the reading's unit, or the upper end of the physical bound."""
    more = f"{{id: fast, kind: performance, {spec}, share_of_peak_at_least: 0.5, source: t}}"
    fast = effective(tmp_path, f"    add:\n      - {more}\n").criteria[-1]
    assert isinstance(fast, Performance)
    assert fast.peak == peak


def test_what_is_missing_is_named(tmp_path: Path) -> None:
    """It should say which program, phase or document there is not."""
    known = catalog(tmp_path)
    with pytest.raises(NotFoundError, match="EVT"):
        known.criteria_of("p", Phase.DVT)
    lost = catalog(tmp_path, program=PROGRAM.replace("[accelerator-server]", "[nowhere]"))
    with pytest.raises(NotFoundError, match="requirements document 'nowhere'"):
        lost.criteria_of("p", Phase.EVT)


def test_an_effective_set_is_complete_in_itself(tmp_path: Path) -> None:
    """It should come back the same from what is kept of it, so that a gate can decide by it again."""
    found: Any = effective(tmp_path, "    overrides:\n      yield: {at_least: 0.92, why: contract 4.2}\n")
    assert CriteriaSet.model_validate(found.model_dump(mode="json")) == found


def test_a_gauge_that_a_limit_needs_cannot_be_dropped(tmp_path: Path) -> None:
    """It should not leave a limit that waits for a study which nobody asks for."""
    folder = tmp_path / "criteria"
    known = catalog(tmp_path, "    drop: {gauge: too dear}\n")
    gauged = "  - {id: gauge, kind: gauge, reading: temp_c, source: t}\n"
    (folder / "s.yaml").write_text(SET.replace("at_most: 80,", "at_most: 80, needs_gauge: true,") + gauged)
    with pytest.raises(CatalogError, match=r"phases\.EVT\.drop: .*heat needs a gauge study"):
        known.criteria_of("p", Phase.EVT)
