"""Learns baselines from what a SKU's machines measured, cohort by cohort, and files what it proposes.

Only sound results speak, the latest of each unit. Nothing that is learned decides anything: a person promotes it.
"""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from gatehouse.catalog.sku import Sku
from gatehouse.decisions.baselines import Direction, Learned, Physics, Rules, fingerprint, learn
from gatehouse.decisions.baselines.cohorts import Cohort
from gatehouse.decisions.baselines.families import direction_of, physics_of
from gatehouse.decisions.baselines.histogram import Step, histogram
from gatehouse.diagnostics.registry import known_diagnostics
from gatehouse.model.errors import UsageError
from gatehouse.operations.baseline_lessons import Lesson, limit_from, proposal_row
from gatehouse.operations.baseline_samples import Family, Measured, Population, read_population
from gatehouse.operations.measurable import called, measurable
from gatehouse.operations.workspace import Workspace
from gatehouse.store import baselines
from gatehouse.store.engine import Transaction, transaction


@dataclass(frozen=True, slots=True)
class LearnRequest:
    """What to learn from whom. ``target`` is a program (only its rounds) or a SKU (all rounds of its machines).

    Without ``readings`` (globs) those are learned of which the SKU's physics speaks. ``exact`` asks for fingerprints
    of numbers too; words always have one. ``direction`` overrides what the SKU's limits and the name say.
    """

    target: str
    who: str
    phase: str = ""
    readings: tuple[str, ...] = ()
    direction: Direction | None = None
    exact: bool = False
    rules: Rules = field(default_factory=Rules)


@dataclass(frozen=True, slots=True)
class Lessons:
    """Everything learned from one SKU.

    ``left_out`` names hosts that did not tell their cohort, with what they lack; ``no_direction`` readings of which
    neither the SKU nor the name says which values are better.
    """

    sku: str
    lessons: tuple[Lesson, ...]
    left_out: Mapping[str, tuple[str, ...]]
    no_direction: tuple[str, ...]


def learn_baselines(workspace: Workspace, request: LearnRequest, *, nothing_is_fine: bool = False) -> Lessons:
    """Learn, and file every proposal. The same evidence learned again adds nothing.

    With ``nothing_is_fine`` a target of which nothing was measured yet teaches nothing, and is no error.

    Raises:
        UsageError: there is no such program or SKU; nothing sound was measured, or nothing of these names.
    """
    program, name = _target(workspace, request.target)
    sku = workspace.catalog.find("SKU", name, workspace.catalog.skus)
    globs = request.readings or tuple(dict.fromkeys(bound.reading for bound in sku.physics))
    if not globs:
        raise UsageError(f"SKU {name} bounds no reading by physics: name what to learn with --reading")
    with transaction(workspace.engine) as session:
        population = read_population(session, name, program, request.phase, globs)
        if not (population.families or population.left_out or nothing_is_fine):
            raise UsageError(f"no sound result of {request.target} has a reading called {' or '.join(globs)}")
        yes_or_no = _said_yes_or_no(workspace, sku, population) if request.exact else ()
        lessons, mute = [], set()
        for family, cohort, measured in _questions(population):
            lesson = _lesson(sku, family, cohort, measured, request, yes_or_no)
            lessons.append(_filed(session, request.who, lesson, measured)) if lesson else mute.add(family.reading)
    return Lessons(name, tuple(lessons), population.left_out, tuple(sorted(mute)))


def _target(workspace: Workspace, target: str) -> tuple[str, str]:
    """(program or "", SKU)"""
    if target in workspace.catalog.programs:
        return target, workspace.catalog.programs[target].sku
    if target in workspace.catalog.skus:
        return "", target
    raise UsageError(f"{target} is neither a program nor a SKU; `gatehouse catalog list programs` shows what there is")


def _questions(population: Population) -> Iterator[tuple[Family, Cohort, Measured]]:
    for family, cohorts in sorted(population.families.items()):
        for cohort, measured in sorted(cohorts.items()):
            yield family, cohort, measured


def _lesson(
    sku: Sku, family: Family, cohort: Cohort, measured: Measured, request: LearnRequest, yes_or_no: Collection[Family]
) -> Lesson | None:
    if request.exact or measured.words:
        values = measured.words or (_yes_or_no(measured) if family in yes_or_no else measured.numbers)
        found = fingerprint(values, request.rules.hosts_at_least)
        return Lesson(family, cohort, measured.unit, Physics(), None, found)
    own = [limit for limit in sku.limits if limit.diagnostic == family.diagnostic]
    part, name = measured.example
    direction = request.direction or direction_of(part, name, own)
    if direction is None:
        return None
    physics = physics_of(part, name, own, sku.physics)
    learned = learn(measured.numbers, direction, physics, request.rules)
    return Lesson(family, cohort, measured.unit, physics, learned, None, _steps(learned, measured.numbers))


def _said_yes_or_no(workspace: Workspace, sku: Sku, population: Population) -> set[Family]:
    """Families whose tools say yes or no: the store keeps that as a number, a limit never compares the two."""
    declared = workspace.catalog.diagnostics
    known = known_diagnostics(declared)
    found = set()
    for family in population.families:
        if family.diagnostic in known:
            given = measurable(known[family.diagnostic], sku.vendor, declared.get(family.diagnostic))
            sorts = {each.sort for each in called(family.reading, given)}
            found |= {family} if sorts == {"yes/no"} else set()
    return found


def _yes_or_no(measured: Measured) -> dict[str, list[bool]]:
    return {host: [bool(value) for value in values] for host, values in measured.numbers.items()}


def _steps(learned: Learned, numbers: Mapping[str, Sequence[float]]) -> tuple[Step, ...]:
    out = {score.host for score in learned.outliers}
    groups: dict[bool, list[float]] = defaultdict(list)
    for host, values in numbers.items():
        groups[host in out].extend(values)
    return histogram(groups[False], groups[True])


def _filed(session: Transaction, who: str, lesson: Lesson, measured: Measured) -> Lesson:
    limit = limit_from(lesson, measured)
    if limit is None:
        return lesson
    row, _ = baselines.propose(session, who, proposal_row(lesson, limit, measured))
    return replace(lesson, limit=limit, baseline=row.id, state=row.state)
