"""``gatehouse baseline``: learn what a healthy population measures, look at it, promote it."""

import getpass
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from gatehouse.cli.output import console, print_json, print_table
from gatehouse.decisions.baselines.population import Direction
from gatehouse.model.status import Phase

if TYPE_CHECKING:
    from gatehouse.operations.baseline_lessons import Lesson

Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]
Id = Annotated[int, typer.Argument(metavar="ID", help="The baseline's number; `gatehouse baseline list` shows them.")]
Who = Annotated[str, typer.Option("--who", help="Who decides.")]
Reason = Annotated[str, typer.Option("--reason", help="Why.")]
app = typer.Typer(help="Criteria learned from populations; a person promotes them.", no_args_is_help=True)
_SCORES = ("host", "values", "median", "worst", "similarity", "deviation", "")


@app.command()
def learn(
    target: Annotated[str, typer.Argument(metavar="PROGRAM|SKU", help="A program's rounds, or all of a SKU.")],
    phase: Annotated[Phase | None, typer.Option(help="Only rounds of this phase.", case_sensitive=False)] = None,
    reading: Annotated[
        list[str] | None,
        typer.Option(help="A reading's name, * for any letters; again for more. Else those that physics bounds."),
    ] = None,
    direction: Annotated[Direction | None, typer.Option(help="Which values are better, where nothing says.")] = None,
    exact: Annotated[bool, typer.Option("--exact", help="Numbers too must be the same bit for bit.")] = False,
    alpha: Annotated[float, typer.Option(help="Similarity below which a host is not like the others.")] = 0.95,
    hosts: Annotated[int, typer.Option(help="How many hosts a cohort needs.")] = 8,
    as_json: Json = False,
) -> None:
    """Learn from sound results: who agrees, who lies out, and a bound between. Exits with 1 where a host lies out."""
    from gatehouse.cli.place import workspace
    from gatehouse.decisions.baselines import Rules
    from gatehouse.operations.learn_baselines import LearnRequest, learn_baselines

    rules = Rules(alpha=alpha, hosts_at_least=hosts)
    asked = LearnRequest(
        target, getpass.getuser(), phase.value if phase else "", tuple(reading or ()), direction, exact, rules
    )
    found = learn_baselines(workspace(), asked)
    if as_json:
        print_json(found)
    else:
        for lesson in found.lessons:
            _tell(lesson)
        for host, lacks in sorted(found.left_out.items()):
            _say(f"left out: {host} does not tell its {' and '.join(lacks)}")
        for name in found.no_direction:
            _say(f"not learned: nothing says which values of {name} are better: --direction")
    raise typer.Exit(1 if any(lesson.outliers for lesson in found.lessons) else 0)


@app.command(name="list")
def list_(
    sku: Annotated[str, typer.Option(help="Only of this SKU.")] = "",
    state: Annotated[str, typer.Option(help="proposed, shadow, enforced, rejected or replaced.")] = "",
    as_json: Json = False,
) -> None:
    """List baselines."""
    from gatehouse.cli.place import workspace
    from gatehouse.operations.view_baselines import list_baselines

    found = list_baselines(workspace(), sku, state)
    if as_json:
        print_json(found)
        return
    rows = [(str(b.id), b.state, b.diagnostic, b.subject, b.requires, str(b.hosts), b.cohort) for b in found]
    print_table(("id", "state", "diagnostic", "reading", "must be", "hosts", "learned on"), rows)


@app.command()
def show(baseline_id: Id, as_json: Json = False) -> None:
    """Show a baseline: what it asks, on whom it was learned, its evidence, and who moved it."""
    from gatehouse.cli.place import workspace
    from gatehouse.operations.view_baselines import show_baseline

    found = show_baseline(workspace(), baseline_id)
    if as_json:
        print_json(found)
        return
    one = found.baseline
    _say(f"baseline {one.id} ({one.state}): {one.diagnostic} {one.subject} must be {one.requires}")
    _say(f"learned on {one.hosts} hosts of {one.cohort}; another cohort is not held against it")
    _say(f"{found.reach.words}, in rounds of plans that ask {', '.join(one.asks)}")
    _say(f"  {found.evidence['reason']}")
    _evidence(found.evidence)
    rows = [(move.at.strftime("%Y-%m-%d %H:%M"), move.state, move.who, move.reason) for move in found.moves]
    print_table(("when", "state", "by", "why"), rows)


