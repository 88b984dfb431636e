"""A round beside the rounds before it, in a real store: dead checks, units of measurement, versions, physics."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from filled_store import PROGRAM, World, new_world
from measured_rounds import HEALTH, SDC, filed, judged, visit
from sqlalchemy import select

from gatehouse.local.postgres import Server
from gatehouse.model.status import Measured
from gatehouse.operations.admit_round import admit_round
from gatehouse.operations.open_round import RoundRequest, open_adhoc_round, open_round
from gatehouse.quality.outcome import QualityOutcome
from gatehouse.store import judgements, rounds
from gatehouse.store.engine import transaction
from gatehouse.store.tables import ReadingRow, ResultRow, RoundRow

UNITS = 4


@pytest.fixture
def world(postgres_server: Server, tmp_path: Path) -> Iterator[World]:
    """Four hosts, and no round yet."""
    with new_world(postgres_server, tmp_path, hosts=UNITS) as made:
        yield made


def texts(outcome: QualityOutcome) -> dict[str, str]:
    """What is wrong, by expectation."""
    return {problem.expectation: problem.text for problem in outcome.problems}


def test_a_check_that_never_moves_over_five_rounds_is_suspect(world: World) -> None:
    """It should suspect the bandwidth that is alike, and neither settings, counters at 0 nor what moves; and warn."""
    outcomes = [judged(world, run, busbw=478.93, sdc=Measured.ERROR) for run in range(5)]
    assert [list(texts(outcome)) for outcome in outcomes[:4]] == [["ExpectMandatoryMeasured"]] * 4
    said = texts(outcomes[4])
    assert list(said) == ["ExpectMandatoryMeasured", "ExpectChecksAlive", "ExpectDiagnosticsMeasuring"]
    assert said["ExpectChecksAlive"] == (
        "suspect: dead check, for what should move does not: "
        "busbw of accelerator_health is exactly 478.93 in all 20 values of 5 rounds"
    )
    assert said["ExpectDiagnosticsMeasuring"].endswith("memory_stress (no measurement in 20 results of 5 rounds)")
    assert all(outcome.admissible for outcome in outcomes)
    unproven = {(check.diagnostic, check.name) for check in outcomes[4].unproven}
    assert (HEALTH, "crc_errors.delta") in unproven, "never failed: its samples alone prove it"
    assert (HEALTH, "ecc.corrected") not in unproven, "it failed on a machine"
    assert (SDC, "") not in unproven, "it is suspect"


def test_one_value_that_moves_brings_a_check_back_to_life(world: World) -> None:
    """It should look at all rounds, and not only at the latest."""
    for run, value in enumerate((478.93, 471.0, 478.93, 478.93)):
        judged(world, run, busbw=value)
    assert "ExpectChecksAlive" not in texts(judged(world, 4, busbw=478.93))


def test_a_median_that_jumps_by_a_factor_is_told_with_the_versions(world: World) -> None:
    """It should warn of a thousandfold bandwidth, name the driver before and now, and then take it as it is."""
    judged(world, 0, d2d_gbps=364.0)
    outcome = judged(world, 1, d2d_gbps=364_000.0, version="550.54.15")
    said = texts(outcome)
    assert list(said) == ["ExpectMediansInStep"]
    assert "d2d_gbps of accelerator_health went from 364 to 364,000 GB/s, a factor of 1,000" in said[
        "ExpectMediansInStep"]  # fmt: skip
    assert "driver of accelerator_health 535.161.08, now 550.54.15" in said["ExpectMediansInStep"]
    assert outcome.admissible
    assert texts(judged(world, 2, d2d_gbps=363_000.0, version="550.54.15")) == {}


@pytest.mark.parametrize(
    ("before", "now", "expectation"),
    [("GB/s", "GiB/s", "ExpectUnitsUnchanged"), ("GiB/s", "GB/s", "ExpectUnitsRightBefore")],
)
def test_another_unit_blocks_unless_the_name_asks_for_it(
    world: World, before: str, now: str, expectation: str
) -> None:  # fmt: skip
    """It should block a unit that changed, and only warn where it was wrong before."""
    outcomes = []
    for unit in (before, now):
        round_id = open_round(world.workspace, RoundRequest(PROGRAM, "pat"))
        with transaction(world.engine) as session:
            for host in world.hosts:
                rounds.file_visit(session, round_id, visit(world, host, 1, "1", {}, Measured.COMPLETE))
            session.query(ReadingRow).where(ReadingRow.name == "d2d_gbps", ReadingRow.unit == "GB/s").update(
                {"unit": unit}
            )
        outcomes.append(admit_round(world.workspace, round_id))
    assert list(texts(outcomes[1])) == [expectation]
    assert f"is in {now} and was in {before} in round" in texts(outcomes[1])[expectation]
    assert outcomes[1].admissible is (expectation == "ExpectUnitsRightBefore")


def test_an_inadmissible_round_is_no_history(world: World) -> None:
    """It should compare with the last sound round, and leave one out that may not be trusted."""
    judged(world, 0, d2d_gbps=364.0)
    assert not judged(world, 1, d2d_gbps=float("inf")).admissible
    assert texts(judged(world, 2, d2d_gbps=364.1)) == {}


@pytest.mark.parametrize(
    ("numbers", "found"),
    [
        (
            (
                "Not Specified",
                "N/A",
                "0000000000000",
                "To Be Filled By O.E.M.",
                "0000:0000:0000:0000",
                "123456789",
                "x",
            ),
            [],
        ),
        (("1652922000001",), ["ExpectPartsInOneUnit"]),
    ],
)
def test_placeholders_are_no_part_numbers(world: World, numbers: tuple[str, ...], found: list[str]) -> None:
    """It should take one number on all units for one part, and what stands where a number should be for nothing."""
    round_id = filed(world, 0)
    with transaction(world.engine) as session:
        of_health = select(ResultRow.id).where(ResultRow.round_id == round_id, ResultRow.diagnostic == HEALTH)
        for result_id in session.scalars(of_health).all():
            for index, number in enumerate(numbers):
                session.add(ReadingRow(result_id=result_id, part=f"gpu{index}", name="serial", word=number, unit=""))
    assert list(texts(admit_round(world.workspace, round_id))) == found


def test_a_round_outside_every_phase_has_no_history(world: World) -> None:
    """It should not compare any machines with any other."""
    for run in range(2):
        round_id = open_adhoc_round(world.workspace, "atlas_evt", world.hosts, "pat")
        changes = {"d2d_gbps": 364.0 * 1000**run}
        with transaction(world.engine) as session:
            for host in world.hosts:
                rounds.file_visit(session, round_id, visit(world, host, run, "1", changes, Measured.COMPLETE))
        assert texts(admit_round(world.workspace, round_id)) == {}


def test_a_tally_says_what_the_readings_were_like(world: World) -> None:
    """It should count values, units and broken limits, with least, median and most."""
    judged(world, 0)
    with transaction(world.engine) as session:
        row = judgements.latest(session, rounds_of(world)[0])
        assert row is not None
        found = {t.name: t for t in judgements.tally_history(session, [row.id])}
    ecc, temp = found["ecc.corrected"], found["temp_c"]
    assert (ecc.values, ecc.units, ecc.limited, ecc.broken) == (4, 4, 4, 2)
    assert (temp.least, temp.most, temp.limited, temp.broken) == (33.7, 44.8, 0, 0)
    assert temp.median == pytest.approx((37.4 + 41.1) / 2)


def rounds_of(world: World) -> list[str]:
    """The ids of all rounds."""
    with transaction(world.engine) as session:
        return list(session.scalars(select(RoundRow.id).order_by(RoundRow.number)))
