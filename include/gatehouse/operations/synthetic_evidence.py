"""Evidence made up to prove criteria: a build that does everything right, and what would spoil it for one criterion.

It is small: the planned units, one mandatory diagnostic and those that the criterion names, a few rounds. What is good
or bad about it follows from the criterion's own numbers.
"""

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import count, islice
from typing import Any

from gatehouse.catalog import criteria as spec
from gatehouse.catalog.addresses import matches_part
from gatehouse.decisions import statistics
from gatehouse.model.evidence import EvidenceRow, PhaseEvidence, RoundSummary, ValueRow, WordRow
from gatehouse.model.readings import unit_of
from gatehouse.model.records import Attestation, Disposition, Observation, Records, UnitDisposition
from gatehouse.model.status import Measured, Phase, Severity, Verdict
from gatehouse.operations.sample_values import population, repeats, word_of

START = datetime(2026, 1, 5, tzinfo=UTC)
_ANY = "proof"  # the diagnostic that stands for the plan's mandatory ones
_MOST_PARTS = 8
_LONGEST_DAYS = 36_500.0
_JUST = 1.01  # so much of the hours that are needed: with one failure they no longer do
_WILD = re.compile(r"\*|\?|\[[^\]]*\]")


@dataclass(frozen=True, slots=True)
class Build:
    """The build that a phase plans: of which program, how many units, at which sites."""

    program: str
    phase: Phase
    units: int
    sites: tuple[str, ...]


def good_evidence(criterion: spec.Criterion, build: Build) -> PhaseEvidence:
    """Evidence with which the criterion should be met, if a build of that size can meet it at all."""
    return _evidence(criterion, build, good=True)


def bad_evidence(criterion: spec.Criterion, build: Build) -> PhaseEvidence:
    """As much evidence, of the sort that the criterion is there to stop."""
    made = _evidence(criterion, build, good=False)
    match criterion:
        case spec.UnitsTested() | spec.Coverage() | spec.Sites() | spec.SitesQualified():
            return _rows(made, measured=Measured.SKIP, verdict=Verdict.NOT_APPLICABLE)
        case spec.NoOpenIssues():
            return _rows(made, verdict=Verdict.FAIL, severity=criterion.severities[0], reason="proof")
        case spec.DataQuality():
            unsound = tuple(replace(each, admissible=False) for each in made.rounds)
            return replace(_rows(made, admissible=False), rounds=unsound)
        case spec.Fresh():
            return replace(made, now=made.now + timedelta(days=2 * criterion.max_age_days))
        case spec.SoakDays():
            return replace(made, now=START + timedelta(minutes=1))
        case spec.Performance() | spec.Gauge() | spec.Maturity() | spec.SignOffs():
            return made
        case spec.WorkloadsMoved() | spec.ReservationsZero() | spec.Dispositioned() | spec.Attested():
            return made
        case _:
            return _rows(made, verdict=Verdict.FAIL, severity=Severity.MAJOR, reason="proof")


def _evidence(criterion: spec.Criterion, build: Build, good: bool) -> PhaseEvidence:
    names = tuple(f"unit{n:04}" for n in range(build.units))
    diagnostics = (_ANY, *_named(criterion))
    days = _days(criterion, build)
    rounds = criterion.repeats_at_least if isinstance(criterion, spec.Gauge) else 2
    ids = count(1)
    rows = tuple(
        _row(next(ids), number, unit, build.sites[place % len(build.sites)], diagnostic, days * number / (rounds - 1))
        for number in range(rounds)
        for place, unit in enumerate(names)
        for diagnostic in diagnostics
    )
    now = START + timedelta(days=days, minutes=1)
    return PhaseEvidence(
        program=build.program,
        phase=build.phase,
        now=now,
        units=names,
        diagnostics=(_ANY,),
        rows=rows,
        rounds=tuple(RoundSummary(f"r{n}", True, (), names, now) for n in range(rounds)),
        sites=build.sites,
        records=_records(criterion, names, now, days, good),
        **_readings(criterion, build, [row for row in rows if row.diagnostic == _ANY], good),
    )


def _records(criterion: spec.Criterion, names: tuple[str, ...], now: datetime, days: float, good: bool) -> Records:
    """What people and schedulers said: all that is asked, or that something is left."""
    match criterion:
        case spec.WorkloadsMoved() | spec.ReservationsZero():
            left = 0 if good else 1
            turns = range(math.ceil(days / criterion.observed_every_days) + 1)
            ats = [now - timedelta(days=min(turn * criterion.observed_every_days, days)) for turn in turns]
            sources = criterion.sources or ("scheduler",)
            return Records(observations=tuple(Observation(source, at, left, left) for source in sources for at in ats))
        case spec.Dispositioned():
            gone = names if good else names[1:]
            said = (Disposition.SCRAPPED, "https://erased.example", "", "proof", now)
            return Records(dispositions=tuple(UnitDisposition(unit, *said) for unit in gone))
        case spec.Attested():
            word = Attestation(criterion.id, "proof", "https://word.example", now)
            return Records(attestations=(word,) if good else ())
        case _:
            return Records()


