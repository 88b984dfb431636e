"""``gatehouse run`` and ``gatehouse host``: machines, without Airflow."""

import getpass
from typing import Annotated

import typer

from gatehouse.cli.job_progress import measure_to_the_end
from gatehouse.cli.output import console, print_json, print_table, say_error
from gatehouse.cli.place import workspace
from gatehouse.model.errors import RefusedError
from gatehouse.operations.admit_round import admit_round
from gatehouse.operations.open_round import ADHOC, open_adhoc_round
from gatehouse.operations.summarise_round import RoundSummary, UnitSummary, summarise_round
from gatehouse.operations.view_host import host_view
from gatehouse.operations.workspace import Workspace

Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]


def register(app: typer.Typer) -> None:
    """Add these commands to the shell."""
    app.command()(run)
    app.command()(attach)
    app.command()(host)


def run(
    plan: Annotated[str, typer.Argument(help="The plan; `gatehouse catalog list plans` shows them.")],
    host: Annotated[list[str], typer.Option("--host", "-H", help="A host's name or serial; may be given again.")],
    reason: Annotated[str, typer.Option(help="Why; kept with the round.")] = "",
    minutes: Annotated[
        float | None, typer.Option(help="Run what is worth so much time; see `gatehouse select`.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Run a plan on hosts now. It is evidence for people, never for a gate: gates count npi_round runs only."""
    place = workspace()
    if minutes is not None:
        _run_selected(place, plan, host, minutes, reason, as_json)
        return
    hosts = [place.catalog.host(name) for name in dict.fromkeys(host)]
    round_id = open_adhoc_round(place, plan, hosts, getpass.getuser(), reason)
    _finish(place, round_id, as_json)


def _run_selected(place: Workspace, plan: str, names: list[str], minutes: float, reason: str, as_json: bool) -> None:
    """Run on each host what is worth its time: one round for those that need the same, one after the other."""
    from gatehouse.cli.select import selected_rounds

    summaries = [_measured(place, round_id) for round_id in selected_rounds(place, plan, names, minutes, reason)]
    if as_json:
        print_json(summaries)
    elif not summaries:
        console.print("nothing is worth running now; `gatehouse select` says why", markup=False)
    else:
        for summary in summaries:
            _show(summary)
    codes = {exit_code(summary) for summary in summaries}
    raise typer.Exit(1 if 1 in codes else max(codes, default=0))


def attach(
    round_id: Annotated[str, typer.Argument(metavar="ROUND", help="The round's id, as `gatehouse run` gave it.")],
    as_json: Json = False,
) -> None:
    """Go on with a round whose jobs run on hosts: watch them, and finish it when they end."""
    place = workspace()
    found = summarise_round(place, round_id)
    if found.phase != ADHOC:
        raise RefusedError(f"round {round_id} is of {found.program} {found.phase}: its run in Airflow goes on with it")
    _finish(place, round_id, as_json)


def _finish(place: Workspace, round_id: str, as_json: bool) -> None:
    summary = _measured(place, round_id)
    print_json(summary) if as_json else _show(summary)
    raise typer.Exit(exit_code(summary))


def _measured(place: Workspace, round_id: str) -> RoundSummary:
    try:
        measure_to_the_end(place, round_id)
        admit_round(place, round_id)
    except KeyboardInterrupt:
        say_error(f"left; what runs detached goes on. `gatehouse attach {round_id}` takes it up again")
        raise typer.Exit(130) from None
    return summarise_round(place, round_id)


def exit_code(summary: RoundSummary) -> int:
    """1 when a machine is bad, 3 when one could not be measured or the data may not be trusted, else 0."""
    if any(unit.bad for unit in summary.units):
        return 1
    return 3 if not summary.admissible or any(unit.not_measured for unit in summary.units) else 0


def host(name: Annotated[str, typer.Argument(metavar="HOST", help="Name or serial.")], as_json: Json = False) -> None:
    """Show a host: identity, state, history, evidence, open issues."""
    place: Workspace = workspace()
    view = host_view(place, name)
    if as_json:
        print_json(view)
        return
    who = view.identity
    words = f"{who.host}  serial {who.serial}  {who.sku}  site {who.site}  {who.program} {who.build}"
    words += f"{' is ' + view.phase_state if view.phase_state else ''}  next: {view.action}"
    console.print(words, markup=False, style="bold")
    if who.claimed_serial not in (None, who.serial):
        console.print(f"the machine itself says that its serial is {who.claimed_serial}", markup=False, style="red")
    for waived in view.waivers:
        console.print(f"waived: {waived}", markup=False)
    for job in view.jobs:
        console.print(f"{job}  (seen {job.seen_at:%Y-%m-%d %H:%M} UTC)", markup=False)
    latest = [(d.diagnostic, d.measured, d.verdict, f"{d.at:%Y-%m-%d %H:%M}", d.reason) for d in view.diagnostics]
    print_table(("diagnostic", "measured", "verdict", "when", "why"), latest, title="Latest results")
    issues = [(i.diagnostic, i.part, i.check, i.seen, i.required, i.severity, i.action) for i in view.issues]
    if issues:
        headings = ("diagnostic", "part", "check", "seen", "required", "severity", "next")
        print_table(headings, issues, title="Open issues")


def _show(summary: RoundSummary) -> None:
    rows = []
    for unit in summary.units:
        rows += _rows(unit) or [(unit.host, "", "PASS", "")]
    print_table(("host", "diagnostic", "verdict", "why"), rows, title=f"Round {summary.round_id}: {summary.plan}")
    for problem in summary.problems:
        console.print(f"inadmissible: {problem}", markup=False)


def _rows(unit: UnitSummary) -> list[tuple[str, str, str, str]]:
    kinds = (("FAIL", unit.failed), ("ERROR", unit.not_measured), ("SKIP", unit.skipped))
    return [(unit.host, name, kind, why) for kind, reasons in kinds for name, why in reasons.items()]
