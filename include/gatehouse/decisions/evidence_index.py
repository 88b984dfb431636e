"""One pass over a phase's evidence, shared by all its criteria.

Which rows count is asymmetric on purpose. A result of a round whose data is unsound, or not judged yet, never helps.
A FAIL that was measured in such a round still stands against its unit, until a later sound result of the same unit and
diagnostic replaces it. Results that were not measured, or that belong to no unit of the build, never count; results
dated after the moment of the question do not help, lest a wrong clock keeps them fresh for ever.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property

from gatehouse.model.evidence import EvidenceRow, PhaseEvidence, ValueRow, WordRow
from gatehouse.model.status import Measured, Severity, Verdict

Pair = tuple[str, str]  # unit, diagnostic


@dataclass
class RoundState:
    """A round by its rows and its summary. ``last_at`` is when its newest result came, else when it was judged."""

    round_id: str
    admissible: bool | None
    problems: tuple[str, ...] = ()
    last_at: datetime | None = None


def stricter(one: bool | None, other: bool | None) -> bool | None:
    """The less trusting of two judgements: unsound before unknown before sound."""
    if one is False or other is False:
        return False
    return None if one is None or other is None else True


@dataclass
class EvidenceIndex:
    """Evidence of one phase, ready to be asked. Rows are those of the build's units, each once, oldest first.

    ``current`` is the latest row that counts of each pair, ``first`` the earliest; ``sound`` the latest that helps;
    ``latest`` the latest row of any kind. ``failed`` maps a unit to its rows that count and FAIL; ``helping`` holds the
    rows that help, by result id.
    """

    evidence: PhaseEvidence
    current: dict[Pair, EvidenceRow] = field(default_factory=dict)
    first: dict[Pair, EvidenceRow] = field(default_factory=dict)
    sound: dict[Pair, EvidenceRow] = field(default_factory=dict)
    latest: dict[Pair, EvidenceRow] = field(default_factory=dict)
    failed: dict[str, list[EvidenceRow]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.units = tuple(sorted(set(self.evidence.units)))
        self.diagnostics = tuple(sorted(set(self.evidence.diagnostics)))
        self.rows = _of_build(self.evidence.rows, set(self.units))
        self.rounds = _rounds(self.evidence, self.rows)
        self.helping = {row.result_id: row for row in self.rows if self._helps(row)}
        for row in self.rows:
            pair = (row.unit, row.diagnostic)
            self.latest[pair] = row
            if not self.counts(row):
                continue
            self.first.setdefault(pair, row)
            self.current[pair] = row
            if row.result_id in self.helping:
                self.sound[pair] = row
            if row.verdict is Verdict.FAIL:
                self.failed.setdefault(row.unit, []).append(row)

    def counts(self, row: EvidenceRow) -> bool:
        """Whether the row says anything about its unit: it helps, or it is a FAIL that was measured."""
        fault = row.measured is Measured.COMPLETE and row.verdict is Verdict.FAIL
        return fault or row.result_id in self.helping

    def _helps(self, row: EvidenceRow) -> bool:
        return (
            row.measured is Measured.COMPLETE
            and row.verdict is not Verdict.NOT_APPLICABLE
            and not row.set_aside
            and self.sound_round(row) is True
            and row.at <= self.evidence.now
        )

    def sound_round(self, row: EvidenceRow) -> bool | None:
        """Whether the row's round is sound, None while unjudged; the row and the round's summary must agree."""
        return stricter(row.admissible, self.rounds[row.round_id].admissible)

    def pairs(self, unit: str) -> Iterator[Pair]:
        """The unit with each mandatory diagnostic."""
        return ((unit, diagnostic) for diagnostic in self.diagnostics)

    @cached_property
    def required(self) -> tuple[Pair, ...]:
        """Every unit with every mandatory diagnostic."""
        return tuple(pair for unit in self.units for pair in self.pairs(unit))

    @cached_property
    def unmeasured(self) -> tuple[Pair, ...]:
        """Pairs without a sound result."""
        return tuple(pair for pair in self.required if pair not in self.sound)

    @cached_property
    def complete_units(self) -> tuple[str, ...]:
        """Units with a sound result of every mandatory diagnostic; none where nothing is mandatory."""
        lacking = {unit for unit, _ in self.unmeasured}
        return tuple(u for u in self.units if u not in lacking) if self.diagnostics else ()

    @cached_property
    def first_sound(self) -> dict[Pair, EvidenceRow]:
        """The earliest result that helps, of each pair."""
        first: dict[Pair, EvidenceRow] = {}
        for row in self.helping.values():  # oldest first
            first.setdefault((row.unit, row.diagnostic), row)
        return first

    @cached_property
    def open_issues(self) -> tuple[EvidenceRow, ...]:
        """Current rows of any diagnostic that carry an issue: every FAIL, and passes with something noted."""
        return tuple(
            row for _, row in sorted(self.current.items()) if row.verdict is Verdict.FAIL or row.severity is not None
        )

    @cached_property
    def blocked_units(self) -> frozenset[str]:
        """Units with an open blocker."""
        return frozenset(r.unit for r in self.open_issues if issue_class(r) is Severity.BLOCKER)

    @cached_property
    def latest_sound(self) -> frozenset[int]:
        """Ids of the latest result that helps, of each pair."""
        return frozenset(row.result_id for row in self.sound.values())

    def values(self, reading: str) -> tuple[ValueRow, ...]:
        """Values of a reading in the latest results that help, each once, in a fixed order."""
        rows = {row for row in self.evidence.values.get(reading, ()) if row.result_id in self.latest_sound}
        return tuple(sorted(rows, key=lambda r: (r.result_id, r.unit, r.part, r.value)))

    def history(self, reading: str) -> tuple[ValueRow, ...]:
        """Values of a reading in all results that help, each once, in a fixed order."""
        rows = {row for row in self.evidence.history.get(reading, ()) if row.result_id in self.helping}
        return tuple(sorted(rows, key=lambda r: (r.result_id, r.unit, r.part, r.value)))

    def words(self, reading: str) -> tuple[WordRow, ...]:
        """Texts of a reading in the latest results that help, each once, in a fixed order."""
        rows = {row for row in self.evidence.words.get(reading, ()) if row.result_id in self.latest_sound}
        return tuple(sorted(rows, key=lambda r: (r.result_id, r.unit, r.part, r.word)))


def issue_class(row: EvidenceRow) -> Severity:
    """Class of an open issue; a FAIL that nobody graded counts as major."""
    return row.severity or Severity.MAJOR


def _of_build(rows: Iterable[EvidenceRow], units: set[str]) -> tuple[EvidenceRow, ...]:
    """Rows of the build's units, each result once, oldest first whatever the order given."""
    once: dict[int, EvidenceRow] = {}
    for row in rows:
        if row.unit in units:
            twin = once.get(row.result_id)
            once[row.result_id] = row if twin is None or twin == row else max(twin, row, key=repr)
    return tuple(sorted(once.values(), key=lambda r: (r.at, r.result_id)))


def _rounds(evidence: PhaseEvidence, rows: Iterable[EvidenceRow]) -> Mapping[str, RoundState]:
    """Rounds that concern the build: those with its rows, those that name its units, and those that name none."""
    units = set(evidence.units)
    found: dict[str, RoundState] = {}
    for summary in evidence.rounds:
        state = found.setdefault(summary.round_id, RoundState(summary.round_id, summary.admissible))
        state.admissible = stricter(state.admissible, summary.admissible)
        state.problems = tuple(sorted({*state.problems, *summary.problems}))
        state.last_at = max((at for at in (state.last_at, summary.at) if at), default=None)
    foreign = {s.round_id for s in evidence.rounds if s.units and units.isdisjoint(s.units)}
    newest = {row.round_id: row for row in rows}  # rows come oldest first
    for row in newest.values():
        found.setdefault(row.round_id, RoundState(row.round_id, row.admissible)).last_at = row.at
    foreign -= newest.keys()
    return {name: state for name, state in found.items() if name not in foreign}
