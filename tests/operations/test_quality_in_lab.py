"""The data quality of rounds over real SSH: history, rows that are named, set aside, given back, and judged again."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from filled_store import counted_queries
from lab_world import SMALL, LabWorld, lab_world
from sqlalchemy import select, update

from gatehouse.model.errors import NotFoundError, RefusedError, UsageError
from gatehouse.model.status import CriterionStatus, Phase
from gatehouse.operations.admit_round import admit_round
from gatehouse.operations.advance_phase import open_phase
from gatehouse.operations.set_rows_aside import RowChoice, release_rows, set_rows_aside
from gatehouse.operations.view_quality import view_quality
from gatehouse.quality.outcome import QualityOutcome
from gatehouse.store import phases
from gatehouse.store.engine import transaction
from gatehouse.store.tables import OutputRow, ReadingRow, ResultRow, RoundUnitRow

FLEET = ["h100-8x:small:EVT:6"]
ONE, TWO = "H100EVT0001", "H100EVT0002"
WHY = "the cable was loose"


@pytest.fixture
def world(tmp_path: Path, fresh_store_url: str) -> Iterator[LabWorld]:
    """Six EVT hosts, and their phase is open."""
    with lab_world(tmp_path, fresh_store_url, FLEET) as made:
        open_phase(made.workspace, SMALL, Phase.EVT, "tester")
        yield made


def spoil(world: LabWorld, statement: object) -> None:
    """Change what the store keeps, as no visit would."""
    with transaction(world.workspace.engine) as session:
        session.execute(statement)  # type: ignore[call-overload]


def names(outcome: QualityOutcome, *, blocking: bool = True) -> list[str]:
    """The expectations that a round does not meet."""
    return [p.expectation for p in outcome.problems if p.blocking is blocking]


def wrong_serial(world: LabWorld, round_id: str, serial: str = ONE) -> None:
    """A machine that answers with another serial than the inventory's."""
    rows = update(RoundUnitRow).where(RoundUnitRow.round_id == round_id, RoundUnitRow.serial == serial)
    spoil(world, rows.values(claimed_serial="H100EVT9999"))


def test_a_healthy_round_has_nothing_to_say(world: LabWorld) -> None:
    """It should find neither a problem nor a warning in what healthy machines of a lab say, whatever it looks at."""
    round_id, _ = world.round(SMALL)
    outcome = admit_round(world.workspace, round_id)
    assert [p.text for p in outcome.problems] == []
    assert outcome.completeness.complete == outcome.completeness.planned - outcome.completeness.skip
    assert outcome.checks == 59


def test_rows_are_named_set_aside_judged_again_and_given_back(world: LabWorld) -> None:
    """It should name the unit, admit the round without it, keep both answers, and judge it again when it is back."""
    place = world.workspace
    round_id, _ = world.round(SMALL)
    wrong_serial(world, round_id)
    assert names(admit_round(place, round_id)) == ["ExpectSerialsOfInventory"]
    problem = view_quality(place, round_id).problems[0]
    assert [(row.serial, row.host) for row in problem.rows] == [(ONE, "h100-evt-01")]

    done = set_rows_aside(place, round_id, RowChoice(problem=problem.number), "pat", WHY)
    assert {serial for serial, _ in done.changed} == {ONE}
    view = view_quality(place, round_id)
    assert (view.admissible, view.stale, view.number) == (False, True, 1)

    again = admit_round(place, round_id, "pat")
    assert (again.admissible, again.number, again.problems) == (True, 2, ())
    assert again.completeness.set_aside == len(done.changed)
    assert again.completeness.missing == 0
    assert "set aside" in again.completeness.words
    gate = {o.criterion: o for o in world.gate(SMALL, Phase.EVT).outcomes}
    assert gate["data"].status is CriterionStatus.MET
    assert gate["coverage"].status is CriterionStatus.NOT_ENOUGH_EVIDENCE
    assert gate["coverage"].units == (ONE,), "the gate asks for it again"

    back = release_rows(place, round_id, RowChoice(unit="h100-evt-01"), "sam", "it was the right machine")
    assert back.outcome is not None
    assert (back.outcome.admissible, back.outcome.number, back.aside) == (False, 3, 0)
    history = view_quality(place, round_id).history
    assert [(j.number, j.judged_by, j.admissible) for j in history] == [
        (1, "gatehouse", False), (2, "pat", True), (3, "sam", False),
    ]  # fmt: skip
    docs = place.files / "datadocs" / round_id
    assert all((docs / str(number) / "index.html").exists() for number in (1, 2, 3))
    assert WHY in (docs / "2" / "index.html").read_text()
    assert "2/index.html" in (docs / "index.html").read_text()


def test_judging_again_without_a_change_changes_nothing(world: LabWorld) -> None:
    """It should give the answer that stands, though the data would say something else by now."""
    round_id, _ = world.round(SMALL)
    before = admit_round(world.workspace, round_id)
    wrong_serial(world, round_id)
    again = admit_round(world.workspace, round_id)
    assert (again.admissible, again.number) == (before.admissible, before.number) == (True, 1)
    assert len(view_quality(world.workspace, round_id).history) == 1


