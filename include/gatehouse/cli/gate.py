"""``gatehouse gate``: each criterion's status, observed, required, and what is missing."""

from typing import Annotated

import typer

from gatehouse.cli.output import console, plain, print_json, print_table
from gatehouse.model.status import Phase


def register(app: typer.Typer) -> None:
    """Add this command to the shell."""
    app.command()(gate)


def gate(
    program: Annotated[str, typer.Argument(help="The program; `gatehouse catalog list programs` shows them.")],
    phase: Annotated[Phase, typer.Argument(help="EVT, DVT, PVT or RAMP.", case_sensitive=False)],
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Ask a gate: may this phase exit, and what is still missing? Exits with 1 while it may not.

    A phase that exited on conditions says whether it still stands; one that is reopened exits with 1.
    """
    from gatehouse.cli.place import workspace
    from gatehouse.operations.evaluate_gate import evaluate_gate, exit_of
    from gatehouse.reports.gate_table import HEADINGS, gate_rows, headline

    place = workspace()
    view = evaluate_gate(place, program, phase)
    decision, state = view.decision, exit_of(place, program, phase, view.decision.decided_at)
    if as_json:
        print_json({**plain(decision), "conditional": decision.conditional, "exit": state})
    else:
        print_table(HEADINGS, gate_rows(decision, view.names), title=headline(decision))
        if state:
            console.print(f"{phase} {state.words}", markup=False)
        console.print(f"evidence {decision.evidence_digest[:16]}", style="dim")
    raise typer.Exit(0 if decision.open else 1)
