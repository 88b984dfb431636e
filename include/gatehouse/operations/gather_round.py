"""Gathers what a round's judgement looks at. The store counts; only what may be wrong is loaded."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from gatehouse.catalog.limits import PhysicalBound
from gatehouse.model.readings import unit_of
from gatehouse.model.status import Severity
from gatehouse.operations.gather_history import History, gather_history, no_history
from gatehouse.operations.gather_outputs import findings_of, jobs_of, outputs_of
from gatehouse.operations.open_round import RoundSpec
from gatehouse.operations.workspace import Workspace
from gatehouse.quality.round_data import (
    AsideData,
    EarlierJudgement,
    PlannedResult,
    QuantityData,
    ReadingData,
    ResultRowData,
    RoundData,
    UnitRow,
)
from gatehouse.quality.thresholds import VARYING_UNITS
from gatehouse.store import judgements, round_facts, rounds, set_asides
from gatehouse.store.engine import Transaction, transaction
from gatehouse.store.judgements import Tally
from gatehouse.store.round_facts import NumberFact, ResultFact
from gatehouse.store.set_asides import AsideResult
from gatehouse.store.tables import JudgementRow, RoundRow, RoundUnitRow

_VARYING = ("temp_c", "power_w", "temp.hotspot_c")  # whose unit of measurement is held against the catalogue's
_FAILING = [severity.value for severity in Severity if severity.fails]
_Span = tuple[float | None, float | None]


@dataclass(frozen=True, slots=True)
class Gathered:
    """A round's data, and what its judgement keeps beside the answer."""

    data: RoundData
    tallies: tuple[Tally, ...]
    versions: Mapping[str, Sequence[str]]
    set_aside: tuple[AsideResult, ...]


def gather_round(workspace: Workspace, round_id: str, by: str, releasing: frozenset[int] = frozenset()) -> Gathered:
    """Everything that the judgement of a round looks at, as if ``releasing`` were not set aside any more.

    Raises:
        NotFoundError: no such round.
    """
    with transaction(workspace.engine) as session:
        row = rounds.get_round(session, round_id)
        found = _Round(session, row, releasing)
        data = RoundData(
            round_id=row.id,
            program=row.program,
            phase=row.phase,
            plan=row.plan,
            opened_at=row.created_at,
            judged_at=datetime.now(UTC),
            planned=tuple(found.planned()),
            units=tuple(found.unit_rows()),
            results=tuple(found.result_rows()),
            readings=tuple(found.reading_rows()),
            expected_units=found.expected_units,
            requested_by=row.requested_by,
            described_skus=frozenset(found.spec.skus),
            quantities=tuple(found.quantities()),
            numbers=sum(tally.values for tally in found.tallies),
            findings=findings_of(session, round_id, found.hosts, found.without),
            jobs=jobs_of(session, round_id, found.hosts, found.results, found.aside_keys),
            outputs=outputs_of(session, round_id, workspace.raw, found.hosts, found.aside_keys),
            parts=found.history.parts,
            moves=found.history.moves,
            checks=found.history.checks,
            changes=found.history.changes,
            set_aside=tuple(AsideData(a.result_id, a.serial, a.diagnostic, a.who, a.reason, a.at) for a in found.aside),
            number=len(found.earlier) + 1,
            by=by,
            earlier=tuple(_earlier(each, workspace) for each in found.earlier),
        )
    return Gathered(data, found.tallies, found.history.versions, found.aside)


