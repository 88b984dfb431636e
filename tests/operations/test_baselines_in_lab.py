"""Learning from a fleet that real SSH measured: who is quietly slow, and what a whole slow fleet must not teach."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml
from lab_world import LabWorld, lab_world

from gatehouse.catalog.limits import AtLeast
from gatehouse.catalog.sku import Sku
from gatehouse.decisions.baselines import Finding
from gatehouse.model.status import Phase
from gatehouse.operations.advance_phase import open_phase
from gatehouse.operations.baseline_lessons import Lesson
from gatehouse.operations.export_baseline import export_baseline
from gatehouse.operations.learn_baselines import LearnRequest, Lessons, learn_baselines
from gatehouse.operations.prove_limits import limit_problems
from gatehouse.store import baselines
from gatehouse.store.engine import transaction

PROGRAM = "speed"
HOSTS = 8
COPIES = "host_to_device_memcpy_ce.row*.col*_gbps"
PLAN = """title: How fast are the accelerators?
why: tests
diagnostics:
  - {diagnostic: firmware_inventory}
  - {diagnostic: accelerator_topology}
  - {diagnostic: accelerator_bandwidth}
  - {diagnostic: accelerator_burn, params: {seconds: 10}}
"""
PROGRAM_FILE = """title: Speed program
sku: h100-8x
owner: tests
sites: [lab]
phases:
  EVT: {plan: speed, criteria: small-evt, planned_units: 8}
"""


@pytest.fixture
def world(tmp_path: Path, fresh_store_url: str) -> Iterator[LabWorld]:
    for name, text in (("plans", PLAN), ("programs", PROGRAM_FILE)):
        path = tmp_path / "lab" / "catalog" / name / f"{PROGRAM}.yaml"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    with lab_world(tmp_path, fresh_store_url, [f"h100-8x:{PROGRAM}:EVT:{HOSTS}"]) as made:
        open_phase(made.workspace, PROGRAM, Phase.EVT, "tester")
        yield made


def learned(world: LabWorld, *readings: str) -> Lessons:
    """Learn from the program's rounds."""
    return learn_baselines(world.workspace, LearnRequest(PROGRAM, "tester", readings=readings))


def of(lessons: Lessons, reading: str) -> Lesson:
    """The one lesson on a family of readings."""
    return next(lesson for lesson in lessons.lessons if lesson.family.reading == reading)


def refused_by(lessons: Lessons, finding: Finding) -> set[str]:
    """Families of which learning said so."""
    return {lesson.family.reading for lesson in lessons.lessons if lesson.learned and lesson.learned.finding is finding}


def test_one_quietly_slow_link_is_found_bounded_and_then_held(world: LabWorld) -> None:
    """It should find exactly the host whose limits all passed, export a limit that can fail, and hold later rounds."""
    world.lab.inject(id="slow", host="h100-evt-03", part="gpu5", fault="host_copy_slow", **{"with": {"share": 0.93}})
    assert not any(unit.failed for unit in world.judged(PROGRAM).units)  # 51.6 GB/s is above the limit of 48
    lessons = learned(world)
    outliers = {lesson.family.reading: lesson.outliers for lesson in lessons.lessons}
    assert outliers == {
        COPIES: ("h100-evt-03",),
        "device_to_host_memcpy_ce.row*.col*_gbps": ("h100-evt-03",),
        "device_to_device_memcpy_read_ce.row*.col*_gbps": (),
        "last_gflops": (),
    }
    found = of(lessons, COPIES)
    assert isinstance(found.limit, AtLeast)
    assert 52.0 < found.limit.value < 55.3
    assert found.cohort.firmware == "driver 550.127.08, vbios 96.00.74.00.1A"
    assert found.baseline is not None
    _export_is_sound(world, found.baseline)
    with transaction(world.workspace.engine) as session:  # sixty runs in the shadow take too long for a test
        baselines.move(session, baselines.get(session, found.baseline), "proposed", "enforced", "tester", "test")
    later = world.judged(PROGRAM)
    assert {unit.host for unit in later.units if unit.failed} == {"h100-evt-03"}
    bad = next(unit for unit in later.units if unit.failed)
    required = f"must be at least {found.limit.value:g} GB/s (baseline {found.baseline})"
    assert required in bad.failed["accelerator_bandwidth"]
    assert not any(unit.not_measured for unit in later.units)


def test_a_fleet_that_is_slow_for_the_most_part_teaches_nothing(world: LabWorld) -> None:
    """It should not take the throttled majority for normal: no limit sees it, the share of the peak does."""
    for number in range(1, 7):
        for gpu in range(8):
            world.lab.inject(id=f"b{number}-{gpu}", host=f"h100-evt-0{number}", part=f"gpu{gpu}", fault="power_brake")
    assert not any(unit.failed for unit in world.judged(PROGRAM).units)
    lessons = learned(world)
    assert refused_by(lessons, Finding.POISONED) == {"last_gflops"}
    burn = of(lessons, "last_gflops")
    assert burn.baseline is None
    assert "6 hosts of 8" in burn.reason
    assert "of the peak" in burn.reason
    assert set(burn.outliers) == {f"h100-evt-0{number}" for number in range(1, 7)}


def _export_is_sound(world: LabWorld, baseline: int) -> None:
    """The exported entry, put into the SKU's file, is a limit that the catalogue accepts and that tells its driver."""
    text = export_baseline(world.workspace, baseline)
    (entry,) = yaml.safe_load(text)
    assert entry["when"] == {"reading": "driver", "matches": "550.127.08", "sample": "550.127.08"}
    sku = world.workspace.catalog.skus["h100-8x"]
    whole = Sku.model_validate({**sku.model_dump(mode="json"), "limits": [entry]})
    assert list(limit_problems(whole, {})) == []
