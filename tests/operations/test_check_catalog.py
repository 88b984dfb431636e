"""``catalog check``: what can never fail, never pass or is never measured is a problem with file, line and field."""

from pathlib import Path

import pytest

from gatehouse.catalog.loader import SHIPPED, Catalog
from gatehouse.operations.check_catalog import check_catalog

LIMIT = "severity: major, action: NONE, source: test"
DECLARED = """title: T
question: Is it?
command: [ocp-thing, "{loops}"]
params: {loops: 1}
limit_s: 10
minutes: 1
source: test
readings: [{name: temp, part: gpu0}, {name: ok, value: "yes/no"}]
"""


def problems(folder: Path, **files: str) -> list[str]:
    """The problems of the shipped catalogue with these files beside it, named kind__id."""
    for name, text in files.items():
        kind, _, stem = name.partition("__")
        path = folder / kind / f"{stem}.yaml"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return list(check_catalog(Catalog((SHIPPED, folder))).problems)


def sku(*limits: str, physics: str = "[]", vendor: str = "nvidia") -> str:
    """A SKU with these limits, the first on line 5."""
    lines = "".join(f"  - {{{each}, {LIMIT}}}\n" for each in limits)
    return f"title: S\nvendor: {vendor}\nkind: GPU\nlimits:\n{lines}physics: {physics}\n"


HEALTH = "diagnostic: accelerator_health, kind: at_most, reading: temp_c, parts: gpu*, value: 85, good: 30, bad: 90"


def test_a_sound_limit_is_no_problem(tmp_path: Path) -> None:
    """It should be proven on parts that the tools really name."""
    assert problems(tmp_path, skus__s=sku(HEALTH, HEALTH + ", count: 8")) == []


@pytest.mark.parametrize(
    ("limit", "field", "says"),
    [
        (HEALTH.replace("temp_c", "temprature_c"), "reading", "nothing measures temprature_c on a nvidia machine by"),
        (HEALTH.replace("gpu*", "aip*"), "parts", "fits no part of them"),
        (HEALTH.replace("gpu*", '"gpu[01]"') + ", count: 3", "parts", "fits 2 of 3 parts"),
        ("diagnostic: accelerator_health, kind: equals, reading: temp_c, parts: gpu*, value: hot, good: hot, bad: cold",
         "good", "is a number, never compared with 'hot'"),
        (HEALTH + ", when: {reading: drver, matches: '5.*', sample: '5.1'}", "when.reading", "nothing measures drver"),
    ],
)  # fmt: skip
def test_a_threshold_that_nothing_measures(tmp_path: Path, limit: str, field: str, says: str) -> None:
    """It should name the file, the line and the field, and what is near."""
    found = problems(tmp_path, skus__s=sku(HEALTH, limit))
    assert len(found) == 1
    assert found[0].startswith(f"{tmp_path}/skus/s.yaml:6: limits.1.{field}: ")
    assert says in found[0]


def test_what_is_near_is_said(tmp_path: Path) -> None:
    """It should help who mistyped."""
    assert "there is temp_c" in problems(tmp_path, skus__s=sku(HEALTH.replace("temp_c", "tempc")))[0]


def test_a_limit_that_holds_for_some_firmware_is_proven_too(tmp_path: Path) -> None:
    """It should be judged under the version that it is for."""
    when = "when: {reading: driver, matches: '535.*', sample: '535.1'}"
    assert problems(tmp_path, skus__s=sku(f"{HEALTH}, {when}")) == []


@pytest.mark.parametrize("parts", ["gpu*", '"*"', '"gpu[0-3]"'])
def test_a_sample_beyond_physics_is_a_problem_whatever_the_parts_are_called(tmp_path: Path, parts: str) -> None:
    """It should find that the limit could never be judged, by the bound itself or by the proof."""
    physics = "[{reading: temp_c, parts: gpu*, high: 80, source: test}]"
    found = problems(tmp_path, skus__s=sku(HEALTH.replace("gpu*", parts), physics=physics))
    assert len(found) == 1
    assert f"{tmp_path}/skus/s.yaml:5: limits.0" in found[0]
    assert "physics" in found[0]


