"""Evidence of every kind: sound and doubtful, early and late, once and twice, of ours and of others.

Hypothesis draws a seed and how good the phase is; the rows come from a die with that seed. Drawing every field by
itself gives short, sickly phases only, in which hardly anything is ever met or replaced.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

from any_criteria import (
    CRITERIA,
    DURATION,
    EXTRA,
    FOREIGN,
    HOURS,
    MANDATORY,
    MATURE,
    OLD,
    ROLES,
    SOURCE,
    SPEED,
    UNITS,
    UNLISTED,
    VERSION,
)
from hypothesis import strategies as st

from gatehouse.catalog.criteria import CriteriaSet
from gatehouse.decisions.evidence_digest import evidence_digest
from gatehouse.decisions.evidence_index import EvidenceIndex
from gatehouse.model.evidence import EarlierExit, EvidenceRow, PhaseEvidence, RoundSummary, SignOff, ValueRow, WordRow
from gatehouse.model.records import Attestation, Disposition, Observation, Records, UnitDisposition
from gatehouse.model.status import Measured, Phase, Severity, Verdict
from gatehouse.model.waivers import Approval, StepKind, Waiver, WaiverRole, WaiverStep

NOW = datetime(2026, 4, 1, 12, tzinfo=UTC)
ROUNDS = ("r1", "r2", "r3", "r4", "r5")
SITES = ("lab", "hall", "")
HOME = {"u0": "hall", "u1": "lab", "u2": "lab", FOREIGN: "lab"}
GOOD = (Measured.COMPLETE, Verdict.PASS, None)
OTHERWISE: tuple[tuple[Measured, Verdict, Severity | None], ...] = (
    (Measured.COMPLETE, Verdict.FAIL, Severity.MAJOR),
    (Measured.COMPLETE, Verdict.FAIL, Severity.BLOCKER),
    (Measured.COMPLETE, Verdict.FAIL, None),
    (Measured.COMPLETE, Verdict.PASS, Severity.MINOR),
    (Measured.COMPLETE, Verdict.NOT_APPLICABLE, None),
    (Measured.ERROR, Verdict.NOT_APPLICABLE, None),
    (Measured.SKIP, Verdict.NOT_APPLICABLE, None),
)


@dataclass(frozen=True)
class Die:
    """Chance with a seed. ``good`` is how often a thing is as it should be."""

    random: Random
    good: float

    def fine(self) -> bool:
        """Whether this thing is as it should be."""
        return self.random.random() < self.good

    def one_of(self, *things: Any) -> Any:
        """Any of the things."""
        return self.random.choice(things)

    def hours(self) -> timedelta:
        """Some hours around now: some results have the same time, and some are of the future."""
        return timedelta(hours=self.random.randint(-12, 0 if self.fine() else 2))


dice = st.builds(Die, st.integers(0, 2**32).map(Random), st.sampled_from([0.5, 0.8, 0.95, 1.0]))


def rows_and_rounds(die: Die, rounds: Sequence[str] = ROUNDS) -> tuple[list[EvidenceRow], list[RoundSummary]]:
    """Rows of some rounds and the rounds' summaries. A round asks a unit each question once."""
    chosen = rounds[: die.random.randint(1, len(rounds))]
    admissible = {name: True if die.fine() else die.one_of(False, None) for name in chosen}
    asked = [
        (name, unit, diagnostic) for name in chosen for unit in (*UNITS, FOREIGN) for diagnostic in (*MANDATORY, EXTRA)
    ]
    die.random.shuffle(asked)
    rows = [
        _row(die, result_id, admissible[name], name, unit, diagnostic)
        for result_id, (name, unit, diagnostic) in enumerate((a for a in asked if die.fine()), start=1)
    ]
    return rows, [_summary(die, name, admissible[name], rows) for name in chosen]


def _row(die: Die, result_id: int, admissible: bool | None, name: str, unit: str, diagnostic: str) -> EvidenceRow:
    measured, verdict, severity = GOOD if die.fine() else die.one_of(*OTHERWISE)
    return EvidenceRow(
        result_id=result_id,
        round_id=name,
        unit=unit,
        site=HOME[unit] if die.fine() else die.one_of(*SITES),
        diagnostic=diagnostic,
        measured=measured,
        verdict=verdict,
        severity=severity,
        reason=f"{diagnostic} said {severity}" if severity else "",
        at=NOW + die.hours(),
        admissible=admissible,
        set_aside=not die.fine() and die.one_of(True, False),
    )