def test_a_fail_that_is_set_aside_stands(world: LabWorld) -> None:
    """It should keep the fault against its unit: setting aside takes proof away, and never a fault."""
    world.lab.inject(id="ecc", host="h100-evt-02", part="gpu3", fault="ecc_uncorrectable")
    round_id, _ = world.round(SMALL)
    assert admit_round(world.workspace, round_id).admissible
    set_rows_aside(world.workspace, round_id, RowChoice(TWO), "pat", WHY)
    assert admit_round(world.workspace, round_id).admissible, "after a clean judgement too"
    gate = {o.criterion: o for o in world.gate(SMALL, Phase.EVT).outcomes}
    assert gate["issues"].status is CriterionStatus.NOT_MET
    assert gate["issues"].units == (TWO,)


def test_who_sets_aside_must_say_who_why_and_what_and_not_too_much(world: LabWorld) -> None:
    """It should refuse with what to do, and leave everything as it is."""
    place = world.workspace
    round_id, _ = world.round(SMALL)
    spoil(world, update(ResultRow).where(ResultRow.serial == TWO).values(started_at=None))
    assert names(admit_round(place, round_id), blocking=False) == ["ExpectStartTimes"]
    for choice, who, why, error, said in (
        (RowChoice(ONE), " ", WHY, UsageError, "who you are"),
        (RowChoice(ONE), "pat", "-", UsageError, "say why"),
        (RowChoice(), "pat", WHY, UsageError, "--problem N"),
        (RowChoice("nobody"), "pat", WHY, NotFoundError, "no unit 'nobody'"),
        (RowChoice(ONE, "teapot"), "pat", WHY, NotFoundError, "no result of teapot"),
        (RowChoice(problem=7), "pat", WHY, NotFoundError, "has 1 problems"),
    ):
        with pytest.raises(error, match=said):
            set_rows_aside(place, round_id, choice, who, why)
    set_rows_aside(place, round_id, RowChoice(ONE), "pat", WHY)
    assert set_rows_aside(place, round_id, RowChoice(ONE), "sam", WHY).changed == (), "they are already"
    with pytest.raises(RefusedError, match="more than 20%: what is left would be a choice; run a new round"):
        set_rows_aside(place, round_id, RowChoice(TWO), "pat", WHY)
    with pytest.raises(RefusedError, match="none of these results is set aside"):
        release_rows(place, round_id, RowChoice(TWO), "pat", WHY)
    assert {a.serial for a in view_quality(place, round_id).set_aside} == {ONE}


def test_a_hole_cannot_be_set_aside(world: LabWorld) -> None:
    """It should say that a new round is needed where there is no result."""
    round_id, _ = world.round(SMALL)
    key = (ResultRow.serial == ONE, ResultRow.diagnostic == "nic_link")
    spoil(world, update(ResultRow).where(*key).values(diagnostic="nic_lunk"))
    outcome = admit_round(world.workspace, round_id)
    assert names(outcome) == ["ExpectPlannedResultsMeasured", "ExpectResultsPlanned", "ExpectOutputsOfResults"]
    with pytest.raises(RefusedError, match="names no result: run a new round"):
        set_rows_aside(world.workspace, round_id, RowChoice(problem=1), "pat", WHY)


def test_what_the_store_keeps_is_held_against_itself(world: LabWorld) -> None:
    """It should find a lost raw output, a damaged one, one half printed, and a PASS that its own finding condemns."""
    world.lab.inject(id="ecc", host="h100-evt-02", part="gpu3", fault="ecc_uncorrectable")
    place = world.workspace
    round_id, _ = world.round(SMALL)
    with transaction(place.engine) as session:
        outputs = session.scalars(select(OutputRow).where(OutputRow.serial == ONE).order_by(OutputRow.key)).all()
    raw = sorted((place.files / "raw").glob("*/*.z"))
    raw[0].write_bytes(b"nonsense")
    lost = next(o for o in outputs if o.diagnostic == "identity_bom")
    (place.files / "raw" / lost.stdout_sha256[:2] / f"{lost.stdout_sha256}.z").unlink()
    key = (OutputRow.serial == ONE, OutputRow.diagnostic == "kernel_log")
    spoil(world, update(OutputRow).where(*key).values(truncated=True))
    spoil(world, update(ResultRow).where(ResultRow.verdict == "FAIL", ResultRow.serial == TWO).values(verdict="PASS"))
    outcome = admit_round(place, round_id)
    assert names(outcome) == [
        "ExpectOutputsOfResults", "ExpectPassesUncontradicted", "ExpectRawOutputsKept", "ExpectRawOutputsIntact",
    ]  # fmt: skip
    assert names(outcome, blocking=False) == ["ExpectWholeOutputs"]
    rows = {p.expectation: p.rows for p in view_quality(place, round_id).problems}
    assert (lost.serial, lost.key) in {(r.serial, r.part) for r in rows["ExpectRawOutputsKept"]}
    assert {r.serial for r in rows["ExpectPassesUncontradicted"]} == {TWO}
    assert all(r.result_id for group in rows.values() for r in group)


