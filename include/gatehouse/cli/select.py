"""``gatehouse select``, and ``gatehouse run --minutes``: what is worth running on machines now."""

import getpass
from typing import Annotated

import typer

from gatehouse.cli.output import console, print_json, print_table
from gatehouse.decisions.selection.explained import Weighed
from gatehouse.operations.run_selected import open_selected_rounds
from gatehouse.operations.select_diagnostics import FleetSelection, HostSelection, select_diagnostics
from gatehouse.operations.workspace import Workspace

_IN_FULL = 3  # hosts that are shown one by one, too
Hosts = Annotated[list[str], typer.Option("--host", "-H", help="A host's name or serial; may be given again.")]
Minutes = Annotated[
    float | None, typer.Option("--minutes", help="The time there is on each host; none: as is worth it.")
]
JobServers = Annotated[
    float | None, typer.Option("--job-servers", help="Servers of the jobs that the hosts serve; none: the mix's.")
]


def register(app: typer.Typer) -> None:
    """Add this command to the shell."""
    app.command()(select)


def select(
    plan: Annotated[str, typer.Argument(help="The plan to choose from, such as in-service.")],
    host: Hosts,
    minutes: Minutes = None,
    job_servers: JobServers = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Say which diagnostics of a plan are worth running on hosts now, the minutes saved and the risk accepted."""
    from gatehouse.cli.place import workspace

    place = workspace()
    hosts = [place.catalog.host(name) for name in dict.fromkeys(host)]
    selection = select_diagnostics(place, plan, hosts, minutes, job_servers)
    if as_json:
        print_json(selection)
        return
    show(selection)
    again = f"gatehouse run {plan}" + "".join(f" --host {each.host}" for each in selection.hosts[:3])
    console.print(f"{again}{' …' if len(selection.hosts) > 3 else ''} --minutes N runs it; no gate counts such a run")


def selected_rounds(place: Workspace, plan: str, names: list[str], minutes: float, reason: str) -> tuple[str, ...]:
    """Choose, say what was chosen, and open its rounds; their ids."""
    hosts = [place.catalog.host(name) for name in dict.fromkeys(names)]
    selection = select_diagnostics(place, plan, hosts, minutes)
    return open_selected_rounds(place, selection, hosts, getpass.getuser(), reason)


def show(selection: FleetSelection) -> None:
    """Each host's choice as a table, one for all hosts, and the sums."""
    if len(selection.hosts) <= _IN_FULL:
        for each in selection.hosts:
            _show_host(each)
    rows = [_row(each) for each in selection.hosts]
    print_table(("host", "run", "minutes", "saved", "at stake", "accepted", "a hidden defect", "mind"), rows,
                title=f"{selection.title} ({selection.plan})")  # fmt: skip
    total = selection.minutes + selection.saved_minutes
    console.print(
        f"{selection.minutes:.1f} of {total:.1f} min, {selection.saved_minutes:.1f} min saved; risk accepted: "
        f"{selection.accepted:.2f} of {selection.at_stake:.2f} server-hours at stake, jobs of "
        f"{selection.job_servers:g} servers",
        markup=False,
    )


def _row(each: HostSelection) -> tuple[str, ...]:
    choice = each.choice
    run = f"{len(choice.chosen)} of {len(choice.chosen) + len(choice.left_out)}" if choice.chosen else "nothing"
    defect = f"{_odds(choice.hidden_before)} → {_odds(choice.hidden_after)}"
    return (
        each.host, run, f"{choice.minutes:.1f}", f"{choice.saved_minutes:.1f}", f"{choice.at_stake:.2f} h",
        f"{choice.accepted:.2f} h", defect, _mind(each),
    )  # fmt: skip


def _mind(each: HostSelection) -> str:
    """What a person must know beside the choice."""
    said = []
    if each.failing:
        said.append(f"known to be bad: {', '.join(each.failing[:3])}")
    if each.known_since is None:
        said.append("never seen: counted as new")
    if not each.choice.chosen:
        said.append("nothing is worth running")
    if not each.choice.proven:
        said.append(f"up to {each.choice.short_by:.2f} h short of the best")
    return "; ".join(said)


def _odds(probability: float) -> str:
    return f"1 in {1 / probability:,.0f}" if probability > 0 else "none"


def _show_host(each: HostSelection) -> None:
    choice = each.choice
    rows = [(does, *_cells(one)) for does, said in (("run", choice.chosen), ("leave", choice.left_out)) for one in said]
    print_table(("", "diagnostic", "minutes", "takes off", "why"), rows, title=each.host)
    worst = [mode for mode in choice.modes if mode.accepted > 0][:3]
    left = "; ".join(f"{mode.title} ({_odds(mode.after)}, {mode.accepted:.2f} h)" for mode in worst)
    console.print(f"accepted, most of it: {left or 'nothing'}", markup=False)


def _cells(one: Weighed) -> tuple[str, ...]:
    """Minutes say how often they were measured, where they are not the usual ones."""
    minutes = f"{one.minutes:.2g}" + (f" (measured {one.timed}×)" if one.timed else "")
    return one.diagnostic, minutes, f"{one.takes_off:.3f} h", one.why
