"""Rounds that are filed without a lab and can be judged: a few readings of each host, which a test may change."""

from collections.abc import Mapping
from datetime import UTC, datetime

from filled_store import DIAGNOSTICS, PROGRAM, World

from gatehouse.model.commands import Command, Completed, Ended
from gatehouse.model.hosts import Host
from gatehouse.model.readings import Reading
from gatehouse.model.results import Result
from gatehouse.model.status import Measured, Verdict
from gatehouse.operations.admit_round import admit_round
from gatehouse.operations.open_round import RoundRequest, open_round
from gatehouse.quality.outcome import QualityOutcome
from gatehouse.store import rounds
from gatehouse.store.engine import transaction
from gatehouse.store.outputs import StoredOutput
from gatehouse.store.rounds import UnitVisit

HEALTH, SDC = "accelerator_health", "memory_stress"


def readings(host: Host, run: int, **changes: float) -> tuple[Reading, ...]:
    """What a diagnostic reads of a host in its so manieth run: a temperature that moves, and constants by right."""
    number = int(host.serial[-2:])
    moving = 30.0 + 3.7 * number + run
    return (
        Reading("temp_c", changes.get("temp_c", moving), "degC", "gpu0"),
        Reading("power.limit_w", 700.0, "W", "gpu0"),
        Reading("busbw", changes.get("busbw", 470.0 + moving / 10), "", "host"),
        Reading("d2d_gbps", changes.get("d2d_gbps", 360.0 + moving / 10), "GB/s", "host"),
        Reading("crc_errors.delta", 0.0, "", "nic0"),
        Reading("ecc.corrected", changes.get("ecc", float(number % 2)), "", "gpu0"),
    )


def visit(world: World, host: Host, run: int, version: str, changes: Mapping[str, float], sdc: Measured) -> UnitVisit:
    """A visit at which everything passes but ``memory_stress``, which may not be measured."""
    results, outputs = [], []
    now = datetime.now(UTC)
    for name in DIAGNOSTICS:
        measured = sdc if name == SDC else Measured.COMPLETE
        done = measured is Measured.COMPLETE
        read = (*readings(host, run, **changes), Reading("driver", version)) if name == HEALTH else ()
        verdict = Verdict.PASS if done else Verdict.NOT_APPLICABLE
        results.append(Result(name, measured, verdict, "" if done else "timed out", read, started_at=now))
        said = Completed(Command(f"{name}-1", ("tool",)), Ended.EXITED, 0, name.encode(), b"", now, 1.0)
        raw = world.workspace.raw
        outputs.append(StoredOutput(name, said, raw.put(said.stdout), raw.put(b"")))
    bounds = {("gpu0", "ecc.corrected"): (None, 0.5), ("nic0", "crc_errors.delta"): (None, 0.0)}
    return UnitVisit(host, tuple(results), tuple(outputs), bounds, claimed_serial=host.serial, clock_skew_s=0.5)


def filed(
    world: World, run: int, *, version: str = "535.161.08", sdc: Measured = Measured.COMPLETE, **changes: float
) -> str:
    """A round with a visit to every host."""
    round_id = open_round(world.workspace, RoundRequest(PROGRAM, "pat"))
    with transaction(world.engine) as session:
        for host in world.hosts:
            assert rounds.file_visit(session, round_id, visit(world, host, run, version, changes, sdc))
    return round_id


def judged(
    world: World, run: int, *, version: str = "535.161.08", sdc: Measured = Measured.COMPLETE, **changes: float
) -> QualityOutcome:
    """A round, filed and judged."""
    return admit_round(world.workspace, filed(world, run, version=version, sdc=sdc, **changes))
