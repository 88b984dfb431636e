"""Loads what a gate looks at: of each unit and diagnostic a few rows by index, whatever the number of rounds.

Which rows a gate needs is said by ``decisions/evidence_index.py``; what is fetched here is those and a few more, which
the index forgets again. Plain SQL and the driver alone: to import SQLAlchemy takes longer than the answer
(docs/adr/0014).
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from gatehouse.catalog.criteria import duration_of
from gatehouse.model.evidence import EvidenceRow, PhaseEvidence, RoundSummary, SignOff, ValueRow, WantedReadings
from gatehouse.model.hosts import Host
from gatehouse.model.status import Measured, Phase, Severity, Verdict
from gatehouse.store import evidence_sql as sql
from gatehouse.store.evidence_readings import load_numbers, load_words
from gatehouse.store.waivers_of_gate import waivers_of_gate

Cursor = Any  # psycopg2 ships no types
_MEASURED = {member.value: member for member in Measured}
_VERDICT = {member.value: member for member in Verdict}
_SEVERITY: dict[str | None, Severity | None] = {None: None, **{member.value: member for member in Severity}}


@dataclass(frozen=True, slots=True)
class _Phase:
    """A gate's rounds: which are sound, who was where in them, and what is set aside."""

    rounds: tuple[RoundSummary, ...]
    sites: Mapping[str, Mapping[str, str]]  # round id → serial → site
    moved: tuple[str, ...]  # units of the build that were at more than one site
    named: Mapping[str, Any]  # the parameters that most queries share


def phase_evidence(
    cursor: Cursor, program: str, phase: Phase, build: Sequence[Host], mandatory: Sequence[str],
    wanted: WantedReadings, now: datetime, gone: Sequence[str] = (),
) -> PhaseEvidence:  # fmt: skip
    """What the gate of ``program`` at ``phase`` may look at, as of ``now``.

    ``cursor`` is psycopg2's, in a transaction that sees one moment of the store. ``gone`` are serials that count as
    units too, though they are hosts no more.
    """
    cursor.execute("SET LOCAL jit = off")  # compiling these queries takes longer than running them
    units = (*(host.serial for host in build), *gone)
    of = _phase(cursor, program, phase, list(units), now)
    rows = _Rows(of)
    rows.load(cursor, wanted)
    return PhaseEvidence(
        program=program,
        phase=phase,
        now=now,
        units=units,
        diagnostics=tuple(mandatory),
        rows=tuple(rows.found.values()),
        rounds=_overtaken(cursor, of, rows.found.values()),
        values=load_numbers(cursor, wanted.values, rows.found, rows.sound),
        history={name: tuple(rows.told[name]) for name in (*wanted.history, *map(duration_of, wanted.durations))},
        words=load_words(cursor, wanted.words, rows.found, rows.sound),
        sign_offs=_sign_offs(cursor, of.named),
        waivers=waivers_of_gate(cursor, program, phase),
        sites=tuple(sorted({h.site for h in build})),
        site_of={h.serial: h.site for h in build},
    )


