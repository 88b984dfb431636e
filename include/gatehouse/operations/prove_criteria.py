"""Proves of every criterion, as each program's phase asks it, that evidence exists that meets it and that fails it.

The proof is the real evaluation, of made-up evidence: a perfect build of the planned size must meet the criterion, and
as much evidence of what the criterion is there to stop must not.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta

from gatehouse.catalog import criteria as spec
from gatehouse.catalog.loader import Catalog
from gatehouse.decisions.gates import evaluate
from gatehouse.model.errors import CatalogError
from gatehouse.model.evidence import CriterionOutcome, PhaseEvidence, SignOff
from gatehouse.model.status import CriterionStatus, Phase
from gatehouse.operations.synthetic_evidence import Build, bad_evidence, good_evidence

_LARGE = 1000  # units for sets that no program asks


@dataclass(frozen=True, slots=True)
class Asked:
    """A criteria set as somebody asks it: by which program, or by nobody yet."""

    name: str  # of the set
    criteria: spec.CriteriaSet
    build: Build
    program: str = ""


def asked_sets(catalog: Catalog) -> Iterator[Asked]:
    """The effective set of every phase of every program, and the sets that no program asks.

    Raises:
        CatalogError: a program changes what cannot be changed.
    """
    used = set()
    for name, program in catalog.programs.items():
        for phase, asked in program.phases.items():
            used.add(asked.criteria)
            build = Build(name, phase, asked.planned_units or _LARGE, program.sites)
            yield Asked(asked.criteria, catalog.criteria_of(name, phase), build, name)
    for name, criteria in catalog.criteria.items():
        if name not in used:
            yield Asked(name, criteria, Build(name, criteria.phase, _LARGE, ("a", "b", "c", "d")))


def criteria_problems(catalog: Catalog) -> Iterator[str]:
    """Criteria that nothing meets, or that nothing fails, with file and line."""
    known: dict[tuple[str, Phase, int, tuple[str, ...]], str] = {}  # programs share most of their criteria
    try:
        for asked in asked_sets(catalog):
            build = asked.build
            for criterion in asked.criteria.criteria:
                key = (criterion.model_dump_json(), build.phase, build.units, build.sites)
                if key not in known:
                    known[key] = _of_criterion(criterion, asked)
                if said := known[key]:
                    yield _place(catalog, asked, criterion, f"{criterion.id}{_for(asked)}: {said}")
    except CatalogError as error:
        yield from error.problems


def _of_criterion(criterion: spec.Criterion, asked: Asked) -> str:
    if not asked.program and _filled_by_programs(criterion):
        return ""
    only = asked.criteria.model_copy(update={"criteria": (_alone(criterion),), "phase": asked.build.phase})
    good = _outcome(only, good_evidence(criterion, asked.build), sign=True)
    if good.status is not CriterionStatus.MET:
        planned = f"a perfect build of {asked.build.units} units"
        return f"can never be met: {planned} at {len(asked.build.sites)} sites leaves: {good.missing}"
    bad = _outcome(only, bad_evidence(criterion, asked.build), sign=False)
    return f"can never fail: {bad.observed}" if bad.status is CriterionStatus.MET else ""


def _alone(criterion: spec.Criterion) -> spec.Criterion:
    """The criterion without what another one of its set must show first."""
    return criterion.model_copy(update={"needs_gauge": False}) if isinstance(criterion, spec.Performance) else criterion


def _filled_by_programs(criterion: spec.Criterion) -> bool:
    """Whether a criterion holds nothing before a program has filled it in."""
    match criterion:
        case spec.Performance():
            return isinstance(criterion.peak, str)
        case spec.Maturity():
            return not criterion.baseline
        case spec.Requirements():
            return True
        case _:
            return False


def _outcome(only: spec.CriteriaSet, evidence: PhaseEvidence, sign: bool) -> CriterionOutcome:
    decision = evaluate(evidence, only)
    if sign:
        roles = [role for c in only.criteria if isinstance(c, spec.SignOffs) for role in c.roles]
        at = evidence.now - timedelta(minutes=1)
        signed = tuple(SignOff(f"{role} of the proof", role, True, "", decision.evidence_digest, at) for role in roles)
        decision = evaluate(replace(evidence, sign_offs=signed), only)
    return decision.outcomes[0]


def _for(asked: Asked) -> str:
    return f" for {asked.program} {asked.build.phase}" if asked.program else ""


def _place(catalog: Catalog, asked: Asked, criterion: spec.Criterion, said: str) -> str:
    """File and line of the criterion: in the set, or in the program where that overrides or adds it."""
    if asked.program:
        phase = catalog.programs[asked.program].phases[asked.build.phase]
        at = ("phases", asked.build.phase.value)
        if criterion.id in phase.overrides:
            return catalog.problem("programs", asked.program, (*at, "overrides", criterion.id), said)
        for index, added in enumerate(phase.add):
            if added.id == criterion.id:
                return catalog.problem("programs", asked.program, (*at, "add", index), said)
    ids = [each.id for each in catalog.criteria[asked.name].criteria]
    return catalog.problem("criteria", asked.name, ("criteria", ids.index(criterion.id)), said)
