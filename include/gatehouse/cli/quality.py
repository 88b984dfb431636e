"""``gatehouse quality``: may a round's data be trusted, which rows say so, and what a person set aside."""

import getpass
from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer.core import TyperGroup

from gatehouse.cli.output import console, print_json, print_table
from gatehouse.cli.place import workspace

if TYPE_CHECKING:
    from gatehouse.operations.view_quality import JudgementLine, ProblemRow, QualityView
    from gatehouse.quality.outcome import QualityOutcome

Round = Annotated[str, typer.Argument(metavar="ROUND", help="The round's id.")]
Json = Annotated[bool, typer.Option("--json", help="Print JSON: every row of every problem.")]
Unit = Annotated[str, typer.Option("--unit", help="A unit's serial, or its host's name.")]
Diagnostic = Annotated[str, typer.Option("--diagnostic", help="Only this diagnostic of the unit.")]
Problem = Annotated[int | None, typer.Option("--problem", help="The rows of that problem, as `quality` counts them.")]
Who = Annotated[str, typer.Option("--who", help="Who decides it.")]
Reason = Annotated[str, typer.Option("--reason", help="Why; it is kept for ever.")]
_SHOWN = 5  # rows of a problem that the table names


class _ShowByDefault(TyperGroup):
    """Takes ``quality ROUND`` for ``quality show ROUND``."""

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """The command of the first word, or ``show``."""
        known = bool(args) and self.get_command(ctx, args[0]) is not None
        return super().resolve_command(ctx, args if known else ["show", *args])


def register(app: typer.Typer) -> None:
    """Add this group to the shell."""
    group = typer.Typer(cls=_ShowByDefault, no_args_is_help=True)
    group.command()(show)
    group.command("set-aside")(set_aside)
    group.command()(release)
    group.command()(judge)
    app.add_typer(group, name="quality", help="May a round's data be trusted? `gatehouse quality ROUND` shows why not.")


def show(round_id: Round, as_json: Json = False) -> None:
    """Show the judgement that stands: its problems with their rows, what is set aside, and the judgements before.

    Exits with 1 where the round is inadmissible, with 3 where it is not judged.
    """
    from gatehouse.operations.view_quality import view_quality

    view = view_quality(workspace(), round_id, first=None if as_json else _SHOWN)
    if as_json:
        print_json(view)
    else:
        _print(view)
    raise typer.Exit({None: 3, True: 0, False: 1}[view.admissible])


def set_aside(
    round_id: Round, who: Who, reason: Reason, unit: Unit = "", diagnostic: Diagnostic = "", problem: Problem = None
) -> None:
    """Take results out of the evidence. They never help a gate; a FAIL in them stands until a sound PASS."""
    from gatehouse.operations.set_rows_aside import RowChoice, set_rows_aside

    done = set_rows_aside(workspace(), round_id, RowChoice(unit, diagnostic, problem), who, reason)
    _say(f"set aside {len(done.changed)} results; {done.aside} of {done.results} are now")
    _say(f"the round keeps its answer until `gatehouse quality judge {round_id}`")


def release(
    round_id: Round, who: Who, reason: Reason, unit: Unit = "", diagnostic: Diagnostic = "", problem: Problem = None
) -> None:
    """Give results back that are set aside, and judge the round again with them."""
    from gatehouse.operations.set_rows_aside import RowChoice, release_rows

    done = release_rows(workspace(), round_id, RowChoice(unit, diagnostic, problem), who, reason)
    _say(f"gave back {len(done.changed)} results; {done.aside} of {done.results} are set aside")
    if done.outcome is not None:
        _say_outcome(done.outcome)


def judge(round_id: Round, who: Annotated[str, typer.Option("--who", help="Who asks.")] = "") -> None:
    """Judge a round, without what is set aside. Where nothing changed since it was judged, its answer stands."""
    from gatehouse.operations.admit_round import admit_round

    _say_outcome(admit_round(workspace(), round_id, who or getpass.getuser()))


def _say_outcome(outcome: "QualityOutcome") -> None:
    _say(f"judgement {outcome.number}: {'admissible' if outcome.admissible else 'inadmissible'}")
    _say(outcome.completeness.words)
    for number, problem in enumerate(outcome.problems, 1):
        _say(f"{number} {_mark(problem.blocking)}: {problem.text}")
    raise typer.Exit(0 if outcome.admissible else 1)


def _print(view: "QualityView") -> None:
    answer = {None: "not judged yet", True: "admissible", False: "inadmissible"}[view.admissible]
    console.print(f"Round {view.round_id} of {view.program} {view.phase}: {answer}", markup=False, style="bold")
    if view.number:
        _say(f"judgement {view.number} by {view.judged_by}: {view.checks} checks on {view.rows:,} rows")
        _say(view.completeness.words)
    problems = [(str(p.number), _mark(p.blocking), p.text, _rows(p.rows, p.total)) for p in view.problems]
    _table("Problems", ("no", "", "problem", "rows"), problems)
    aside = [(a.serial, a.diagnostic, a.who, f"{a.at:%Y-%m-%d}", a.reason) for a in view.set_aside]
    _table("Set aside", ("serial", "diagnostic", "who", "when", "why"), aside)
    if view.stale:
        _say(f"results were set aside since: `gatehouse quality judge {view.round_id}` judges it again")
    if len(view.history) > 1:
        headings = ("no", "when", "by", "admissible", "blocking", "warnings", "set aside")
        _table("Judgements", headings, [_line(j) for j in view.history])


def _line(j: "JudgementLine") -> tuple[str, ...]:
    counts = (str(count) for count in (j.blocking, j.warnings, j.set_aside))
    return (str(j.number), f"{j.judged_at:%Y-%m-%d %H:%M}", j.judged_by, "yes" if j.admissible else "no", *counts)


def _table(title: str, headings: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    if rows:
        print_table(headings, rows, title=title)


def _rows(rows: "Sequence[ProblemRow]", total: int) -> str:
    said = [" ".join(filter(None, (r.host, r.diagnostic, r.part, r.name))) for r in rows]
    return "\n".join([*said, *([f"and {total - len(rows):,} more"] if rows and total > len(rows) else [])])


def _mark(blocking: bool) -> str:
    return "blocks" if blocking else "warning"


def _say(text: str) -> None:
    console.print(text, markup=False)