class _Rows:
    """The rows that were fetched, by id; ``sound`` are ids of the latest of each pair that helps.

    ``told`` are the values of the readings whose whole history was asked for, by reading.
    """

    def __init__(self, of: _Phase) -> None:
        self.found: dict[int, EvidenceRow] = {}
        self.sound: list[int] = []
        self.told: dict[str, list[ValueRow]] = defaultdict(list)
        self._of = of
        self._aside = frozenset(of.named["aside"])
        self._admissible = {summary.round_id: summary.admissible for summary in of.rounds}

    def load(self, cursor: Cursor, wanted: WantedReadings) -> None:
        """Fetch what a gate may need; rows that tell something of its history are all needed."""
        first, latest = self._ends(cursor)
        self._fetch(cursor, sql.HEADS, _pairs(row for row in first if not self._helps(row)))
        self.sound = [row.result_id for row in latest if self._helps(row)]
        tails = self._fetch(cursor, sql.TAILS, _pairs(row for row in latest if not self._helps(row)))
        self.sound += [row.result_id for row in tails if self._helps(row)]
        self._fetch(cursor, sql.FAULTS)
        if self._of.moved:
            self._fetch(cursor, sql.OF_MOVED, {"moved": list(self._of.moved)})
        self._tell(cursor, wanted)

    def _ends(self, cursor: Cursor) -> tuple[list[EvidenceRow], list[EvidenceRow]]:
        """The first and the latest row of every pair."""
        return self._fetch(cursor, sql.FIRST), self._fetch(cursor, sql.LATEST)

    def _tell(self, cursor: Cursor, wanted: WantedReadings) -> None:
        """Every row that helps and gives a value of some readings, or whose time counts, with these numbers."""
        if wanted.history:
            cursor.execute(sql.TOLD, {**self._of.named, "names": sorted(wanted.history)})
            for name, part, number, *record in cursor.fetchall():
                self._told(name, part, number, record)
        if wanted.durations:
            cursor.execute(sql.TIMED, {**self._of.named, "timed": sorted(wanted.durations)})
            for number, *record in cursor.fetchall():
                self._told(duration_of(record[3]), "host", number, record)

    def _told(self, name: str, part: str, number: float, record: Sequence[Any]) -> None:
        row = self.found.get(record[0]) or self._row(record)
        self.found[row.result_id] = row
        self.told[name].append(ValueRow(row.result_id, row.unit, part, number))

    def _fetch(self, cursor: Cursor, query: str, more: Mapping[str, Any] | None = None) -> list[EvidenceRow]:
        if more is not None and not any(more.values()):
            return []
        cursor.execute(query, {**self._of.named, **(more or {})})
        rows = [self._row(record) for record in cursor.fetchall()]
        self.found.update((row.result_id, row) for row in rows)
        return rows

    def _row(self, record: Sequence[Any]) -> EvidenceRow:
        result_id, round_id, unit, diagnostic, measured, verdict, severity, reason, at = record
        return EvidenceRow(
            result_id,
            round_id,
            unit,
            self._of.sites[round_id].get(unit, ""),
            diagnostic,
            _MEASURED[measured],
            _VERDICT[verdict],
            _SEVERITY[severity],
            reason,
            at,
            self._admissible[round_id],
            result_id in self._aside,
        )

    def _helps(self, row: EvidenceRow) -> bool:
        return (
            row.admissible is True
            and row.measured is Measured.COMPLETE
            and row.verdict is not Verdict.NOT_APPLICABLE
            and not row.set_aside
            and row.at <= self._of.named["now"]
        )


def _pairs(rows: Iterable[EvidenceRow]) -> dict[str, list[str]]:
    pairs = [(row.unit, row.diagnostic) for row in rows]
    return {"serials": [unit for unit, _ in pairs], "diagnostics": [diagnostic for _, diagnostic in pairs]}


def _phase(cursor: Cursor, program: str, phase: Phase, units: list[str], now: datetime) -> _Phase:
    named: dict[str, Any] = {"program": program, "phase": phase.value, "units": units, "now": now}
    cursor.execute(sql.ROUNDS, named)
    rounds = cursor.fetchall()
    cursor.execute(sql.UNITS_BY_SITE, named)
    sites: dict[str, dict[str, str]] = {row[0]: {} for row in rounds}
    ours, at_site = set(units), dict[str, set[str]]()
    for round_id, site, serials in cursor.fetchall():
        sites[round_id].update(dict.fromkeys(serials, site))
        at_site.setdefault(site, set()).update(ours.intersection(serials))
    cursor.execute(sql.ASIDE, named)
    named["aside"] = [row[0] for row in cursor.fetchall()]
    named["sound"] = [round_id for round_id, admissible, *_ in rounds if admissible]
    named["unsound"] = [round_id for round_id, admissible, *_ in rounds if admissible is False]
    summaries = tuple(
        RoundSummary(round_id, admissible, _texts(problems), tuple(sorted(sites[round_id])), judged_at)
        for round_id, admissible, problems, judged_at in rounds
    )
    return _Phase(summaries, sites, _in_many(at_site.values()), named)


def _texts(problems: Sequence[Mapping[str, Any]] | None) -> tuple[str, ...]:
    return tuple(str(problem.get("text", "")) for problem in problems or ())


def _in_many(groups: Iterable[set[str]]) -> tuple[str, ...]:
    seen: set[str] = set()
    twice: set[str] = set()
    for group in groups:
        twice |= seen & group
        seen |= group
    return tuple(sorted(twice))


def _overtaken(cursor: Cursor, of: _Phase, rows: Iterable[EvidenceRow]) -> tuple[RoundSummary, ...]:
    """The rounds, marked where none of their results of the build was fetched."""
    fetched = {row.round_id for row in rows}
    others = [summary.round_id for summary in of.rounds if summary.round_id not in fetched]
    cursor.execute(sql.WITH_RESULTS, {**of.named, "rounds": others})
    overtaken = {row[0] for row in cursor.fetchall()}
    return tuple(
        RoundSummary(s.round_id, s.admissible, s.problems, s.units, s.at, s.round_id in overtaken) for s in of.rounds
    )


def _sign_offs(cursor: Cursor, named: Mapping[str, Any]) -> tuple[SignOff, ...]:
    cursor.execute(sql.SIGN_OFFS, named)
    return tuple(SignOff(*record) for record in cursor.fetchall())
