"""Exports a round as OCP JSON lines, some units at a time, so that a round of any size fits into memory."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from gatehouse import __version__
from gatehouse.model.status import Measured, Verdict
from gatehouse.operations.workspace import Workspace
from gatehouse.reports.ocp_export import (
    OcpFile,
    OcpFinding,
    OcpReading,
    OcpResult,
    OcpRound,
    OcpUnit,
    Value,
    ocp_lines,
)
from gatehouse.store import host_views, rounds, views
from gatehouse.store.engine import transaction
from gatehouse.store.tables import FindingRow, OutputRow, ReadingRow, ResultRow, RoundRow, RoundUnitRow

UNITS_AT_ONCE = 50


def export_round(workspace: Workspace, round_id: str) -> Iterator[str]:
    """The round's OCP artifacts, one JSON object a line; four queries for each fifty units.

    Raises:
        NotFoundError: no such round.
    """
    with transaction(workspace.engine) as session:
        row = rounds.get_round(session, round_id)
        units = rounds.units(session, round_id)
    return ocp_lines(_round(row, units), _results(workspace, row, [unit.serial for unit in units]))


def _round(row: RoundRow, units: Sequence[RoundUnitRow]) -> OcpRound:
    spec: Mapping[str, Any] = row.spec if isinstance(row.spec, dict) else {}
    problems = [p for p in row.problems or () if isinstance(p, dict) and p.get("blocking", True)]
    return OcpRound(
        round_id=row.id,
        program=row.program,
        phase=row.phase,
        plan=row.plan,
        requested_by=row.requested_by,
        created_at=row.created_at,
        judged_at=row.judged_at,
        admissible=row.admissible,
        units=[OcpUnit(unit.serial, unit.host, unit.site, unit.sku) for unit in units],
        problems=[str(problem.get("text", "")) for problem in problems],
        parameters=spec.get("plan") or {},
        version=__version__,
    )


def _results(workspace: Workspace, row: RoundRow, serials: Sequence[str]) -> Iterator[OcpResult]:
    for start in range(0, len(serials), UNITS_AT_ONCE):
        some = serials[start : start + UNITS_AT_ONCE]
        with transaction(workspace.engine) as session:
            found = sorted(views.results_of(session, row.id, some).values(), key=lambda result: result.id)
            ids = [result.id for result in found]
            details = _Details.of(
                host_views.readings(session, ids),
                host_views.findings(session, ids),
                views.outputs_of(session, row.id, some),
            )
        yield from (details.result(result) for result in found)


@dataclass(frozen=True)
class _Details:
    """Readings, findings and outputs of some results, by what they belong to."""

    readings: Mapping[int, list[OcpReading]]
    findings: Mapping[int, list[OcpFinding]]
    files: Mapping[tuple[str, str], list[OcpFile]]

    @classmethod
    def of(
        cls, readings: Sequence[ReadingRow], findings: Sequence[FindingRow], outputs: Sequence[OutputRow]
    ) -> "_Details":
        measured: dict[int, list[OcpReading]] = defaultdict(list)
        for r in readings:
            value: Value | None = r.number if r.number is not None else r.word
            measured[r.result_id].append(OcpReading(r.part, r.name, value, r.unit, r.low, r.high))
        said: dict[int, list[OcpFinding]] = defaultdict(list)
        for f in findings:
            said[f.result_id].append(OcpFinding(f.part, f.signature, f.text, f.required, f.severity, f.action))
        files: dict[tuple[str, str], list[OcpFile]] = defaultdict(list)
        for o in outputs:
            files[o.serial, o.diagnostic].append(OcpFile(o.key, o.stdout_sha256))
        return cls(measured, said, files)

    def result(self, row: ResultRow) -> OcpResult:
        return OcpResult(
            serial=row.serial,
            diagnostic=row.diagnostic,
            measured=Measured(row.measured),
            verdict=Verdict(row.verdict),
            reason=row.reason,
            at=row.started_at or row.recorded_at,
            duration_s=row.duration_s,
            readings=tuple(self.readings.get(row.id, ())),
            findings=tuple(self.findings.get(row.id, ())),
            files=tuple(self.files.get((row.serial, row.diagnostic), ())),
        )
