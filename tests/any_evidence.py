"""Evidence of every kind: sound and doubtful, early and late, once and twice, of ours and of others.

Hypothesis draws a seed and how good the phase is; the rows come from a die with that seed. Drawing every field by
itself gives short, sickly phases only, in which hardly anything is ever met or replaced.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

from hypothesis import strategies as st

from gatehouse.catalog.criteria import CriteriaSet
from gatehouse.model.evidence import EvidenceRow, PhaseEvidence, RoundSummary, SignOff, ValueRow, Waiver, WordRow
from gatehouse.model.status import Measured, Phase, Severity, Verdict

NOW = datetime(2026, 4, 1, 12, tzinfo=UTC)
UNITS, FOREIGN = ("u0", "u1", "u2"), "x9"
MANDATORY, EXTRA = ("accelerator_health", "nic_link"), "kernel_log"
ROUNDS = ("r1", "r2", "r3", "r4", "r5")
SITES = ("lab", "hall", "")
SPEED, HOURS, VERSION = "busbw_gbps", "soak_hours", "driver"
KINDS: tuple[dict[str, Any], ...] = (
    {"kind": "units_tested", "at_least": 2},
    {"kind": "coverage", "at_least": 0.8},
    {"kind": "first_pass_yield", "at_least": 0.4, "confidence": 0.8},
    {"kind": "final_yield", "at_least": 0.4, "confidence": 0.8},
    {"kind": "success_run", "reliability": 0.4, "confidence": 0.8, "allowed_failures": 1},
    {"kind": "no_open_issues"},
    {"kind": "data_quality"},
    {"kind": "fresh", "max_age_days": 0.3},
    {"kind": "performance", "reading": SPEED, "at_least": 300.0, "units_at_least": 2},
    {"kind": "mtbf", "at_least_hours": 8.0, "confidence": 0.6},
    {"id": "mtbf_by_reading", "kind": "mtbf", "at_least_hours": 8.0, "confidence": 0.6, "hours_reading": HOURS},
    {"kind": "sites", "at_least": 2},
    {"kind": "soak_days", "at_least": 0.3},
)
CRITERIA = CriteriaSet.model_validate(
    {
        "title": "DVT exit",
        "phase": "DVT",
        "criteria": [{"id": kind["kind"], "source": "a test", **kind} for kind in KINDS],
    }
)
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
        site=die.one_of(*SITES),
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
    twins = [replace(row, severity=die.one_of(row.severity, Severity.MAJOR)) for row in changed if not die.fine()]
    mixed = [*changed, *twins]
    die.random.shuffle(mixed)
    return mixed


def evidence_of(die: Die, rows: Sequence[EvidenceRow], rounds: Sequence[RoundSummary]) -> PhaseEvidence:
    """A phase of those rows, with readings, answers and waivers of every kind."""
    units = {row.result_id: row.unit for row in rows}
    return PhaseEvidence(
        program="atlas",
        phase=Phase.DVT,
        now=NOW,
        units=UNITS,
        diagnostics=MANDATORY,
        rows=tuple(rows),
        rounds=tuple(rounds),
        values={SPEED: tuple(ValueRow(i, u, f"gpu{i % 2}", 450.0 + i % 4) for i, u in units.items() if i % 3)},
        history={HOURS: tuple(ValueRow(i, u, "", float(i % 4 - 1)) for i, u in units.items() if i % 4 == 0)},
        words={VERSION: tuple(WordRow(i, u, "gpu0", f"535.{i % 3}") for i, u in units.items() if i % 2)},
        sign_offs=() if die.fine() else (_sign_off(die),),
        waivers=tuple(_waiver(die, number) for number in range(1, die.random.randint(1, 4))),
        sites=("hall", "lab"),
    )


@st.composite
def evidences(draw: st.DrawFn) -> PhaseEvidence:
    """Everything that a gate may look at, odd things too: rounds without a summary, rows that disagree with theirs."""
    die = draw(dice)
    rows, rounds = rows_and_rounds(die)
    return evidence_of(die, _odd(die, rows), [summary for summary in rounds if die.fine()])


def _sign_off(die: Die) -> SignOff:
    return SignOff("Grace", "quality engineer", die.one_of(True, False), "rack 4 looks odd", "0" * 64, NOW)


def _waiver(die: Die, number: int) -> Waiver:
    return Waiver(
        id=number,
        criterion=die.one_of(*(criterion.id for criterion in CRITERIA.criteria)),
        owner="Ada",
        reason="the fan supplier is late",
        containment="inlet below 22 degC",
        approved_by=("Ada", "Grace") if die.fine() else die.one_of(("Ada",), ("Ada", "ada ")),
        expires_at=NOW + timedelta(days=die.random.randint(-2, 5)),
        units=die.one_of((), ("u0",), UNITS),
    )
