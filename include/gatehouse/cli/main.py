"""Puts the commands together, and turns errors into one clear line and an exit code.

Exit codes: 0 done and good, 1 done and bad, 2 usage, 3 could not measure.
"""

import importlib
import sys

import typer

from gatehouse import __version__
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
# Which module holds which command. Only the one that was asked for is imported: the shell answers at once.
_COMMANDS = {
    "run": "machines",
    "select": "select",
    "attach": "machines",
    "host": "machines",
    "jobs": "jobs",
    "gate": "gate",
    "baseline": "baseline",
    "waiver": "waivers",
    "calendar": "calendar",
    "eol": "eol",
    "read": "evidence",
    "export": "evidence",
    "quality": "quality",
    "report": "evidence",
    "up": "stack",
    "down": "stack",
    "status": "stack",
    "demo": "demo",
    "catalog": "catalog",
    "lab": "lab",
}


def _register(asked: str | None) -> None:
    """Add the module of the command that was asked for; all of them when it is not known, as for ``--help``."""
    names = (_COMMANDS[asked],) if asked in _COMMANDS else dict.fromkeys(_COMMANDS.values())
    for name in names:
        importlib.import_module(f"gatehouse.cli.{name}").register(app)


@app.callback(invoke_without_command=True)
def _root(version: bool = typer.Option(False, "--version", help="Say which version this is.")) -> None:
    if version:
        typer.echo(f"gatehouse {__version__}")
        raise typer.Exit


def main() -> None:
    """Entry point of the ``gatehouse`` command."""
    _register(next((word for word in sys.argv[1:] if not word.startswith("-")), None))
    try:
        app()
    except GatehouseError as error:
        say_error(str(error))
        sys.exit(next((code for kind, code in _CODES if isinstance(error, kind)), NOT_MEASURED))
    except KeyboardInterrupt:
        say_error("stopped")
        sys.exit(130)
