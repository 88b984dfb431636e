"""The calendar over a store: what was planned, what happened, what it went on, and how phases were entered."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from calendar_world import BOREALIS, NOW, calendar_world, noon, on, ramp_is_over, ramp_of_atlas
from filled_store import PROGRAM, counted_queries

from gatehouse.local.postgres import Server
from gatehouse.model.calendar import Known, SlipCause
from gatehouse.model.errors import EntryShutError, NotFoundError, RefusedError, UsageError
from gatehouse.model.status import Phase
from gatehouse.operations.advance_phase import open_phase
from gatehouse.operations.enter_phase import accept_entry, attest
from gatehouse.operations.export_calendar import calendar_text
from gatehouse.operations.phase_out import announce_end
from gatehouse.operations.view_calendar import PhaseLine, record_slip, view_calendar
from gatehouse.operations.view_programs import GateState, view_programs
from gatehouse.operations.watch_gate import entry_news, gate_news
from gatehouse.operations.workspace import Workspace
from gatehouse.store.engine import transaction
from gatehouse.store.phase_out import PhaseOut
from gatehouse.store.tables import PhaseRow


@pytest.fixture
def workspace(postgres_server: Server, tmp_path: Path) -> Iterator[Workspace]:
    """``borealis`` in ramp, ``atlas`` in EVT."""
    with calendar_world(postgres_server, tmp_path) as made:
        yield made


def line(workspace: Workspace, phase: Phase, program: str = BOREALIS) -> PhaseLine:
    """One phase on the calendar."""
    (found,) = view_calendar(workspace, [program], NOW)
    return next(each for each in found.phases if each.phase is phase)


def close(workspace: Workspace, program: str, phase: Phase) -> None:
    """As if its gate had let it exit."""
    with transaction(workspace.engine) as session:
        row = session.get_one(PhaseRow, (program, phase.value))
        row.closed_at, row.closed_by = NOW, "pat"


def test_a_slip_says_what_it_went_on(workspace: Workspace) -> None:
    """It should share 12 days of PVT out over its late entry, the criterion that held it, and the sign-off."""
    pvt = line(workspace, Phase.PVT)
    assert (pvt.state, pvt.entry.slip_days, pvt.slip_days) == (GateState.EXITED, 4, 12)
    assert [(share.days, share.what) for share in pvt.shares] == [
        (5, "Final yield"), (4, "late entry"), (3, "waiting for sign-off"),
    ]  # fmt: skip
    assert pvt.suggested is SlipCause.FAILURES_FOUND
    assert (pvt.exit.baseline, pvt.exit.planned, pvt.replans) == (on(95), on(100), 1)


def test_phases_that_are_in_time_explain_nothing(workspace: Workspace) -> None:
    """It should find no shares where there is no slip, and the next gate of each program."""
    assert (line(workspace, Phase.EVT).slip_days, line(workspace, Phase.EVT).shares) == (0, ())
    assert [found.next_gate for found in view_calendar(workspace, now=NOW)] == [Phase.EVT, Phase.RAMP]
    assert line(workspace, Phase.DVT).state is GateState.EXITED_CONDITIONALLY


def test_a_phase_that_is_late_and_not_over_slips_day_by_day(workspace: Workspace) -> None:
    """It should count to today while nobody can say when it ends."""
    (found,) = view_calendar(workspace, [BOREALIS], noon(175))
    ramp = next(each for each in found.phases if each.phase is Phase.RAMP)
    assert (ramp.exit.known, ramp.slip_days) == (Known.OVERDUE, 15)
    assert [(share.days, share.what) for share in ramp.shares] == [(12, "late entry"), (3, "Units tested")]


def test_a_person_says_why(workspace: Workspace) -> None:
    """It should keep the latest word, beside what the answers say."""
    record_slip(workspace, BOREALIS, Phase.PVT, SlipCause.OTHER, "not yet known", "Pat")
    record_slip(workspace, BOREALIS, Phase.PVT, SlipCause.SUPPLIER_PARTS, "fans were late", "Ada")
    cause = line(workspace, Phase.PVT).cause
    assert cause is not None
    assert (cause.cause, cause.note, cause.who) == (SlipCause.SUPPLIER_PARTS, "fans were late", "Ada")


@pytest.mark.parametrize(
    ("program", "note", "error"),
    [("zeus", "n", NotFoundError), (PROGRAM, "n", NotFoundError), (BOREALIS, " ", UsageError)],
)
def test_a_cause_needs_a_phase_and_words(workspace: Workspace, program: str, note: str, error: type[Exception]) -> None:
    """It should refuse a phase that there is not, and a cause that says nothing."""
    with pytest.raises(error):
        record_slip(workspace, program, Phase.RAMP, SlipCause.OTHER, note, "Pat")


def test_a_phase_is_kept_shut_until_somebody_vouches(workspace: Workspace) -> None:
    """It should say what is missing and what would allow it, and open once the document is attested."""
    close(workspace, PROGRAM, Phase.EVT)
    with pytest.raises(EntryShutError) as shut:
        open_phase(workspace, PROGRAM, Phase.DVT, "pat")
    assert "Build plan: nobody attests it" in str(shut.value)
    assert "gatehouse calendar attest atlas DVT build_plan" in str(shut.value)
    assert "gatehouse calendar enter atlas DVT" in str(shut.value)
    with transaction(workspace.engine) as session:
        assert session.get(PhaseRow, (PROGRAM, Phase.DVT.value)) is None
    attest(workspace, PROGRAM, Phase.DVT, "build_plan", "Ada", "https://docs/plan")
    assert open_phase(workspace, PROGRAM, Phase.DVT, "pat")
    assert line(workspace, Phase.DVT, PROGRAM).conditional_entry is False


def test_a_word_can_be_taken_back(workspace: Workspace) -> None:
    """It should be shut again by a withdrawal before the phase opens."""
    close(workspace, PROGRAM, Phase.EVT)
    attest(workspace, PROGRAM, Phase.DVT, "build_plan", "Ada", "https://docs/plan")
    attest(workspace, PROGRAM, Phase.DVT, "build_plan", "Ada", "", withdraw=True)
    with pytest.raises(EntryShutError):
        open_phase(workspace, PROGRAM, Phase.DVT, "pat")


def test_a_person_can_enter_without(workspace: Workspace) -> None:
    """It should open on a person's word, call the entry conditional, and go on saying what is open."""
    close(workspace, PROGRAM, Phase.EVT)
    assert accept_entry(workspace, PROGRAM, Phase.DVT, "Ada", "the plan follows on Monday") == ("Build plan",)
    assert open_phase(workspace, PROGRAM, Phase.DVT, "pat")
    dvt = line(workspace, Phase.DVT, PROGRAM)
    assert (dvt.conditional_entry, dvt.lacking) == (True, ("Build plan",))
    attest(workspace, PROGRAM, Phase.DVT, "build_plan", "Ada", "https://docs/plan")
    dvt = line(workspace, Phase.DVT, PROGRAM)
    assert (dvt.conditional_entry, dvt.lacking) == (True, ()), "how it was entered stays as it was"


