"""Asks whether a round's data may be trusted, once, and remembers the answer with its Data Docs."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from gatehouse.catalog.limits import PhysicalBound
from gatehouse.model.errors import RefusedError
from gatehouse.model.readings import unit_of
from gatehouse.operations.open_round import RoundSpec
from gatehouse.operations.workspace import Workspace
from gatehouse.quality.judge import judge_round
from gatehouse.quality.outcome import QualityOutcome
from gatehouse.quality.round_data import PlannedResult, ReadingData, ResultRowData, RoundData, UnitRow
from gatehouse.store import jobs, rounds
from gatehouse.store.engine import transaction
from gatehouse.store.tables import RoundUnitRow

_VARYING = ("temp_c", "power_w", "temp.hotspot_c")  # readings that no healthy population shows bit-identical


def admit_round(workspace: Workspace, round_id: str) -> QualityOutcome:
    """Judge a round's data, keep the answer and its Data Docs. Judging again never changes an answer that stands.

    Raises:
        NotFoundError: no such round.
        RefusedError: a job of it still runs on a host: what is judged is judged for ever, and half of it is not there.
    """
    _refuse_unfinished(workspace, round_id)
    data = _round_data(workspace, round_id)
    with TemporaryDirectory(prefix="gatehouse-docs-") as folder:
        outcome = judge_round(data, Path(folder))
        _keep_docs(workspace, round_id, Path(folder))
    problems = [{**asdict(problem), "serials": list(problem.serials)} for problem in outcome.problems]
    with transaction(workspace.engine) as session:
        rounds.judge(session, round_id, outcome.admissible, problems)
    return outcome


def _refuse_unfinished(workspace: Workspace, round_id: str) -> None:
    with transaction(workspace.engine) as session:
        running = jobs.running_in(session, round_id)
    if running:
        which = ", ".join(f"{job.diagnostic} on {job.serial}" for job in running[:5])
        raise RefusedError(
            f"{len(running)} jobs of round {round_id} still run: {which}; clear the run's measure task, "
            f"or `gatehouse attach {round_id}`, and the round is judged when they have ended"
        )


def _keep_docs(workspace: Workspace, round_id: str, folder: Path) -> None:
    target = workspace.files / "datadocs" / round_id
    for page in folder.rglob("*"):
        if page.is_file():
            kept = target / page.relative_to(folder).as_posix()
            kept.parent.mkdir(parents=True, exist_ok=True)
            kept.write_bytes(page.read_bytes())


def _round_data(workspace: Workspace, round_id: str) -> RoundData:
    with transaction(workspace.engine) as session:
        row = rounds.get_round(session, round_id)
        spec = RoundSpec.from_json(row.spec)
        units = rounds.units(session, round_id)
        results = rounds.results(session, round_id)
        names = {bound.reading for sku in spec.skus.values() for bound in sku.physics} | set(_VARYING)
        numbers = rounds.numbers(session, round_id, names)
    hosts = {unit.serial: unit for unit in units}
    return RoundData(
        round_id=row.id,
        program=row.program,
        phase=row.phase,
        plan=row.plan,
        opened_at=row.created_at,
        judged_at=datetime.now(UTC),
        planned=tuple(
            PlannedResult(unit.serial, unit.host, planned.diagnostic, planned.mandatory)
            for unit in units
            for planned in spec.plan.diagnostics
        ),
        units=tuple(_unit(unit) for unit in units),
        results=tuple(
            ResultRowData(
                serial=r.serial,
                host=hosts[r.serial].host,
                diagnostic=r.diagnostic,
                measured=r.measured,
                verdict=r.verdict,
                started_at=r.started_at,
                recorded_at=r.recorded_at,
                duration_s=r.duration_s,
            )
            for r in results
        ),
        readings=tuple(_readings(numbers, hosts, spec)),
        expected_units={name: unit_of(name) for name in names if unit_of(name)},
    )


def _unit(unit: RoundUnitRow) -> UnitRow:
    return UnitRow(
        serial=unit.serial,
        host=unit.host,
        site=unit.site,
        claimed_serial=unit.claimed_serial,
        clock_skew_s=unit.clock_skew_s,
        boot_id=unit.boot_id,
        measured_at=unit.measured_at,
        unreachable=unit.unreachable,
    )


def _readings(
    numbers: Sequence[tuple[str, str, str, str, float, str]], hosts: dict[str, RoundUnitRow], spec: RoundSpec
) -> Iterator[ReadingData]:
    by_name: dict[tuple[str, str], list[PhysicalBound]] = {}
    for name, sku in spec.skus.items():
        for bound in sku.physics:
            by_name.setdefault((name, bound.reading), []).append(bound)
    for serial, diagnostic, part, name, value, unit in numbers:
        host = hosts[serial]
        known = next((b for b in by_name.get((host.sku, name), ()) if b.matches(part)), None)
        low, high = (known.low, known.high) if known else (None, None)
        yield ReadingData(serial, host.host, diagnostic, part, name, value, unit, low, high)
