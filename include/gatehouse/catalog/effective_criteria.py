"""The criteria that really hold for a program's phase: the set's, as the program overrides, drops and adds to them.

What belongs to the program is filled in: the peak of its SKU, its baseline, its requirements, its plan. The result is
a criteria set like any other, complete in itself: what a gate decided by can be kept and decided by again.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase

from pydantic import ValidationError

from gatehouse.catalog.criteria import CriteriaSet, Criterion, Maturity, Performance, Requirement, Requirements
from gatehouse.catalog.overrides import changes_of, joined, overridden
from gatehouse.catalog.plan import Plan
from gatehouse.catalog.program import Program, ProgramPhase
from gatehouse.catalog.sku import Sku
from gatehouse.model.readings import unit_of
from gatehouse.model.status import Phase

Where = tuple[str | int, ...]
Problem = tuple[Where, str]  # where in the phase's entry of the program, what is wrong
_TFLOPS = {"TFLOP/s": 1.0, "GFLOP/s": 1000.0}


class EffectiveError(ValueError):
    """The program's file asks what cannot be: where, and what is wrong. A person must edit the YAML."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = list(problems)
        super().__init__("; ".join(said for _, said in self.problems))


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a program's criteria are filled in from. ``requirements`` are those of each document, by its id."""

    program: Program
    plan: Plan
    sku: Sku
    requirements: Mapping[str, tuple[Requirement, ...]]


def effective_criteria(criteria: CriteriaSet, phase: Phase, around: Surroundings) -> CriteriaSet:
    """The set that the gate of this phase decides by.

    Raises:
        EffectiveError: overrides that do not fit the set, or a peak that the SKU does not tell.
    """
    asked, problems = around.program.phases[phase], []
    problems += _strangers(asked, criteria)
    kept = [criterion for criterion in criteria.criteria if criterion.id not in asked.drop]
    changed = _each(kept, lambda c: overridden(c, asked.overrides.get(c.id)), asked, problems)
    added = [c.model_copy(update={"note": joined(c.note, "added by the program")}) for c in asked.add]
    filled = _each([*changed, *added], lambda c: _filled(c, around), asked, problems)
    if problems:
        raise EffectiveError(problems)
    notes = tuple(changes_of(asked, criteria))
    try:
        return CriteriaSet(title=criteria.title, phase=criteria.phase, criteria=tuple(filled), notes=notes)
    except ValidationError as error:
        where = ("add",) if asked.add else ("drop",)  # twins come of what is added, a missing gauge of what is dropped
        raise EffectiveError((where, item["msg"]) for item in error.errors(include_url=False)) from error


def _strangers(asked: ProgramPhase, criteria: CriteriaSet) -> list[Problem]:
    """What is overridden or dropped and does not stand in the set, or is both."""
    known = {criterion.id for criterion in criteria.criteria}
    there = f"it has: {', '.join(sorted(known))}"
    named = [("overrides", name) for name in asked.overrides] + [("drop", name) for name in asked.drop]
    unknown = [((key, name), f"the set has no criterion {name!r}; {there}") for key, name in named if name not in known]
    twice = [
        (("drop", name), f"{name} is overridden too: do one of both") for name in asked.drop if name in asked.overrides
    ]
    return [*unknown, *twice]


def _each(
    criteria: Iterable[Criterion],
    change: Callable[[Criterion], Criterion],
    asked: ProgramPhase,
    problems: list[Problem],
) -> list[Criterion]:
    """Every criterion changed; what cannot be is added to the problems."""
    done: list[Criterion] = []
    for criterion in criteria:
        at = _place(criterion, asked)
        try:
            done.append(change(criterion))
        except ValidationError as error:
            problems += [((*at, *item["loc"]), item["msg"]) for item in error.errors(include_url=False)]
        except ValueError as error:
            problems.append((at, f"{criterion.id}: {error}"))
    return done


def _place(criterion: Criterion, asked: ProgramPhase) -> Where:
    """Where in the phase a criterion was asked for."""
    added = [each.id for each in asked.add]
    if criterion.id in added:
        return ("add", added.index(criterion.id))
    return ("overrides", criterion.id) if criterion.id in asked.overrides else ("criteria",)


def _filled(criterion: Criterion, around: Surroundings) -> Criterion:
    """The criterion with what the program, its SKU and its plan know."""
    match criterion:
        case Performance(peak="accelerator"):
            return criterion.model_copy(update={"peak": _accelerator_peak(criterion.reading, around.sku)})
        case Performance(peak="physics"):
            return criterion.model_copy(update={"peak": _physical_peak(criterion, around.sku)})
        case Maturity():
            return criterion.model_copy(update={"baseline": (*criterion.baseline, *around.program.baseline)})
        case Requirements():
            mine = tuple(each for name in around.program.requirements for each in around.requirements.get(name, ()))
            asked = tuple(planned.diagnostic for planned in around.plan.diagnostics)
            return criterion.model_copy(update={"requirements": (*criterion.requirements, *mine), "planned": asked})
        case _:
            return criterion


def _accelerator_peak(reading: str, sku: Sku) -> float:
    """The SKU's dense BF16 peak in the reading's unit."""
    peak = sku.accelerator.bf16_peak_tflops if sku.accelerator else None
    if peak is None:
        raise ValueError("the SKU tells no bf16_peak_tflops of its accelerator: write the peak as a number")
    factor = _TFLOPS.get(unit_of(reading))
    if factor is None:
        raise ValueError(
            f"{reading} is in {unit_of(reading) or 'no unit'}, not in TFLOP/s: its peak is no accelerator's"
        )
    return peak * factor


def _physical_peak(criterion: Performance, sku: Sku) -> float:
    """The upper end of the SKU's bound on the reading."""
    fitting = {
        bound.high
        for bound in sku.physics
        if fnmatchcase(criterion.reading, bound.reading)
        and ("*" in (criterion.parts, bound.parts) or bound.parts == criterion.parts)
    } - {None}
    if len(fitting) != 1:
        how_many = "several physical bounds" if fitting else "no physical bound with an upper end"
        raise ValueError(f"the SKU has {how_many} on {criterion.reading}: write the peak as a number")
    return float(fitting.pop() or 0.0)