def _summary(die: Die, name: str, admissible: bool | None, rows: Sequence[EvidenceRow]) -> RoundSummary:
    planned = {row.unit for row in rows if row.round_id == name} | {die.one_of(*UNITS, FOREIGN)}
    judged = None if admissible is None else NOW + die.hours()
    problems = () if admissible is not False else ("two hosts claim one serial",)
    return RoundSummary(name, admissible, problems, tuple(sorted(planned)), judged)


def _odd(die: Die, rows: Sequence[EvidenceRow]) -> list[EvidenceRow]:
    """Some rows judged otherwise than their rounds, some listed twice, in any order."""
    changed = [row if die.fine() else replace(row, admissible=die.one_of(True, False, None)) for row in rows]
    twins = [_twin(die, row) for row in changed if not die.fine()]
    mixed = [*changed, *twins]
    die.random.shuffle(mixed)
    return mixed


def _twin(die: Die, row: EvidenceRow) -> EvidenceRow:
    """A copy of a result, which may say something else."""
    said = die.one_of({}, {"severity": Severity.MAJOR}, {"set_aside": True}, {"admissible": None}, {"verdict": None})
    if "verdict" in said:
        said = {"measured": Measured.COMPLETE, "verdict": die.one_of(Verdict.PASS, Verdict.FAIL)}
    return replace(row, **said)


def evidence_of(
    die: Die,
    rows: Sequence[EvidenceRow],
    rounds: Sequence[RoundSummary],
    criteria: CriteriaSet = CRITERIA,
    waivers_from: int = 0,
    **changes: Any,
) -> PhaseEvidence:
    """A phase of those rows, with readings, records, answers and waivers of every kind."""
    speeds = tuple(_speeds(die, rows))
    asked = PhaseEvidence(
        program="atlas",
        phase=criteria.phase,
        now=NOW,
        units=UNITS,
        diagnostics=MANDATORY,
        rows=tuple(rows),
        rounds=tuple(rounds),
        values={SPEED: speeds},
        history={SPEED: speeds, HOURS: tuple(_hours(die, rows)), DURATION: tuple(_durations(die, rows))},
        words={VERSION: tuple(_versions(die, rows))},
        waivers=tuple(_waiver(die, waivers_from + number, criteria) for number in range(1, die.random.randint(1, 9))),
        sites=("hall", "lab"),
        site_of={unit: HOME[unit] for unit in UNITS},
        earlier=() if die.fine() else (EarlierExit(Phase.DVT, die.one_of(True, False), "so they say", "a waiver"),),
        records=_records(die, criteria.phase),
    )
    asked = replace(asked, **changes)
    digest = evidence_digest(EvidenceIndex(asked), criteria)
    return replace(asked, sign_offs=tuple(_sign_offs(die, digest)))


@st.composite
def evidences(draw: st.DrawFn) -> PhaseEvidence:
    """Everything that a gate may look at, odd things too: rounds without a summary, rows that disagree with theirs."""
    die = draw(dice)
    rows, rounds = rows_and_rounds(die)
    evidence = evidence_of(die, _odd(die, rows), [summary for summary in rounds if die.fine()])
    said = evidence.records
    others = tuple(replace(d, erase_certificate="") for d in said.dispositions if not die.fine())
    twice = tuple(replace(a, who="Grace") for a in said.attestations if not die.fine())
    records = Records((*said.attestations, *twice), said.observations, (*said.dispositions, *others))
    return replace(evidence, records=records)


def once(rows: Sequence[EvidenceRow]) -> list[EvidenceRow]:
    """The first row of each id: a result has its readings once."""
    return list({row.result_id: row for row in reversed(rows)}.values())


def speed_of(unit: str, part: int) -> float:
    """What a part's speed is about: parts differ, more than repeats of one part do."""
    return 420.0 + 15.0 * (*UNITS, FOREIGN).index(unit) + 4.0 * part