def test_a_bound_that_meets_no_reading(tmp_path: Path) -> None:
    """It should be a problem: it seems to protect, and does not."""
    physics = "[{reading: temp_k, parts: gpu*, high: 400, source: test}]"
    found = problems(tmp_path, skus__s=sku(HEALTH, physics=physics))
    assert "s.yaml:6: physics.0.reading: the bound meets no reading" in found[0]


def test_a_criterion_on_what_its_plan_does_not_measure(tmp_path: Path) -> None:
    """It should be said for each program that would wait for ever."""
    criteria = (
        "title: C\nphase: EVT\ncriteria:\n"
        "  - {id: speed, kind: performance, reading: write_mbps, at_least: 3, source: t}\n"
        "  - {id: hours, kind: mtbf, hours_reading: soak_hours, at_least_hours: 9, confidence: 0.9, source: t}\n"
        "  - {id: heat, kind: performance, reading: temp_c, parts: 'gpu*', at_most: 80, source: t}\n"
    )
    program = (
        "title: P\nsku: h100-8x\nowner: me\nsites: [x]\nphases:\n  EVT: {plan: evt, criteria: c, planned_units: 2}\n"
    )
    found = problems(tmp_path, criteria__c=criteria, programs__p=program)
    assert [line.split(": ")[1] for line in found] == ["criteria.0.reading", "criteria.1.hours_reading"]
    assert "c.yaml:4:" in found[0]
    assert "p by plan evt" in found[0]


def test_a_declared_diagnostic_is_held_to_the_same(tmp_path: Path) -> None:
    """It should take limits on what the entry declares, and refuse others; and no plan may pass it over."""
    plan = "title: P\ndiagnostics:\n  - {diagnostic: thing}\n"
    good = "diagnostic: thing, kind: at_most, reading: measurement.temp, parts: gpu*, value: 85, good: 30, bad: 90"
    ok = "diagnostic: thing, kind: equals, reading: measurement.ok, value: true, good: true, bad: false"
    result = "diagnostic: thing, kind: equals, reading: run.result, value: PASS, good: PASS, bad: FAIL"
    files = {"diagnostics__thing": DECLARED, "plans__p": plan}
    assert problems(tmp_path, **files, skus__s=sku(good, ok, result)) == []
    found = problems(tmp_path, **files, skus__s=sku(good.replace(".temp", ".power")))
    assert "limits.0.reading: nothing measures measurement.power" in found[0]
    (tmp_path / "plans" / "p.yaml").unlink()
    assert f"{tmp_path}/diagnostics/thing.yaml:1: no plan asks thing" in problems(tmp_path)


@pytest.mark.parametrize(
    ("name", "text", "says"),
    [
        ("cpu_stress", DECLARED, "is there already"),
        ("thing", DECLARED.replace('"{loops}"', "x"), "no command uses the parameter loops"),
        ("thing", DECLARED.replace("{loops}", "{rounds}"), "nothing fills rounds"),
        ("thing", DECLARED.replace("{loops}", "{loops"), "write a brace of its own"),
        ("thing", DECLARED.replace("ocp-thing", "'{loops}'"), "the executable itself is no parameter"),
        ("thing", DECLARED + "disturbs: true\n" + "", None),
        ("thing", DECLARED.replace("minutes: 1", "minutes: 0"), "greater than 0"),
        ("thing", DECLARED + "severity: minor\n", "lets a run that FAILs pass"),
        ("thing", DECLARED + "shell: true\n", "not permitted"),
        ("thing", DECLARED.replace("Is it?", "It is."), "should match pattern"),
        ("thing", DECLARED.replace("name: ok", "name: temp"), "stands twice"),
    ],
)
def test_a_declared_diagnostic_that_cannot_be(tmp_path: Path, name: str, text: str, says: str | None) -> None:
    """It should be refused with its file and line."""
    plan = f"title: P\ndiagnostics:\n  - {{diagnostic: {name}}}\n"
    found = problems(tmp_path, **{f"diagnostics__{name}": text, "plans__p": plan})
    if says is None:
        assert found == []
    else:
        assert any(says in line and f"{tmp_path}/diagnostics/{name}.yaml:" in line for line in found), found
