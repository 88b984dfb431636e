"""``gatehouse gate``: each criterion's status, observed, required, and what is missing."""

from typing import Annotated

import typer

from gatehouse.cli.output import console, print_json, print_table
from gatehouse.model.status import Phase


def register(app: typer.Typer) -> None:
    """Add this command to the shell."""
    app.command()(gate)


def gate(
    program: Annotated[str, typer.Argument(help="The program; `gatehouse catalog list programs` shows them.")],
    phase: Annotated[Phase, typer.Argument(help="EVT, DVT, PVT, RAMP or EOL.", case_sensitive=False)],
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Ask a gate: may this phase exit, and what is still missing? Exits with 1 while it may not."""
    from gatehouse.cli.place import workspace
    from gatehouse.operations.evaluate_gate import evaluate_gate
    from gatehouse.reports.gate_table import HEADINGS, gate_rows, headline

    view = evaluate_gate(workspace(), program, phase)
    decision = view.decision
    if as_json:
        print_json(decision)
    else:
        print_table(HEADINGS, gate_rows(decision, view.names), title=headline(decision))
        console.print(f"evidence {decision.evidence_digest[:16]}", style="dim")
    raise typer.Exit(0 if decision.open else 1)
