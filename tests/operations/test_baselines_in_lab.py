"""Learning from a fleet that real SSH measured: who is quietly slow, and what a whole slow fleet must not teach."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from lab_world import LabWorld, lab_world

from gatehouse.decisions.baselines import Finding
from gatehouse.model.status import Phase
from gatehouse.operations.advance_phase import open_phase
from gatehouse.operations.baseline_lessons import Lesson
from gatehouse.operations.learn_baselines import Lessons, LearnRequest, learn_baselines

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


def test_x(world: LabWorld) -> None:
    world.lab.inject(id="slow", host="h100-evt-03", part="gpu5", fault="host_copy_slow", **{"with": {"share": 0.93}})
    s = world.judged(PROGRAM)
    print(s.admissible, s.problems, [(u.host, u.failed, u.not_measured) for u in s.units])
    for lesson in learned(world).lessons:
        print(
            lesson.family,
            lesson.cohort.words,
            lesson.reason,
            lesson.limit and (lesson.limit.required, lesson.limit.good, lesson.limit.bad),
            lesson.outliers,
            lesson.learned and (lesson.learned.quantiles, lesson.learned.scale, lesson.learned.repeatability),
        )
        print(lesson.physics)
    assert 0
