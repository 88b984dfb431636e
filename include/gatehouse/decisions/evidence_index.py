"""One pass over a phase's evidence, shared by all its criteria.

Which rows count is asymmetric on purpose. A result of a round whose data is unsound, or not judged yet, never helps.
A FAIL that was measured in such a round still stands against its unit, until a later sound result of the same unit and
diagnostic replaces it. Results that were not measured, or that belong to no unit of the build, never count; results
dated after the moment of the question do not help, lest a wrong clock keeps them fresh for ever.

Few rows of a long phase can change an answer: of each unit and diagnostic the first and the last of each sort, every
FAIL, and what stood before it. The index keeps those and forgets the rest, so that no criterion rests on a row that the
store need not fetch (docs/adr/0014).
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from operator import attrgetter

from gatehouse.decisions.round_states import RoundState, date_rounds, newest_round, round_states, stricter
from gatehouse.model.evidence import EvidenceRow, PhaseEvidence, ValueRow, WordRow
from gatehouse.model.status import Measured, Severity, Verdict

Pair = tuple[str, str]  # unit, diagnostic


@dataclass
class EvidenceIndex:
    """Evidence of one phase, ready to be asked. Rows are those of the build's units, each once, oldest first.

    Of each pair, ``latest`` is the latest row of any kind; ``first`` and ``current`` the earliest and the latest that
    count; ``first_sound`` and ``sound`` the earliest and the latest that help; ``measured`` the latest that was
    measured, and before it the inadmissible one that an unjudged one does not replace. ``first_at`` is the earliest row
    that helps of each site. ``failed`` maps a unit to its rows that count and FAIL; ``began`` are those that follow no
    FAIL of their pair. ``rows`` are all these rows, and those that help and give a value of ``history``; ``helping``
    are those of ``rows`` that help, by result id.
    """

    evidence: PhaseEvidence
    current: dict[Pair, EvidenceRow] = field(default_factory=dict)
    first: dict[Pair, EvidenceRow] = field(default_factory=dict)
    sound: dict[Pair, EvidenceRow] = field(default_factory=dict)
    first_sound: dict[Pair, EvidenceRow] = field(default_factory=dict)
    latest: dict[Pair, EvidenceRow] = field(default_factory=dict)
    measured: dict[Pair, tuple[EvidenceRow, ...]] = field(default_factory=dict)
    first_at: dict[str, EvidenceRow] = field(default_factory=dict)
    failed: dict[str, list[EvidenceRow]] = field(default_factory=dict)
    began: list[EvidenceRow] = field(default_factory=list)
    _before: list[EvidenceRow] = field(default_factory=list)  # what counted last before a failure began

    def __post_init__(self) -> None:
        self.units = tuple(sorted(set(self.evidence.units)))
        self.diagnostics = tuple(sorted(set(self.evidence.diagnostics)))
        rows = _of_build(self.evidence.rows, set(self.units))
        self.rounds = round_states(self.evidence, rows)
        self._admissible = {name: state.admissible for name, state in self.rounds.items()}
        helping = {row.result_id for row in rows if self._look_at(row)}
        told = {value.result_id for values in self.evidence.history.values() for value in values}
        kept = self._kept() | (told & helping)
        self.rows = tuple(row for row in rows if row.result_id in kept)
        self.helping = {row.result_id: row for row in self.rows if row.result_id in helping}
        date_rounds(self.rounds, self.rows)

    def _look_at(self, row: EvidenceRow) -> bool:
        """File a row in the tables; rows come oldest first. Returns whether it helps."""
        pair = row.unit, row.diagnostic
        self.latest[pair] = row
        if row.measured is not Measured.COMPLETE:
            return False
        sound, fault = self.sound_round(row), row.verdict is Verdict.FAIL
        judged_good = sound is True and row.verdict is not Verdict.NOT_APPLICABLE
        helps = judged_good and not row.set_aside and row.at <= self.evidence.now
        if fault:
            self._note_fault(pair, row)
        if helps:
            self.sound[pair] = row
            self.first_sound.setdefault(pair, row)
            self.first_at.setdefault(row.site, row)
        if helps or fault:
            self.first.setdefault(pair, row)
            self.current[pair] = row
        if sound is None:
            doubtful = [r for r in self.measured.get(pair, ()) if self.sound_round(r) is False]
            self.measured[pair] = (*doubtful, row)
        elif helps or fault or not sound:
            self.measured[pair] = (row,)
        return helps

    def _note_fault(self, pair: Pair, row: EvidenceRow) -> None:
        self.failed.setdefault(row.unit, []).append(row)
        before = self.current.get(pair)
        if before is None or before.verdict is not Verdict.FAIL:
            self.began.append(row)
            self._before += [before] if before else []

    def _kept(self) -> set[int]:
        """Ids of the rows that stand in a table."""
        tables = (self.latest, self.first, self.current, self.first_sound, self.sound, self.first_at)
        kept = {row.result_id for table in tables for row in table.values()}
        for rows in (*self.measured.values(), *self.failed.values(), self._before):
            kept.update(row.result_id for row in rows)
        return kept

    def counts(self, row: EvidenceRow) -> bool:
        """Whether the row says anything about its unit: it helps, or it is a FAIL that was measured."""
        fault = row.measured is Measured.COMPLETE and row.verdict is Verdict.FAIL
        return fault or row.result_id in self.helping

    def sound_round(self, row: EvidenceRow) -> bool | None:
        """Whether the row's round is sound, None while unjudged; the row and the round's summary must agree."""
        return stricter(row.admissible, self._admissible[row.round_id])

    @property
    def newest_round(self) -> RoundState | None:
        """The round of the newest result; one that has neither a result nor a judgement has just begun."""
        return newest_round(self.rounds, self.rows)

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


def _of_build(rows: Iterable[EvidenceRow], units: set[str]) -> list[EvidenceRow]:
    """Rows of the build's units, each result once, oldest first whatever the order given.

    Of two copies of a result that say different things, the one counts that says more against its unit.
    """
    once: dict[int, EvidenceRow] = {}
    for row in rows:
        if row.unit in units:
            twin = once.setdefault(row.result_id, row)
            if twin is not row and twin != row:
                once[row.result_id] = max(twin, row, key=_against)
    return sorted(once.values(), key=attrgetter("at", "result_id"))


def _against(row: EvidenceRow) -> tuple[bool, bool, int, str]:
    """How much a copy of a result says against its unit: a fault, then doubt, then an issue, the graver the more."""
    complete = row.measured is Measured.COMPLETE
    doubtful = not complete or row.verdict is Verdict.NOT_APPLICABLE or row.set_aside or row.admissible is not True
    grave = 0 if row.severity is None else len(Severity) - list(Severity).index(row.severity)
    return complete and row.verdict is Verdict.FAIL, doubtful, grave, repr(row)