@app.command()
def promote(baseline_id: Id, who: Who, reason: Reason) -> None:
    """Move a baseline one step: proposed to shadow, and shadow to enforced once the shadow has seen enough."""
    from gatehouse.cli.place import workspace
    from gatehouse.operations.promote_baseline import promote_baseline

    _say(f"baseline {baseline_id} is {promote_baseline(workspace(), baseline_id, who, reason)} now")


@app.command()
def reject(baseline_id: Id, who: Who, reason: Reason) -> None:
    """Reject a baseline, also one that is enforced: the next round does not take it along."""
    from gatehouse.cli.place import workspace
    from gatehouse.operations.promote_baseline import reject_baseline

    _say(f"baseline {baseline_id} is {reject_baseline(workspace(), baseline_id, who, reason)} now")


@app.command()
def shadow(baseline_id: Id, as_json: Json = False) -> None:
    """Say what a baseline in the shadow would have said. Exits with 1 while it has not seen enough to gate."""
    from gatehouse.cli.place import workspace
    from gatehouse.operations.shadow_baseline import shadow_baseline

    found = shadow_baseline(workspace(), baseline_id)
    if as_json:
        print_json({**asdict(found), "enough": found.enough, "missing": found.missing})
    else:
        _say(f"{found.runs} runs, {found.alarms} alarms ({found.confirmed} on machines that failed otherwise)")
        _say(found.words)
        _say(f"{found.waiting} wait to be measured again; not compared: {found.outside} of other cohorts, "
             f"{found.unknown} whose cohort or value is unknown")  # fmt: skip
        for word, hosts in (("alarms on", found.hosts), ("false alarms more than once on", found.again)):
            _say(f"{word} {', '.join(hosts)}") if hosts else None
        _say("enough to gate" if found.enough else f"missing: {found.missing}")
    raise typer.Exit(0 if found.enough else 1)


@app.command()
def export(baseline_id: Id) -> None:
    """Print a baseline as a limit's entry in YAML, for the SKU's file."""
    from gatehouse.cli.place import workspace
    from gatehouse.operations.export_baseline import export_baseline

    typer.echo(export_baseline(workspace(), baseline_id), nl=False)


def register(root: typer.Typer) -> None:
    """Add these commands to the shell."""
    root.add_typer(app, name="baseline")


def _tell(lesson: "Lesson") -> None:
    family = lesson.family
    console.print(f"{family.diagnostic} {family.parts} {family.reading}", style="bold", markup=False)
    _say(f"  {lesson.cohort.words}")
    finding = lesson.learned.finding.value if lesson.learned else "fingerprint"
    _say(f"  {finding}: {lesson.reason}")
    if lesson.limit:
        _say(f"  must be {lesson.limit.required}: baseline {lesson.baseline} ({lesson.state})")
    _evidence(
        {
            "learned": asdict(lesson.learned) if lesson.learned else None,
            "fingerprint": asdict(lesson.fingerprint) if lesson.fingerprint else None,
            "physics": asdict(lesson.physics),
            "steps": [asdict(step) for step in lesson.steps],
        }
    )


def _evidence(evidence: dict[str, object]) -> None:
    from gatehouse.reports.baseline_text import histogram_lines, physics_line, quantile_line, score_rows

    learned, print_of = evidence.get("learned"), evidence.get("fingerprint")
    if isinstance(learned, dict):
        repeats = learned["repeatability"]
        physics = evidence.get("physics")
        _say(f"  {physics_line(physics)}") if isinstance(physics, dict) else None
        _say(f"  of those that agree: {quantile_line(learned['quantiles'])}")
        _say(f"  robust deviation (Qn) {learned['scale'] or 0:.6g}"
             + (f", two hosts are {repeats:.4f} alike" if repeats is not None else ""))  # fmt: skip
        steps = evidence.get("steps")
        for line in histogram_lines(steps if isinstance(steps, list) else ()):
            _say(f"  {line}")
        if rows := list(score_rows(learned["scores"])):
            print_table(_SCORES, rows, title="lies out")
    if isinstance(print_of, dict):
        for host, value in print_of["minorities"].items():
            _say(f"  {host} shows {value}")
        for host in print_of["unsteady"]:
            _say(f"  {host} does not repeat its own value")


def _say(text: str) -> None:
    """Words of machines are among it: nothing in them acts."""
    console.print("".join(letter if letter.isprintable() else "\ufffd" for letter in text), markup=False)
