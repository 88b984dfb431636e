"""``gatehouse eol``: where the units of a program went, and what schedulers say of its workloads."""

import getpass
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from gatehouse.cli.output import console
from gatehouse.cli.place import workspace
from gatehouse.model.errors import UsageError
from gatehouse.model.records import Disposition
from gatehouse.operations import phase_out
from gatehouse.operations.phase_out import DispositionWords

app = typer.Typer(help="The phase-out of a program: workloads, reservations, and every serial.", no_args_is_help=True)
Program = Annotated[str, typer.Argument(metavar="PROGRAM", help="The program that ends.")]
Who = Annotated[str, typer.Option("--who", help="Who says so; your own user where it is left out.")]
At = Annotated[str | None, typer.Option("--at", help="When, such as 2027-03-31T09:00+01:00; UTC without a zone.")]


@app.command()
def disposition(
    program: Program,
    serial: Annotated[list[str] | None, typer.Option("--serial", help="A unit; may be given again.")] = None,
    as_: Annotated[str, typer.Option("--as", help=f"One of {', '.join(Disposition)}.")] = "",
    erase_certificate: Annotated[str, typer.Option(help="Link to the proof that its data was erased.")] = "",
    held_no_data: Annotated[str, typer.Option(help="Why there was no data to erase.")] = "",
    note: Annotated[str, typer.Option(help="Anything to add.")] = "",
    csv: Annotated[
        Path | None, typer.Option("--csv", help=f"Many units: a file with columns {', '.join(phase_out.COLUMNS)}.")
    ] = None,
    who: Who = "",
    at: At = None,
) -> None:
    """Say where units went for good. The latest word on a serial holds; of a file with a mistake nothing is kept."""
    if (csv is None) == (not serial):
        raise UsageError("name units with --serial, or a file of them with --csv")
    by, when = who or getpass.getuser(), _moment(at)
    if csv is not None:
        number = phase_out.dispose_csv(workspace(), program, csv, by, when)
    else:
        words = [DispositionWords(each, as_, erase_certificate, held_no_data, note) for each in serial or ()]
        number = phase_out.dispose(workspace(), program, words, by, when)
    console.print(f"{program}: {number} {'unit' if number == 1 else 'units'} dispositioned", markup=False)


@app.command()
def observe(
    program: Program,
    source: Annotated[str, typer.Option("--source", help="What was asked, such as 'slurm of site A'.")],
    jobs: Annotated[int | None, typer.Option("--jobs", help="Jobs that run or wait on the SKU.")] = None,
    reservations: Annotated[int | None, typer.Option("--reservations", help="Reservations of the SKU.")] = None,
    who: Who = "",
    at: At = None,
) -> None:
    """Keep what a scheduler says of the program's SKU. A number that it did not say stays unknown."""
    phase_out.observe(workspace(), program, source, who or getpass.getuser(), jobs, reservations, _moment(at))
    said = ", ".join(f"{n} {what}" for n, what in ((jobs, "jobs"), (reservations, "reservations")) if n is not None)
    console.print(f"{program}: {source} says {said}", markup=False)


def _moment(text: str | None) -> datetime | None:
    if text is None:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise UsageError(f"{text!r} is no time such as 2027-03-31T09:00+01:00") from error
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def register(root: typer.Typer) -> None:
    """Add these commands to the shell."""
    root.add_typer(app, name="eol")
