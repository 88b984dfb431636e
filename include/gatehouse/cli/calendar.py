"""``gatehouse calendar``: planned and actual days of phases, their slips, and a person's word on both."""

import getpass
import sys
from collections.abc import Iterator
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from gatehouse.cli.output import console, plain, print_json, print_table
from gatehouse.cli.place import workspace
from gatehouse.model.calendar import SlipCause
from gatehouse.model.status import Phase
from gatehouse.operations.enter_phase import accept_entry
from gatehouse.operations.enter_phase import attest as attest_now
from gatehouse.operations.export_calendar import calendar_text
from gatehouse.operations.view_calendar import PhaseLine, ProgramCalendar, record_slip, view_calendar
from gatehouse.reports.calendar_table import HEADINGS, conditions_words, milestone_words, slip_words, why_words

Program = Annotated[str, typer.Argument(metavar="PROGRAM", help="The program.")]
OfPhase = Annotated[Phase, typer.Argument(help="EVT, DVT, PVT, RAMP or EOL.", case_sensitive=False)]
Who = Annotated[str, typer.Option("--who", help="Who says so; your own user where it is left out.")]


class _ShowUnlessSaid(TyperGroup):
    """``gatehouse calendar PROGRAM`` is short for ``gatehouse calendar show PROGRAM``."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        said = bool(args) and (args[0] == "--help" or args[0] in self.commands)
        return super().parse_args(ctx, args if said else ["show", *args])


app = typer.Typer(help="The calendar of programs: plans, slips and entry conditions.", cls=_ShowUnlessSaid)


@app.command()
def show(
    program: Annotated[str | None, typer.Argument(metavar="[PROGRAM]", help="One program; all without it.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
    as_ics: Annotated[bool, typer.Option("--ics", help="Print an iCalendar file.")] = False,
) -> None:
    """Show each phase's planned and actual or expected days, its slip and what that went on."""
    found = view_calendar(workspace(), [program] if program else ())
    if as_ics:
        sys.stdout.buffer.write(calendar_text(found).encode())
    elif as_json:
        print_json([_document(each) for each in found])
    else:
        print_table(HEADINGS, (row for each in found for row in _rows(each)))
        for each in found:
            following = f"next gate {each.next_gate}" if each.next_gate else "every gate is behind it"
            console.print(f"{each.program}: {following}", style="dim", markup=False)


@app.command()
def attest(
    program: Program,
    phase: OfPhase,
    condition: Annotated[
        str, typer.Argument(metavar="CONDITION", help="An entry condition, or an attested criterion.")
    ],
    link: Annotated[str, typer.Option("--link", help="Where the document lies.")] = "",
    who: Who = "",
    note: Annotated[str, typer.Option("--note", help="Anything to add.")] = "",
    withdraw: Annotated[bool, typer.Option("--withdraw", help="Take an earlier word back.")] = False,
) -> None:
    """Vouch for a document that a phase asks for, such as the build plan of EVT."""
    attest_now(workspace(), program, phase, condition, who or _me(), link, note, withdraw=withdraw)
    console.print(f"{program} {phase} {condition}: {'taken back' if withdraw else 'attested'}", markup=False)


@app.command()
def enter(
    program: Program,
    phase: OfPhase,
    reason: Annotated[str, typer.Option("--reason", help="Why it may open without them.")],
    who: Who = "",
) -> None:
    """Let a phase open without the entry conditions that keep it shut; its entry is then called conditional."""
    titles = accept_entry(workspace(), program, phase, who or _me(), reason)
    console.print(f"{program} {phase} may open without: {', '.join(titles)}", markup=False)


@app.command()
def slip(
    program: Program,
    phase: OfPhase,
    cause: Annotated[SlipCause, typer.Option("--cause", help="Why it slipped.", case_sensitive=False)],
    note: Annotated[str, typer.Option("--note", help="What happened, in a sentence.")],
    who: Who = "",
) -> None:
    """Say why a phase slipped; the calendar shows it beside what the gate's answers say."""
    record_slip(workspace(), program, phase, cause, note, who or _me())
    console.print(f"{program} {phase}: slipped by {cause}", markup=False)


def _rows(found: ProgramCalendar) -> Iterator[tuple[str, ...]]:
    for line in found.phases:
        yield (
            found.program,
            line.phase,
            line.state,
            milestone_words(line.entry),
            milestone_words(line.exit),
            slip_words(line.slip_days, line.exit.known),
            _why(line),
            conditions_words(line.conditional_entry, line.lacking, entered=line.entered),
        )


def _why(line: PhaseLine) -> str:
    said = line.cause
    return why_words(said.cause if said else None, said.note if said else "", line.shares, line.suggested)


def _document(found: ProgramCalendar) -> dict[str, Any]:
    document: dict[str, Any] = plain(found)
    for line, shown in zip(found.phases, document["phases"], strict=True):
        shown |= {"slip_days": line.slip_days, "why": _why(line)}
        for end, milestone in ("entry", line.entry), ("exit", line.exit):
            shown[end]["slip_days"] = milestone.slip_days
    return document


def _me() -> str:
    return getpass.getuser()


def register(root: typer.Typer) -> None:
    """Add these commands to the shell."""
    root.add_typer(app, name="calendar")