def test_parts_are_followed_from_round_to_round(world: LabWorld) -> None:
    """It should warn of a GPU that came from another host or was replaced, with its genealogy, and block one in two."""
    place = world.workspace
    first, _ = world.round(SMALL)
    assert admit_round(place, first).problems == ()
    second, _ = world.round(SMALL)
    with transaction(place.engine) as session:
        of_gpu = {
            serial: (result_id, word)
            for serial, result_id, word in session.execute(
                select(ResultRow.serial, ResultRow.id, ReadingRow.word)
                .join(ReadingRow, ReadingRow.result_id == ResultRow.id)
                .where(ResultRow.round_id == second, ReadingRow.part == "gpu3", ReadingRow.name == "serial")
            )
        }
    move = lambda to, word: update(ReadingRow).where(  # noqa: E731 -- a statement with two holes
        ReadingRow.result_id == of_gpu[to][0], ReadingRow.part == "gpu3", ReadingRow.name == "serial"
    ).values(word=word)  # fmt: skip
    spoil(world, move(ONE, of_gpu[TWO][1]))
    outcome = admit_round(place, second)
    texts = {p.expectation: p.text for p in outcome.problems}
    assert names(outcome) == ["ExpectPartsInOneUnit"]
    assert "gpu3 with the serial" in texts["ExpectPartsInOneUnit"]
    assert f"gpu3 of h100-evt-01 (serial {of_gpu[TWO][1]}) was gpu3 of h100-evt-02 in round {first}" in texts[
        "ExpectPartsToStay"]  # fmt: skip
    third, _ = world.round(SMALL)
    with transaction(place.engine) as session:
        ids = session.scalars(
            select(ResultRow.id)
            .join(ReadingRow, ReadingRow.result_id == ResultRow.id)
            .where(ResultRow.round_id == third, ResultRow.serial == ONE, ReadingRow.part == "gpu3")
            .where(ReadingRow.name == "serial")
        ).all()
    spoil(world, update(ReadingRow).where(ReadingRow.result_id.in_(ids), ReadingRow.part == "gpu3",
                                          ReadingRow.name == "serial").values(word="1652922007777"))  # fmt: skip
    outcome = admit_round(place, third)
    assert outcome.admissible
    assert [p.expectation for p in outcome.problems] == ["ExpectSlotsUnchanged"]
    assert f"has the serial 1652922007777, and had {of_gpu[ONE][1]} in round {first}" in outcome.problems[0].text


def test_a_gate_notices_what_is_set_aside_and_judged_again(world: LabWorld) -> None:
    """It should have news each time, so that a gate which waits looks again."""
    place = world.workspace
    seen = []

    def look() -> None:
        with transaction(place.engine) as session:
            seen.append(phases.news(session, SMALL, Phase.EVT))

    round_id, _ = world.round(SMALL)
    look()
    admit_round(place, round_id)
    look()
    set_rows_aside(place, round_id, RowChoice(ONE), "pat", WHY)
    look()
    admit_round(place, round_id)
    look()
    release_rows(place, round_id, RowChoice(ONE), "pat", WHY)
    look()
    assert len(set(seen)) == len(seen)


def test_the_number_of_queries_does_not_grow_with_the_units(world: LabWorld) -> None:
    """It should ask the store as often for one unit as for six."""
    counts = []
    for units in (("h100-evt-01",), ()):
        round_id, _ = world.round(SMALL, units)
        with counted_queries(world.workspace.engine) as seen:
            admit_round(world.workspace, round_id)
        counts.append(len(seen))
    assert counts[1] - counts[0] <= 5, "the second round has one before it"
    assert counts[1] < 40


def test_ill_hosts_are_honest_data(world: LabWorld) -> None:
    """It should admit a round of hosts that are silent, flood or are strangers: ERROR is data; a cut is told."""
    world.lab.inject(id="away", host="h100-evt-01", transport="refuse")
    world.lab.inject(id="flood", host="h100-evt-02", tool={"nvidia-smi": "flood"})
    world.lab.inject(id="stranger", host="h100-evt-03", transport="wrong_host_key")
    world.lab.inject(id="drop", host="h100-evt-04", transport={"mode": "drop_after_bytes", "after_bytes": 20_000})
    round_id, _ = world.round(SMALL)
    outcome = admit_round(world.workspace, round_id)
    assert names(outcome) == []
    assert names(outcome, blocking=False) == ["ExpectWholeOutputs"]
    assert outcome.completeness.error > 0
    assert outcome.completeness.missing == 0
    assert "ERROR" in outcome.completeness.words
