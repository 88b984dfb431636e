"""``gatehouse waiver``: ask for a waiver, sign it, refuse it, take it back, and look at what became of it."""

import getpass
import uuid
from typing import Annotated, Any

import typer

from gatehouse.cli.output import console, print_json, print_table
from gatehouse.model.status import Phase
from gatehouse.model.waivers import WaiverRequest, WaiverRole

Number = Annotated[int, typer.Argument(metavar="ID", help="Its number; `gatehouse waiver list` shows it.")]
Who = Annotated[str | None, typer.Option("--who", help="Who does this; you, by your name here, unless said.")]
Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]

app = typer.Typer(help="Waivers: criteria that people decide to live without, until a day.", no_args_is_help=True)


@app.command()
def request(
    program: Annotated[str, typer.Argument(help="The program.")],
    phase: Annotated[Phase, typer.Argument(help="EVT, DVT, PVT or RAMP.", case_sensitive=False)],
    criterion: Annotated[str, typer.Argument(help="The criterion's id; `gatehouse gate … --json` shows it.")],
    owner: Annotated[str, typer.Option("--owner", help="Who answers for it; an e-mail address is written to.")],
    reason: Annotated[str, typer.Option("--reason", help="Why it may be lived without.")],
    containment: Annotated[str, typer.Option("--containment", help="What keeps the risk small meanwhile.")],
    retest: Annotated[str, typer.Option("--retest", help="When or on what condition it is measured again.")],
    expires: Annotated[str, typer.Option("--expires", help="Its end: 00:00 UTC of that day, such as 2026-04-11.")],
    serial: Annotated[
        list[str] | None, typer.Option("--serial", help="A unit by serial or host; again for more.")
    ] = None,
    site: Annotated[list[str] | None, typer.Option("--site", help="All units at a site; again for more.")] = None,
    who: Who = None,
    as_json: Json = False,
) -> None:
    """Ask for a waiver, for the whole build or for the units and sites that are named. Two people must sign it."""
    from gatehouse.cli.place import workspace
    from gatehouse.operations.file_waiver import day_of, request_waiver
    from gatehouse.operations.view_waivers import view_waiver

    asked = WaiverRequest(
        program, phase, criterion, owner, who or _me(), reason, containment, retest, day_of(expires),
        tuple(serial or ()), tuple(site or ()),
    )  # fmt: skip
    place = workspace()
    _show(view_waiver(place, request_waiver(place, asked, _once())), as_json)


@app.command()
def approve(
    number: Number,
    who: Annotated[str, typer.Option("--who", help="Who signs.")],
    role: Annotated[WaiverRole, typer.Option("--role", help="In which role.", case_sensitive=False)],
    comment: Annotated[str, typer.Option("--comment", help="Stands in its history.")] = "",
    as_json: Json = False,
) -> None:
    """Sign a waiver: one person for engineering, another one for quality or operations."""
    from gatehouse.cli.place import workspace
    from gatehouse.operations.file_waiver import approve_waiver
    from gatehouse.operations.view_waivers import view_waiver

    place = workspace()
    approve_waiver(place, number, who, role, _once(), text=comment)
    _show(view_waiver(place, number), as_json)


@app.command()
def reject(
    number: Number,
    reason: Annotated[str, typer.Option("--reason", help="Why not.")],
    who: Who = None,
    as_json: Json = False,
) -> None:
    """Refuse a waiver that waits for its sign-offs; it is over then."""
    from gatehouse.cli.place import workspace
    from gatehouse.operations.file_waiver import reject_waiver
    from gatehouse.operations.view_waivers import view_waiver

    place = workspace()
    reject_waiver(place, number, who or _me(), reason, _once())
    _show(view_waiver(place, number), as_json)


@app.command()
def withdraw(
    number: Number,
    reason: Annotated[str, typer.Option("--reason", help="Why it is not needed, or not wanted, any more.")],
    who: Who = None,
    as_json: Json = False,
) -> None:
    """Take a waiver back before its end; a phase that exited on it is reopened."""
    from gatehouse.cli.place import workspace
    from gatehouse.operations.file_waiver import withdraw_waiver
    from gatehouse.operations.view_waivers import view_waiver

    place = workspace()
    withdraw_waiver(place, number, who or _me(), reason, _once())
    _show(view_waiver(place, number), as_json)


@app.command(name="list")
def list_(
    program: Annotated[str | None, typer.Argument(metavar="[PROGRAM]", help="Of one program only.")] = None,
    as_json: Json = False,
) -> None:
    """List waivers with where each stands, those that are over included."""
    from gatehouse.cli.place import workspace
    from gatehouse.operations.view_waivers import view_waivers

    found = view_waivers(workspace(), program or "")
    if as_json:
        print_json([each.as_json() for each in found])
        return
    rows = (
        (str(each.waiver.id), f"{each.program} {each.phase}", each.waiver.criterion, each.scope, each.waiver.owner,
         f"{each.waiver.expires_at:%Y-%m-%d}", each.standing)
        for each in found
    )  # fmt: skip
    print_table(("id", "gate", "criterion", "covers", "owner", "until", "state"), rows)


@app.command()
def show(number: Number, as_json: Json = False) -> None:
    """Show a waiver and all that happened to it."""
    from gatehouse.cli.place import workspace
    from gatehouse.operations.view_waivers import view_waiver

    _show(view_waiver(workspace(), number), as_json)


def _show(view: Any, as_json: bool) -> None:
    if as_json:
        print_json(view.as_json())
        return
    console.print(f"Waiver {view.waiver.id}: {view.standing}", markup=False, style="bold")
    print_table(("", ""), view.lines())
    steps = ((f"{step.at:%Y-%m-%d %H:%M} UTC", step.kind, step.who, step.role, step.text) for step in view.history)
    print_table(("when", "what", "who", "as", "said"), steps)
    if view.next_step:
        console.print(view.next_step, markup=False)


def _me() -> str:
    return getpass.getuser()


def _once() -> str:
    return f"shell/{uuid.uuid4().hex}"


def register(root: typer.Typer) -> None:
    """Add these commands to the shell."""
    root.add_typer(app, name="waiver")
