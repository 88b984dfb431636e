"""A program's end over a store: announced, observed, and accounted for serial by serial."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from calendar_world import BOREALIS, calendar_world, ramp_is_over, ramp_of_atlas
from filled_store import PROGRAM, World, answer, new_world

from gatehouse.catalog.criteria import EARLIER
from gatehouse.local.postgres import Server
from gatehouse.model.errors import NotFoundError, RefusedError, UsageError
from gatehouse.model.evidence import CriterionOutcome
from gatehouse.model.records import Disposition, UnitDisposition
from gatehouse.model.status import CriterionStatus, Phase
from gatehouse.operations.advance_phase import close_phase, open_phase, sign_off
from gatehouse.operations.enter_phase import attest
from gatehouse.operations.evaluate_gate import evaluate_gate
from gatehouse.operations.phase_out import DispositionWords, announce_end, day, dispose, dispose_csv, observe
from gatehouse.operations.view_gate import view_gate
from gatehouse.operations.watch_gate import gate_news
from gatehouse.operations.workspace import Workspace
from gatehouse.store import phase_out
from gatehouse.store.engine import transaction
from gatehouse.store.phase_out import PhaseOut

SERIALS = ("BEVT1", "BEVT2", "BRAMP1", "BRAMP2")
HEAD = "serial,as,erase_certificate,held_no_data,note\n"


@pytest.fixture
def workspace(postgres_server: Server, tmp_path: Path) -> Iterator[Workspace]:
    """``borealis`` has opened its phase-out; ``atlas`` takes its place."""
    with calendar_world(postgres_server, tmp_path) as made:
        ramp_is_over(made)
        ramp_of_atlas(made)
        announce_end(made, PhaseOut(BOREALIS, PROGRAM, date(2027, 1, 31), date(2028, 1, 31), "the part ends", "pat"))
        open_phase(made, BOREALIS, Phase.EOL, "pat")
        yield made


def outcomes(workspace: Workspace) -> dict[str, CriterionOutcome]:
    """How each criterion of the phase-out stands."""
    return {o.criterion: o for o in evaluate_gate(workspace, BOREALIS, Phase.EOL).decision.outcomes}


def scrap(workspace: Workspace, *serials: str) -> int:
    """Units that are scrapped and erased."""
    return dispose(workspace, BOREALIS, [DispositionWords(s, "scrapped", "https://erase") for s in serials], "Ada")


def quiet(workspace: Workspace, days: int = 3) -> None:
    """A scheduler that said zero every day."""
    now = datetime.now(UTC)
    for ago in range(days):
        observe(workspace, BOREALIS, "slurm", "Ada", 0, 0, now - timedelta(days=ago))


def test_at_first_nothing_is_shown(workspace: Workspace) -> None:
    """It should lack evidence on everything, and name every serial of every build."""
    found = outcomes(workspace)
    asked = {o.status for name, o in found.items() if name != EARLIER}
    assert asked == {CriterionStatus.NOT_ENOUGH_EVIDENCE}
    assert found["gone"].units == SERIALS
    assert found["gone"].missing == f"say where 4 units went: {', '.join(SERIALS)}"


def test_the_way_to_the_exit(workspace: Workspace) -> None:
    """It should exit once work is gone, every serial is, a person vouches, and another signs off."""
    quiet(workspace)
    scrap(workspace, *SERIALS)
    with pytest.raises(RefusedError, match="cannot exit"):
        close_phase(workspace, BOREALIS, Phase.EOL, "pat")
    attest(workspace, BOREALIS, Phase.EOL, "archive", "Ada", "https://archive")
    decision = evaluate_gate(workspace, BOREALIS, Phase.EOL).decision
    assert decision.status is CriterionStatus.MET
    with pytest.raises(RefusedError, match="nobody signed off"):
        close_phase(workspace, BOREALIS, Phase.EOL, "pat")
    sign_off(workspace, BOREALIS, Phase.EOL, answer(decision.evidence_digest), "test")
    assert close_phase(workspace, BOREALIS, Phase.EOL, "pat").decision.open
    assert "Every serial gone" in view_gate(workspace, BOREALIS, Phase.EOL).html()


def test_a_job_that_comes_back_shuts_it_again(workspace: Workspace) -> None:
    """It should be not met while a job runs, and notice it."""
    quiet(workspace)
    assert outcomes(workspace)["moved"].status is CriterionStatus.MET
    before = gate_news(_url(workspace), BOREALIS, Phase.EOL)
    observe(workspace, BOREALIS, "slurm", "Ada", 2, None)
    assert outcomes(workspace)["moved"].status is CriterionStatus.NOT_MET
    assert outcomes(workspace)["reservations"].status is CriterionStatus.MET, "it did not speak of reservations"
    assert gate_news(_url(workspace), BOREALIS, Phase.EOL) != before


def test_the_latest_word_on_a_serial_holds(workspace: Workspace) -> None:
    """It should take a correction, and keep what was said before."""
    dispose(workspace, BOREALIS, [DispositionWords("BEVT1", "spare")], "Ada")
    assert "erase and certify 1 unit: BEVT1" in outcomes(workspace)["gone"].missing
    scrap(workspace, "BEVT1")
    assert outcomes(workspace)["gone"].units == SERIALS[1:]
    with transaction(workspace.engine) as session:
        (kept,) = phase_out.dispositions(session, BOREALIS)
    assert isinstance(kept, UnitDisposition)
    assert kept.disposition is Disposition.SCRAPPED


def test_a_file_of_many(workspace: Workspace, tmp_path: Path) -> None:
    """It should read columns in any order, with a byte order mark, and count the units."""
    file = tmp_path / "gone.csv"
    file.write_text(
        "\ufeffas,serial,held_no_data\n" + "".join(f"returned,{serial},no drives\n" for serial in SERIALS), "utf-8"
    )
    assert dispose_csv(workspace, BOREALIS, file, "Ada") == 4
    assert outcomes(workspace)["gone"].status is CriterionStatus.MET


@pytest.mark.parametrize(
    ("text", "line", "says"),
    [
        (HEAD + "BEVT1,scrapped,c,,\nBEVT9,scrapped,c,,\n", 3, "'BEVT9' is no unit of borealis"),
        (HEAD + "BEVT1,scrapped,c,,\nBEVT1,scrapped,c,,\n", 3, "stands already at"),
        (HEAD + "BEVT1,sold,c,,\n", 2, "'sold' is none of redeployed, returned"),
        (HEAD + "BEVT1,not-a-unit,,,\n", 2, "say in a note why"),
        (HEAD + "BEVT1,scrapped,c,no drives,\n", 2, "either held data that was erased, or held none"),
        (HEAD + "BEVT1,scrapped\n", 2, "this row has another number"),
        (HEAD + "BEVT1,scrapped,c,,,,\n", 2, "this row has another number"),
        ("serial,colour\nBEVT1,red\n", 1, "the columns must be among"),
        ("", 1, "the columns must be among"),
    ],
)
def test_a_mistake_in_a_file_is_named_by_its_line(
    workspace: Workspace, tmp_path: Path, text: str, line: int, says: str
) -> None:
    """It should keep nothing of a file with a mistake, and say where it is."""
    file = tmp_path / "gone.csv"
    file.write_text(text)
    with pytest.raises(UsageError) as refused:
        dispose_csv(workspace, BOREALIS, file, "Ada")
    assert f"{file}:{line}: " in str(refused.value)
    assert says in str(refused.value)
    assert outcomes(workspace)["gone"].units == SERIALS


@pytest.mark.parametrize("data", [None, b"\xff\xfe\x00s", b'serial,as\n"BEVT1'])
def test_a_file_that_cannot_be_read(workspace: Workspace, tmp_path: Path, data: bytes | None) -> None:
    """It should say so in one line: not there, not UTF-8, a quote that does not end."""
    file = tmp_path / "gone.csv"
    if data is not None:
        file.write_bytes(data)
    with pytest.raises(UsageError, match=r"gone\.csv: cannot be read"):
        dispose_csv(workspace, BOREALIS, file, "Ada")


def test_observations_that_make_no_sense_are_refused(workspace: Workspace) -> None:
    """It should want a source, a person, a number that is not negative, and a time that has passed."""
    later = datetime.now(UTC) + timedelta(hours=1)
    for source, who, jobs, at in (
        (" ", "Ada", 0, None), ("slurm", " ", 0, None), ("slurm", "Ada", None, None), ("slurm", "Ada", -1, None),
        ("slurm", "Ada", 0, later),
    ):  # fmt: skip
        with pytest.raises(UsageError):
            observe(workspace, BOREALIS, source, who, jobs, None, at)
    with pytest.raises(NotFoundError):
        observe(workspace, "zeus", "slurm", "Ada", 0, None)
    assert outcomes(workspace)["moved"].observed == "no scheduler has answered"


@pytest.mark.parametrize(
    ("said", "error"),
    [
        (PhaseOut(BOREALIS, BOREALIS, None, None, "why", "pat"), UsageError),
        (PhaseOut(BOREALIS, "zeus", None, None, "why", "pat"), NotFoundError),
        (PhaseOut(BOREALIS, PROGRAM, None, None, " ", "pat"), UsageError),
        (PhaseOut(BOREALIS, PROGRAM, date(2028, 1, 1), date(2027, 1, 1), "why", "pat"), UsageError),
        (PhaseOut(PROGRAM, BOREALIS, None, None, "why", "pat"), NotFoundError),
    ],
)
def test_an_end_that_makes_no_sense_is_refused(workspace: Workspace, said: PhaseOut, error: type[Exception]) -> None:
    """It should refuse to succeed itself, a stranger, no reason, days in the wrong order, and a program without EOL."""
    with pytest.raises(error):
        announce_end(workspace, said)


def test_days_of_a_form() -> None:
    """It should read a day, take none for none, and say what one looks like."""
    assert (day("2027-03-31"), day(None), day("")) == (date(2027, 3, 31), None, None)
    with pytest.raises(UsageError, match="2027-03-31"):
        day("31.3.2027")


def test_a_unit_does_not_end_by_leaving_the_inventory(postgres_server: Server, tmp_path: Path) -> None:
    """It should go on asking for a serial that was measured once, in any phase, whatever the site's file says now."""
    with new_world(postgres_server, tmp_path, hosts=2) as world:
        world.round("first")
        _leaves(world)
        with transaction(world.engine) as session:
            assert set(phase_out.measured_units(session, PROGRAM)) == {"SN00001", "SN00002"}
        assert dispose(world.workspace, PROGRAM, [DispositionWords("SN00002", "scrapped", "c")], "Ada") == 1


def _leaves(world: World) -> None:
    world.workspace.catalog.hosts.pop("evt-02")


def _url(workspace: Workspace) -> str:
    return workspace.engine.url.render_as_string(hide_password=False)
