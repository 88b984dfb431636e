"""``gatehouse jobs``: what runs detached on a host, and the end of it."""

from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from gatehouse.cli.output import console, print_json, print_table
from gatehouse.cli.place import workspace
from gatehouse.model.hosts import Endpoint, Login
from gatehouse.model.jobs import span
from gatehouse.transport.host_jobs import list_jobs, stop_job

Host = Annotated[str, typer.Argument(metavar="HOST", help="Name or serial.")]
Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]


class _ListUnlessSaid(TyperGroup):
    """``gatehouse jobs HOST`` is short for ``gatehouse jobs list HOST``."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        said = not args or args[0] == "--help" or args[0] in self.commands
        return super().parse_args(ctx, args if said else ["list", *args])


app = typer.Typer(help="Jobs that run detached on a host.", no_args_is_help=True, cls=_ListUnlessSaid)


@app.command(name="list")
def list_(host: Host, as_json: Json = False) -> None:
    """Ask a host for its jobs: those that run, and those whose record is still there."""
    found = list_jobs(*_door(host))
    if as_json:
        print_json(found)
        return
    rows = [
        (
            job.name,
            job.state if job.exit_code is None else f"ended, exit code {job.exit_code}",
            "unknown" if job.elapsed_s is None else span(job.elapsed_s),
            span(job.limit_s),
        )
        for job in found
    ]
    print_table(("job", "state", "ran for", "of at most"), rows, title=f"Jobs on {host}")


@app.command()
def stop(
    host: Host,
    job: Annotated[str, typer.Argument(metavar="JOB", help="The job's name, as `gatehouse jobs list` shows it.")],
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    as_json: Json = False,
) -> None:
    """Stop a job. Its round files it as not measured, and asks nothing more of this host."""
    door = _door(host)
    if not yes:
        typer.confirm(f"Stop {job} on {host}? What it has run so far is lost", abort=True)
    said = stop_job(*door, job)
    print_json({"host": host, "job": job, "said": said}) if as_json else console.print(said, markup=False)


def _door(host: str) -> tuple[Endpoint, Login]:
    place = workspace()
    known = place.catalog.host(host)
    return known.endpoint, place.login(known.connection)


def register(root: typer.Typer) -> None:
    """Add these commands to the shell."""
    root.add_typer(app, name="jobs")