class _Round:
    """A round as the store has it, while its session is open."""

    def __init__(self, session: Transaction, row: RoundRow, releasing: frozenset[int]) -> None:
        self.session, self.row = session, row
        self.spec = RoundSpec.from_json(row.spec)
        self.aside = tuple(a for a in set_asides.live(session, row.id) if a.result_id not in releasing)
        self.without = frozenset(a.result_id for a in self.aside)
        self.aside_keys = frozenset((a.serial, a.diagnostic) for a in self.aside)
        self.units = rounds.units(session, row.id)
        self.hosts = {unit.serial: unit.host for unit in self.units}
        self.results: list[ResultFact] = round_facts.results(session, row.id, _FAILING)
        self.tallies = tuple(round_facts.tallies(session, row.id, self.without))
        self.earlier: Sequence[JudgementRow] = judgements.of_round(session, row.id)
        self.bounds = _bounds(self.spec)
        names = {name for _, name in self.bounds} | set(_VARYING)
        self.expected_units = {name: unit_of(name) for name in names if unit_of(name)}
        self.history: History = gather_history(session, row, self.tallies, self.without) if self._has_past() else (
            no_history(session, row, self.without)
        )  # fmt: skip

    def _has_past(self) -> bool:
        """A round outside every phase is of any machines: those before it say nothing of them."""
        return self.row.phase != "ADHOC"

    def planned(self) -> Iterator[PlannedResult]:
        """Each diagnostic of the plan on each unit."""
        for unit in self.units:
            for asked in self.spec.plan.diagnostics:
                yield PlannedResult(unit.serial, unit.host, asked.diagnostic, asked.mandatory)

    def unit_rows(self) -> Iterator[UnitRow]:
        """The units, with their clocks of last time."""
        clocks = round_facts.earlier_clocks(self.session, self.row)
        for unit in self.units:
            yield _unit(unit, *clocks.get(unit.serial, (None, None)))

    def result_rows(self) -> Iterator[ResultRowData]:
        """Every result, with what it rests on."""
        for r in self.results:
            yield ResultRowData(
                r.serial, self.hosts[r.serial], r.diagnostic, r.measured, r.verdict, r.started_at, r.recorded_at,
                r.duration_s, r.id, r.reason, r.outputs, r.whole_outputs, r.failing_limits,
            )  # fmt: skip

    def reading_rows(self) -> Iterator[ReadingData]:
        """The numbers that may be wrong, with what physics allows of them."""
        skus = {unit.serial: unit.sku for unit in self.units}
        for n in round_facts.doubtful_numbers(self.session, self.row.id, _spans(self.bounds), self.without):
            low, high = self._allowed(skus[n.serial], n)
            yield ReadingData(
                n.serial, self.hosts[n.serial], n.diagnostic, n.part, n.name, n.value, n.unit, low, high, n.least,
                n.most, n.also_a_word,
            )  # fmt: skip

    def _allowed(self, sku: str, number: NumberFact) -> _Span:
        known = next((b for b in self.bounds.get((sku, number.name), ()) if b.matches(number.part)), None)
        return (known.low, known.high) if known else (None, None)

    def quantities(self) -> Iterator[QuantityData]:
        """The readings whose unit of measurement is wrong or mixed, or that stay the same where they should not."""
        names = _doubtful_names(self.tallies, self.expected_units)
        for q in round_facts.quantities(self.session, self.row.id, names, self.without):
            yield QuantityData(q.serial, self.hosts[q.serial], q.diagnostic, q.name, q.unit, q.values, q.least, q.most)


def _bounds(spec: RoundSpec) -> dict[tuple[str, str], list[PhysicalBound]]:
    """What physics allows, by SKU and reading."""
    found: dict[tuple[str, str], list[PhysicalBound]] = {}
    for name, sku in spec.skus.items():
        for bound in sku.physics:
            found.setdefault((name, bound.reading), []).append(bound)
    return found


def _spans(bounds: Mapping[tuple[str, str], Sequence[PhysicalBound]]) -> dict[str, _Span]:
    """The narrowest ends of each reading, whatever the SKU and the part: what is outside them is worth a look."""
    ends: dict[str, tuple[list[float], list[float]]] = {}
    for (_, name), of_name in bounds.items():
        lows, highs = ends.setdefault(name, ([], []))
        lows += [b.low for b in of_name if b.low is not None]
        highs += [b.high for b in of_name if b.high is not None]
    return {name: (max(lows, default=None), min(highs, default=None)) for name, (lows, highs) in ends.items()}


def _doubtful_names(tallies: Sequence[Tally], expected: Mapping[str, str]) -> set[str]:
    """Names of readings worth a look unit by unit."""
    looked_at = [t for t in tallies if t.name in expected or t.unit in VARYING_UNITS]
    units: dict[str, set[str]] = {}
    for tally in looked_at:
        units.setdefault(tally.name, set()).add(tally.unit)
    still = {t.name for t in looked_at if t.least == t.most and t.unit in VARYING_UNITS}
    odd = {name for name, found in units.items() if len(found) > 1 or expected.get(name, *found) not in found}
    return still | odd


def _unit(unit: RoundUnitRow, earlier_skew_s: float | None, earlier_at: datetime | None) -> UnitRow:
    return UnitRow(
        serial=unit.serial,
        host=unit.host,
        site=unit.site,
        claimed_serial=unit.claimed_serial,
        clock_skew_s=unit.clock_skew_s,
        boot_id=unit.boot_id,
        measured_at=unit.measured_at,
        unreachable=unit.unreachable,
        sku=unit.sku,
        earlier_skew_s=earlier_skew_s,
        earlier_at=earlier_at,
    )


def _earlier(row: JudgementRow, workspace: Workspace) -> EarlierJudgement:
    page = workspace.files / "datadocs" / row.round_id / str(row.number) / "index.html"
    return EarlierJudgement(
        row.number, row.judged_at, row.judged_by, row.admissible, len(row.set_aside), has_docs=bool(page.is_file())
    )