def test_nobody_enters_what_is_not_shut(workspace: Workspace) -> None:
    """It should refuse a word that changes nothing, and one without a reason."""
    with pytest.raises(RefusedError, match="entered before"):
        accept_entry(workspace, PROGRAM, Phase.EVT, "Ada", "why not")
    attest(workspace, PROGRAM, Phase.DVT, "build_plan", "Ada", "https://docs/plan")
    with pytest.raises(RefusedError, match="no entry condition keeps"):
        accept_entry(workspace, PROGRAM, Phase.DVT, "Ada", "why not")
    with pytest.raises(UsageError):
        accept_entry(workspace, PROGRAM, Phase.DVT, "Ada", " ")


@pytest.mark.parametrize(
    ("about", "who", "link", "error"),
    [
        ("no_such", "Ada", "l", NotFoundError),
        ("build_plan", " ", "l", UsageError),
        ("build_plan", "Ada", "", UsageError),
    ],
)
def test_what_nobody_asks_for_is_not_attested(
    workspace: Workspace, about: str, who: str, link: str, error: type[Exception]
) -> None:
    """It should name what there is to attest, and want a name and a link."""
    with pytest.raises(error) as refused:
        attest(workspace, PROGRAM, Phase.DVT, about, who, link)
    assert error is UsageError or "build_plan" in str(refused.value)