def _row(result_id: int, number: int, unit: str, site: str, diagnostic: str, day: float) -> EvidenceRow:
    at = START + timedelta(days=day)
    said = (Measured.COMPLETE, Verdict.PASS, None, "", at, True)
    return EvidenceRow(result_id, f"r{number}", unit, site, diagnostic, *said)


def _rows(evidence: PhaseEvidence, **changes: Any) -> PhaseEvidence:
    return replace(evidence, rows=tuple(replace(row, **changes) for row in evidence.rows))


def _named(criterion: spec.Criterion) -> tuple[str, ...]:
    """The diagnostics that a criterion looks at by name."""
    if isinstance(criterion, spec.SdcRate):
        return criterion.diagnostics
    if isinstance(criterion, spec.Requirements):
        return tuple(dict.fromkeys(name for each in criterion.requirements for name in each.verified_by))
    return ()


def _days(criterion: spec.Criterion, build: Build) -> float:
    """How long the phase goes on, so that its hours and its soak are there."""
    if isinstance(criterion, spec.SoakDays):
        return criterion.at_least
    if isinstance(criterion, spec.Mtbf):
        hours = statistics.mtbf_hours_required(criterion.at_least_hours, 0, criterion.confidence)
        return min(hours / build.units / 24 + 1, _LONGEST_DAYS)
    if isinstance(criterion, spec.WorkloadsMoved):
        return criterion.for_days
    return min(criterion.max_age_days, 1.0) / 2 if isinstance(criterion, spec.Fresh) else 1.0


def _readings(criterion: spec.Criterion, build: Build, rows: list[EvidenceRow], good: bool) -> dict[str, Any]:
    """Values, history or words for the criterion, on the rows of the diagnostic that stands for all."""
    last = [row for row in rows if row.round_id == rows[-1].round_id]
    match criterion:
        case spec.Performance():
            part = next(part_names(criterion.parts))
            values = islice(population(criterion, good), len(last))
            return {"values": {criterion.reading: tuple(_value(r, part, v) for r, v in zip(last, values, strict=True))}}
        case spec.Gauge():
            return {"history": {criterion.reading: tuple(_repeated(criterion, rows, good))}}
        case spec.Mtbf(hours_reading=str(name)):
            hours = statistics.mtbf_hours_required(criterion.at_least_hours, 0, criterion.confidence)
            return {"history": {name: tuple(_value(row, "host", _JUST * hours / len(rows)) for row in rows)}}
        case spec.SdcRate():
            hours = statistics.exposure_required(criterion.per_hour, 0, criterion.confidence) / criterion.devices
            name = criterion.exposures[0]
            each = _JUST * hours / len(rows) / spec.HOURS[unit_of(name)]
            return {"history": {name: tuple(_value(row, "host", each) for row in rows)}}
        case spec.Maturity():
            return {"words": _words(criterion, build.phase, last, good)}
        case _:
            return {}


def _value(row: EvidenceRow, part: str, value: float) -> ValueRow:
    return ValueRow(row.result_id, row.unit, part, value)


def _repeated(criterion: spec.Gauge, rows: list[EvidenceRow], good: bool) -> Iterator[ValueRow]:
    parts = list(islice(part_names(criterion.parts), _MOST_PARTS))
    units = list(dict.fromkeys(row.unit for row in rows))
    for row in rows:
        for number, part in enumerate(parts):
            place = units.index(row.unit) * len(parts) + number
            value = repeats(criterion, place, len(units) * len(parts), int(row.round_id[1:]), good)
            yield _value(row, part, value)


def _words(criterion: spec.Maturity, phase: Phase, rows: list[EvidenceRow], good: bool) -> dict[str, Any]:
    found: dict[str, list[WordRow]] = {}
    for item in criterion.baseline:
        word = word_of(item, phase, good)
        for part in islice(part_names(item.parts), item.count) if word else ():
            found.setdefault(item.reading, []).extend(WordRow(row.result_id, row.unit, part, word) for row in rows)
    return {name: tuple(words) for name, words in found.items()}


def part_names(glob: str) -> Iterator[str]:
    """Names of parts that a glob fits, as long as there are some."""
    if glob == "*":
        yield "host"
    named = (_WILD.sub(str(number), glob if glob != "*" else "gpu*") for number in range(256))
    yield from dict.fromkeys(name for name in named if matches_part(glob, name))
