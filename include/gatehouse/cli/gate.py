"""``gatehouse gate``: each criterion's status, observed, required, and what is missing; and what was decided before."""

import gc
from collections.abc import Sequence
from typing import Annotated

import typer

from gatehouse.cli.output import console, plain, print_json, print_table
from gatehouse.model.status import Phase


def register(app: typer.Typer) -> None:
    """Add this command to the shell."""
    app.command()(gate)


def gate(
    program: Annotated[str, typer.Argument(help="The program; `gatehouse catalog list programs` shows them.")],
    phase: Annotated[Phase, typer.Argument(help="EVT, DVT, PVT, RAMP or EOL.", case_sensitive=False)],
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
    history: Annotated[bool, typer.Option("--history", help="List the decisions that were kept.")] = False,
    replay: Annotated[int | None, typer.Option("--replay", metavar="ID", help="Put a kept question again.")] = None,
) -> None:
    """Ask a gate: may this phase exit, and what is still missing? Exits with 1 while it may not.

    A phase that exited on conditions says whether it still stands; one that is reopened exits with 1.
    A replay exits with 1 when the answer, its evidence's digest, or a row that it rests on is not what it was.
    """
    if history and replay is not None:
        raise typer.BadParameter("--history and --replay are two questions: ask one of them")
    if history:
        _history(program, phase, as_json)
    elif replay is not None:
        _replay(program, phase, replay, as_json)
    else:
        _look(program, phase, as_json)


def _look(program: str, phase: Phase, as_json: bool) -> None:
    gc.disable()  # many small objects and an early end: looking for garbage takes a fifth of the time and finds none
    from gatehouse.cli.place import catalog_and_store
    from gatehouse.operations.look_at_gate import look_at_gate
    from gatehouse.reports.gate_table import HEADINGS, footnotes, gate_rows, headline

    view = look_at_gate(*catalog_and_store(), program, phase)
    decision = view.decision
    if as_json:
        print_json({**plain(decision), "conditional": decision.conditional, "exit": view.exit})
    else:
        print_table(HEADINGS, gate_rows(decision, view.names), title=headline(decision))
        for line in footnotes(decision):
            console.print(line, markup=False, soft_wrap=True)
        if view.exit:
            console.print(f"{phase} {view.exit.words}", markup=False)
        console.print(f"evidence {decision.evidence_digest[:16]}", style="dim")
    raise typer.Exit(0 if decision.open else 1)


def _history(program: str, phase: Phase, as_json: bool) -> None:
    from gatehouse.cli.place import workspace
    from gatehouse.operations.gate_history import gate_history
    from gatehouse.reports.signs import SIGNS, when

    kept = gate_history(workspace(), program, phase)
    if as_json:
        print_json([{**_fields(one), "conditional": one.conditional} for one in kept])
        return
    rows = (
        (
            str(one.decision_id),
            when(one.decided_at),
            f"{SIGNS[one.status]} {one.status.value}",
            one.evidence_digest[:16],
            f"closed by {one.closed_by}" if one.closed_by else "",
            "yes" if one.replayable else "no",
        )
        for one in kept
    )
    print_table(("id", "decided", "status", "evidence", "phase", "can be replayed"), rows, title=f"{program} {phase}")


def _replay(program: str, phase: Phase, decision_id: int, as_json: bool) -> None:
    from gatehouse.cli.place import workspace
    from gatehouse.operations.replay_decision import replay_decision
    from gatehouse.reports.signs import when

    found = replay_decision(workspace(), program, phase, decision_id)
    if as_json:
        print_json({**_fields(found), "same": found.same})
    else:
        same = "the same answer" if found.same else "not the same"
        what = f"decision {found.decision_id} of {program} {phase}, {when(found.decided_at)}, {found.status.value}"
        console.print(f"{what}: {same}", markup=False)
        _tell("the answer differs", found.differs)
        _tell("the store says otherwise now", found.changed)
        _tell("judged since", found.since)
    raise typer.Exit(0 if found.same else 1)


def _tell(what: str, lines: Sequence[str], most: int = 20) -> None:
    if lines:
        console.print(f"{what}:", markup=False)
    for line in lines[:most]:
        console.print(f"  {line}", markup=False)
    if len(lines) > most:
        console.print(f"  and {len(lines) - most} more; --json lists them all", markup=False)


def _fields(thing: object) -> dict[str, object]:
    import dataclasses

    return {field.name: getattr(thing, field.name) for field in dataclasses.fields(thing)}  # type: ignore[arg-type]