def test_an_exit_criterion_can_be_attested_too(workspace: Workspace) -> None:
    """It should take the id of a criterion that asks for a person's word, and the gate should notice."""
    before = gate_news(_url(workspace), BOREALIS, Phase.EOL)
    attest(workspace, BOREALIS, Phase.EOL, "archive", "Ada", "https://archive")
    assert gate_news(_url(workspace), BOREALIS, Phase.EOL) != before


def test_a_phase_out_waits_for_the_ramp_of_what_follows(workspace: Workspace) -> None:
    """It should be shut without a successor, shut before its ramp, and open after it."""
    with pytest.raises(RefusedError, match="EOL opens only when RAMP has exited"):
        open_phase(workspace, BOREALIS, Phase.EOL, "pat")
    ramp_is_over(workspace)
    with pytest.raises(EntryShutError, match="no successor is named"):
        open_phase(workspace, BOREALIS, Phase.EOL, "pat")
    announce_end(workspace, PhaseOut(BOREALIS, PROGRAM, None, None, "the part ends", "pat"))
    with pytest.raises(EntryShutError, match="wait for the ramp of atlas"):
        open_phase(workspace, BOREALIS, Phase.EOL, "pat")
    before = entry_news(_url(workspace), BOREALIS, Phase.EOL)
    ramp_of_atlas(workspace)
    assert entry_news(_url(workspace), BOREALIS, Phase.EOL) != before
    assert open_phase(workspace, BOREALIS, Phase.EOL, "pat")


def test_a_gate_of_the_phase_out_is_shown_when_it_is_due(workspace: Workspace) -> None:
    """It should be a fifth gate from the end of the ramp on, over the units of every build."""
    gates = {each.program: each.gates for each in view_programs(workspace)}[BOREALIS]
    assert [gate.phase for gate in gates][-1] is Phase.RAMP
    ramp_is_over(workspace)
    last = {each.program: each.gates for each in view_programs(workspace)}[BOREALIS][-1]
    assert (last.phase, last.state, last.build_units) == (Phase.EOL, GateState.NOT_OPENED, 4)


def test_the_number_of_queries_does_not_grow_with_programs(workspace: Workspace) -> None:
    """It should ask a fixed number of questions."""
    with counted_queries(workspace.engine) as seen:
        view_calendar(workspace, now=NOW)
    assert len([each for each in seen if each.startswith("SELECT")]) <= 7


def test_the_calendar_file_has_an_event_for_each_phase_with_days(workspace: Workspace) -> None:
    """It should say what is sure, and carry slip and cause along."""
    text = calendar_text(view_calendar(workspace, now=NOW), NOW).replace("\r\n ", "")
    assert text.count("BEGIN:VEVENT") == 4
    assert "UID:borealis-PVT@gatehouse" in text
    assert "12 days late" in text
    assert text.count("STATUS:CONFIRMED") == 3
    end = f"{on(112) + timedelta(days=1):%Y%m%d}"
    assert f"DTEND;VALUE=DATE:{end}" in text


def test_an_unknown_program_is_refused(workspace: Workspace) -> None:
    """It should say which there are."""
    with pytest.raises(NotFoundError, match="atlas, borealis"):
        view_calendar(workspace, ["zeus"])


def _url(workspace: Workspace) -> str:
    return workspace.engine.url.render_as_string(hide_password=False)
