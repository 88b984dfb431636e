"""Proves of every limit that it can fail and can pass, on readings that something really measures.

The proof goes the way of a real round: a report with the limit's sample is judged, and its good sample must come out as
PASS, its bad one as a violation. Each problem is (where in the SKU's file, what is wrong).
"""

from collections.abc import Iterator, Mapping, Sequence
from difflib import get_close_matches

from gatehouse.catalog.declared import DeclaredDiagnostic
from gatehouse.catalog.limits import Limit, PhysicalBound, beyond_physics
from gatehouse.catalog.sku import Sku
from gatehouse.catalog.values import written
from gatehouse.decisions.verdicts import judge
from gatehouse.diagnostics.registry import known_diagnostics
from gatehouse.model.readings import Reading, ToolReport
from gatehouse.model.results import Result
from gatehouse.model.status import Measured, Verdict
from gatehouse.operations.measurable import HOST, Measurable, called, measurable, parts_of

Location = tuple[str | int, ...]
Problem = tuple[Location, str]
_PROOF = "proof"


def limit_problems(sku: Sku, declared: Mapping[str, DeclaredDiagnostic]) -> Iterator[Problem]:
    """Limits of a SKU that nothing can meet, nothing can break, or nothing measures; bounds that bound nothing."""
    known = known_diagnostics(declared)
    given = {name: measurable(each, sku.vendor, declared.get(name)) for name, each in known.items()}
    wild = {index: (("limits", index, field), said) for index, field, said in beyond_physics(sku.limits, sku.physics)}
    for index, limit in enumerate(sku.limits):
        if not known[limit.diagnostic].asks(sku.vendor):
            never = f"has no reader for vendor {sku.vendor}: {limit.reading} is never compared"
            yield ("limits", index, "diagnostic"), f"{limit.diagnostic} {never}"
        elif index in wild:
            yield wild[index]
        else:
            yield from _of_limit(("limits", index), limit, given[limit.diagnostic], sku)
    every = frozenset().union(*given.values())
    for index, bound in enumerate(sku.physics):
        for field, said in unmeasured(bound.reading, (bound.parts,), every, f"a {sku.vendor} machine"):
            yield ("physics", index, field), f"the bound meets no reading: {said}"


def unmeasured(
    reading: str, globs: Sequence[str], given: frozenset[Measurable], whose: str, count: int = 1
) -> Iterator[tuple[str, str]]:
    """(field, what is wrong) where nothing measures that reading of those parts; nothing where all is well."""
    named = called(reading, given)
    if not named:
        near = get_close_matches(reading, sorted({each.name for each in given}), n=3, cutoff=0.5)
        hint = f"; there is {', '.join(near)}" if near else ""
        yield "reading", f"nothing measures {reading} on {whose}{hint}"
        return
    most = max(len(parts_of(each.part, globs, 1 if "*" in reading else count)) for each in named)
    if most and "*" in reading:
        return  # of numbered columns there are as many as the machine has devices
    if most < count:
        of_parts = ", ".join(sorted({each.part for each in named}))
        what = f"{most} of {count} parts" if most else "no part"
        yield "parts", f"{reading} is measured of {of_parts}; {', '.join(globs)} fits {what} of them"


def _of_limit(where: Location, limit: Limit, given: frozenset[Measurable], sku: Sku) -> Iterator[Problem]:
    globs = (limit.parts,) if isinstance(limit.parts, str) else limit.parts
    count = limit.count or 1
    whose = f"a {sku.vendor} machine by {limit.diagnostic}"
    problems = list(unmeasured(limit.reading, globs, given, whose, count))
    if limit.when:
        asked = unmeasured(limit.when.reading, ("*",), given, whose)
        problems += [(f"when.{field}", said) for field, said in asked]
    yield from (((*where, *field.split(".")), said) for field, said in problems)
    if problems:
        return
    a_name = 1 if "*" in limit.reading else count
    named = [each for each in called(limit.reading, given) if len(parts_of(each.part, globs, a_name)) == a_name]
    if not any(_same_sort(each, limit.good) for each in named):
        sorts = " or ".join(sorted({each.sort for each in named}))
        yield (*where, "good"), f"{limit.reading} is a {sorts}, never compared with {written(limit.good)}"
        return
    parts = parts_of(named[0].part, globs, a_name)
    names = [limit.reading.replace("*", str(number)) for number in range(count if a_name < count else 1)]
    places = [(name, part) for name in names for part in parts]
    yield from ((where, said) for said in _proof(limit, places, sku.physics))


def _same_sort(each: Measurable, sample: object) -> bool:
    kind = "yes/no" if isinstance(sample, bool) else "word" if isinstance(sample, str) else "number"
    return each.sort == kind


Place = tuple[str, str]  # name of a reading, part


def _proof(limit: Limit, places: Sequence[Place], bounds: Sequence[PhysicalBound]) -> Iterator[str]:
    good = _judged(limit, dict.fromkeys(places, limit.good), bounds)
    if (good.measured, good.verdict, good.violations) != (Measured.COMPLETE, Verdict.PASS, ()):
        yield f"the good sample {written(limit.good)} does not pass: {good.measured} {good.verdict}: {good.reason}"
    bad = _judged(limit, {**dict.fromkeys(places, limit.good), places[-1]: limit.bad}, bounds)
    fails = bad.verdict is Verdict.FAIL or not limit.severity.fails
    if not (fails and bad.measured is Measured.COMPLETE and bad.violations):
        yield f"the bad sample {written(limit.bad)} does not fail: {bad.measured} {bad.verdict}: {bad.reason}"


def _judged(limit: Limit, samples: Mapping[Place, bool | float | str], bounds: Sequence[PhysicalBound]) -> Result:
    """What a round would say of these values."""
    readings = [Reading(name, value, limit.reading_unit, part) for (name, part), value in samples.items()]
    if limit.when:
        readings.append(Reading(limit.when.reading, limit.when.sample, "", HOST))
    addressed = {str(number): reading for number, reading in enumerate(readings)}
    facts = {name: reading.value for name, reading in addressed.items()}
    report = ToolReport(_PROOF, Measured.COMPLETE, complete=True, facts=facts, addressed=addressed)
    return judge(limit.diagnostic, [(_PROOF, report)], [limit], bounds, asks_expected=1)
