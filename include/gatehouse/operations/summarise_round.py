"""Says how a round stands, in the order people ask: who could not be measured, which machines are bad, can it count?"""

from collections.abc import Collection
from dataclasses import dataclass

from gatehouse.model.status import Measured, Verdict
from gatehouse.operations.workspace import Workspace
from gatehouse.store import rounds
from gatehouse.store.engine import transaction
from gatehouse.store.tables import ResultRow, RoundUnitRow


@dataclass(frozen=True, slots=True)
class UnitSummary:
    """One unit of a round: what failed (diagnostic → reason) and what was not measured (diagnostic → reason)."""

    host: str
    serial: str
    failed: dict[str, str]
    not_measured: dict[str, str]
    skipped: dict[str, str]
    action: str
    planned: int
    filed: bool

    @property
    def bad(self) -> bool:
        """Whether a measurement condemns the machine."""
        return bool(self.failed)


@dataclass(frozen=True, slots=True)
class RoundSummary:
    """A round's units, and whether its data may be trusted (None: not judged yet)."""

    round_id: str
    program: str
    phase: str
    plan: str
    number: int
    units: tuple[UnitSummary, ...]
    admissible: bool | None
    problems: tuple[str, ...]


def summarise_round(workspace: Workspace, round_id: str, serials: Collection[str] | None = None) -> RoundSummary:
    """The round's units, or only the given ones.

    Raises:
        NotFoundError: no such round.
    """
    with transaction(workspace.engine) as session:
        row = rounds.get_round(session, round_id)
        units = [u for u in rounds.units(session, round_id) if serials is None or u.serial in serials]
        results = rounds.results(session, round_id)
    by_serial: dict[str, list[ResultRow]] = {}
    for result in results:
        by_serial.setdefault(result.serial, []).append(result)
    return RoundSummary(
        round_id=row.id,
        program=row.program,
        phase=row.phase,
        plan=row.plan,
        number=row.number,
        units=tuple(_unit(unit, by_serial.get(unit.serial, [])) for unit in units),
        admissible=row.admissible,
        problems=tuple(str(p["text"]) for p in row.problems or () if p.get("blocking", True)),
    )


def _unit(unit: RoundUnitRow, results: Collection[ResultRow]) -> UnitSummary:
    failed = {r.diagnostic: r.reason for r in results if r.verdict == Verdict.FAIL}
    gravest = [r.action for r in results if r.verdict == Verdict.FAIL]
    return UnitSummary(
        host=unit.host,
        serial=unit.serial,
        failed=failed,
        not_measured={r.diagnostic: r.reason for r in results if r.measured == Measured.ERROR},
        skipped={r.diagnostic: r.reason for r in results if r.measured == Measured.SKIP},
        action=gravest[0] if gravest else "NONE",
        planned=len(results),
        filed=unit.measured_at is not None,
    )
