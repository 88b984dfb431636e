"""Puts the commands together, and turns errors into one clear line and an exit code.

Exit codes: 0 done and good, 1 done and bad, 2 usage, 3 could not measure.
"""

import sys

import typer

from gatehouse import __version__
from gatehouse.cli import catalog, demo, evidence, gate, lab, machines, stack
from gatehouse.cli.output import say_error
from gatehouse.model.errors import (
    CatalogError,
    GatehouseError,
    NotFoundError,
    RefusedError,
    StoreError,
    UnreachableError,
    UsageError,
)

GOOD, BAD, USAGE, NOT_MEASURED = 0, 1, 2, 3
_CODES: tuple[tuple[type[GatehouseError], int], ...] = (
    (UsageError, USAGE),
    (NotFoundError, USAGE),
    (CatalogError, USAGE),
    (RefusedError, USAGE),
    (UnreachableError, NOT_MEASURED),
    (StoreError, NOT_MEASURED),
)

app = typer.Typer(
    name="gatehouse",
    help="Proves AI hardware before anyone trusts it: programs through EVT, DVT, PVT and ramp, on evidence.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
for module in (machines, gate, evidence, stack, demo):
    module.register(app)
app.add_typer(catalog.app, name="catalog")
app.add_typer(lab.app, name="lab")


@app.callback(invoke_without_command=True)
def _root(version: bool = typer.Option(False, "--version", help="Say which version this is.")) -> None:
    if version:
        typer.echo(f"gatehouse {__version__}")
        raise typer.Exit


def main() -> None:
    """Entry point of the ``gatehouse`` command."""
    try:
        app()
    except GatehouseError as error:
        say_error(str(error))
        sys.exit(next((code for kind, code in _CODES if isinstance(error, kind)), NOT_MEASURED))
    except KeyboardInterrupt:
        say_error("stopped")
        sys.exit(130)
