"""``gatehouse lab``: a simulated fleet over real SSH, with faults to inject."""

from pathlib import Path
from typing import Annotated

import typer

from gatehouse.cli.output import console, print_json, print_table
from gatehouse.lab.client import LabClient
from gatehouse.lab.faults.registry import all_faults
from gatehouse.lab.running import start_in_background
from gatehouse.lab.scenario import scenario_names
from gatehouse.local.home import home

app = typer.Typer(help="A simulated fleet over real SSH, with faults to inject.", no_args_is_help=True)
Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]


def _state() -> Path:
    return home().make().lab


@app.command()
def up(
    hosts: Annotated[int, typer.Option(help="How many hosts: some of each SKU.", min=1)] = 60,
    scenario: Annotated[str, typer.Option(help="A scenario file, or the name of one that comes with the lab.")] = "",
    this_machine: Annotated[bool, typer.Option("--this-machine", help="Add this machine itself as a host.")] = False,
    port: Annotated[int, typer.Option(help="The hosts' SSH port; 0 takes a free one.")] = 2222,
) -> None:
    """Start a lab on loopback addresses of this machine and leave it running."""
    arguments = ["--hosts", str(hosts), "--port", str(port)]
    arguments += ["--scenario", scenario] if scenario else []
    arguments += ["--this-machine"] if this_machine else []
    status = start_in_background(_state(), arguments)
    console.print(f"{status['hosts']} hosts, {status['faults']} faults; inventory: {status['inventory']}", markup=False)


@app.command()
def down() -> None:
    """Stop the lab."""
    LabClient(_state()).stop()
    console.print("the lab is down")


@app.command()
def status(as_json: Json = False) -> None:
    """Show the lab's faults, host by host."""
    found = LabClient(_state()).hosts_and_faults()
    if as_json:
        print_json(found)
        return
    rows = [(f["host"], f["part"] or "", f["fault"] or "", f["id"]) for f in found["faults"]]
    print_table(("host", "part", "fault", "id"), rows, title=f"{len(found['hosts'])} hosts")


@app.command()
def inject(
    host: Annotated[str, typer.Argument(help="Name of the host.")],
    fault: Annotated[str, typer.Argument(help="Name of the fault; `gatehouse lab faults` shows them.")],
    part: Annotated[str, typer.Option(help="Which part, such as gpu3.")] = "",
) -> None:
    """Place a fault on a host."""
    LabClient(_state()).inject({"id": fault, "host": host, "fault": fault, "part": part})
    console.print(f"{fault} is on {host}", markup=False)


@app.command()
def repair(
    host: Annotated[str, typer.Argument(help="Name of the host.")],
    fault: Annotated[str, typer.Argument(help="Id of the fault; all of them without it.")] = "",
) -> None:
    """End a fault of a host."""
    ended = LabClient(_state()).repair(host, fault)
    console.print(f"ended: {', '.join(ended) or 'nothing was wrong'}", markup=False)


@app.command()
def reboot(host: Annotated[str, typer.Argument(help="Name of the host.")]) -> None:
    """Boot a host again: what runs on it is lost."""
    ended = LabClient(_state()).reboot(host)
    console.print(f"{host} boots; ended: {', '.join(ended) or 'no fault'}", markup=False)


@app.command()
def kill_jobs(host: Annotated[str, typer.Argument(help="Name of the host.")]) -> None:
    """Kill what runs detached on a host, as its kernel does when memory runs out."""
    killed = LabClient(_state()).kill_jobs(host)
    console.print(f"killed: {', '.join(killed) or 'nothing ran'}", markup=False)


@app.command()
def scenarios() -> None:
    """List the scenarios that come with the lab."""
    for name in scenario_names():
        console.print(name, markup=False)


@app.command()
def faults() -> None:
    """List every fault that can be injected by name."""
    rows = [(f.name, f.component, f.mechanism, f.title) for f in sorted(all_faults().values(), key=lambda f: f.name)]
    print_table(("fault", "component", "mechanism", "what it does"), rows)


def register(root: typer.Typer) -> None:
    """Add these commands to the shell."""
    root.add_typer(app, name="lab")