def _speeds(die: Die, rows: Sequence[EvidenceRow]) -> Iterator[ValueRow]:
    """Of two parts. A die that is not fine takes no value, one from another diagnostic, or a wild one."""
    for row in once(rows):
        for part in range(2):
            if (row.diagnostic == MANDATORY[1]) is die.fine():
                wild = 0.0 if die.fine() else die.one_of(0.0, 0.0, -40.0, -300.0, 250.0, math.inf)
                spread = 0.01 * die.random.randint(-30, 30)
                yield ValueRow(row.result_id, row.unit, f"gpu{part}", speed_of(row.unit, part) + spread + wild)


def _hours(die: Die, rows: Sequence[EvidenceRow]) -> Iterator[ValueRow]:
    for row in once(rows):
        if row.diagnostic == MANDATORY[0] or not die.fine():
            hours = float(die.random.randint(1, 4)) if die.fine() else die.one_of(0.0, -1.0, math.inf, 0.25)
            yield ValueRow(row.result_id, row.unit, "host", hours)


def _durations(die: Die, rows: Sequence[EvidenceRow]) -> Iterator[ValueRow]:
    for row in once(rows):
        if row.diagnostic == MANDATORY[0] and die.fine():
            seconds = 900.0 * die.random.randint(1, 8) if die.fine() else die.one_of(0.0, -1.0, 5.0)
            yield ValueRow(row.result_id, row.unit, "host", seconds)


def _versions(die: Die, rows: Sequence[EvidenceRow]) -> Iterator[WordRow]:
    for row in once(rows):
        if die.fine():
            word = die.one_of(*MATURE) if die.fine() else die.one_of(OLD, UNLISTED, MATURE[0])
            yield WordRow(row.result_id, row.unit, "gpu0", word)


def _records(die: Die, phase: Phase) -> Records:
    """What schedulers and people said: the scheduler every few hours, of each unit where it went."""
    said = [
        Observation(source, NOW - timedelta(hours=hours), _none_left(die), _none_left(die))
        for source in (SOURCE, *(() if die.fine() else ("k8s",)))
        for hours in range(-2, 40, 6)
        if die.fine()
    ]
    gone = tuple(
        UnitDisposition(unit, Disposition.SCRAPPED, "https://erased" if die.fine() else "", "", "Ada", NOW)
        for unit in UNITS
        if die.fine()
    )
    vouched = [Attestation(about, "Ada", "https://report", NOW) for about in ("attested", "entry") if die.fine()]
    if phase is not Phase.EOL:
        return Records(tuple(vouched))
    return Records(tuple(vouched), tuple(o for o in said if (o.jobs, o.reservations) != (None, None)), gone)


def _none_left(die: Die) -> int | None:
    return 0 if die.fine() else die.one_of(None, 0, 3)


def _sign_offs(die: Die, digest: str) -> Iterator[SignOff]:
    """Every role signs this evidence, each by another person; or some do not, or say no, or signed something else."""
    for number, role in enumerate(ROLES):
        of = digest if die.fine() else "0" * 64
        who = ("Grace", "Edith")[number] if die.fine() else die.one_of("Grace", "grace ")
        if die.fine():
            yield SignOff(who, role, die.fine() or die.one_of(True, False), "rack 4", of, NOW + die.hours())


def _waiver(die: Die, number: int, criteria: CriteriaSet) -> Waiver:
    signed = (Approval("Edith", WaiverRole.ENGINEERING), Approval("Grace", WaiverRole.QUALITY))
    same = (Approval("Ada", WaiverRole.ENGINEERING), Approval("ada ", WaiverRole.OPERATIONS))
    kind = die.one_of(StepKind.REJECTED, StepKind.WITHDRAWN)
    return Waiver(
        id=number,
        criterion=die.one_of(*(criterion.id for criterion in criteria.criteria)),
        owner="Ada",
        reason="the fan supplier is late",
        containment="inlet below 22 degC",
        approved_by=signed if die.fine() else die.one_of(signed[:1], same, ()),
        expires_at=NOW + timedelta(days=die.random.randint(-2, 5)),
        units=die.one_of((), ("u0",), UNITS),
        sites=() if die.fine() else die.one_of(("lab",), ("hall", "lab")),
        retest="after the new fans",
        requested_by="Linus",
        ended=None if die.fine() else WaiverStep(kind, "Grace", "quality", "no more", NOW - timedelta(hours=1)),
    )
