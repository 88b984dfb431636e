"""``gatehouse up``, ``down``, ``status``: the local stack."""

from typing import Annotated

import typer

from gatehouse.cli.output import console, print_json, print_table
from gatehouse.local import stack
from gatehouse.local.airflow_home import DEFAULT_PORT, Settings, base_url
from gatehouse.local.health import wait_healthy
from gatehouse.local.home import home

Port = Annotated[int, typer.Option(help="Port of the pages.", envvar="PORT")]
START_LIMIT_S = 240.0


def register(app: typer.Typer) -> None:
    """Add these commands to the shell."""
    app.command()(up)
    app.command()(down)
    app.command()(status)


def up(port: Port = DEFAULT_PORT) -> None:
    """Start database, Airflow and pages on this machine, and leave them running."""
    place = home()
    stack.up(place, Settings(port=port), progress=lambda line: console.print(line, markup=False))
    wait_healthy(place, START_LIMIT_S, lambda line: console.print(line, markup=False))
    console.print(f"up: {base_url(port)}")


def down() -> None:
    """Stop all of it."""
    stopped = stack.down(home())
    for line in stopped or ["nothing was running"]:
        console.print(line, markup=False)


def status(as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False) -> None:
    """Say what runs. Exits with 1 when the stack is not up."""
    found = stack.status(home())
    if as_json:
        print_json(found)
    elif found is None:
        console.print("not up")
    else:
        processes = found.processes.items()
        rows = [(name, str(process.pid), "up" if process.alive else "down") for name, process in processes]
        print_table(("component", "pid", "state"), rows, title=f"{found.phase}: {base_url(found.request.port)}")
    raise typer.Exit(0 if found else 1)
