"""``gatehouse demo``: sets the stage, plays the story, shows how it ended."""

import os
from typing import Annotated

import typer

from gatehouse.cli.output import console, print_table, say_error
from gatehouse.cli.place import workspace
from gatehouse.cli.stack import START_LIMIT_S, Port
from gatehouse.lab.client import LabClient
from gatehouse.local import stack
from gatehouse.local.airflow_home import DEFAULT_PORT, base_url
from gatehouse.local.demo_stage import set_stage
from gatehouse.local.health import client, wait_healthy
from gatehouse.local.home import Home, home
from gatehouse.local.secret_files import load
from gatehouse.local.story import H100, MI300X, Expected, Story
from gatehouse.local.story_view import StoryView
from gatehouse.reports.gate_table import HEADINGS, gate_rows, headline

USER = "pm"
SECOND = "engineer"  # signs where a gate wants another person than the program manager


def register(app: typer.Typer) -> None:
    """Add this command to the shell."""
    app.command()(demo)


def demo(
    port: Port = DEFAULT_PORT,
    exit_after: Annotated[bool, typer.Option("--exit", help="Stop everything at the end.", envvar="EXIT")] = False,
) -> None:
    """Watch three server models and this machine pass, or be stopped at, their gates; leave it running to look at."""
    place = home()
    with StoryView(console) as view:
        set_stage(place, port, view.say)
        wait_healthy(place, START_LIMIT_S, view.say)
        view.say(f"Airflow is up: {base_url(port)}")
        with client(place, USER) as api, client(place, SECOND) as second:
            story = Story(workspace(), api, second, LabClient(place.lab), USER, view.say, view.show)
            promises = story.play()
    for gate in story.gates():
        print_table(HEADINGS, gate_rows(gate.decision, gate.names), title=headline(gate.decision))
    came_true = _tell(promises)
    if exit_after:
        stack.down(place)
        console.print("stopped: EXIT was asked for")
    else:
        _farewell(place, port)
    raise typer.Exit(0 if came_true else 1)


def _tell(promises: list[Expected]) -> bool:
    for promise in promises:
        console.print(f"{'✔' if promise.holds else '✘'} {promise.text}", style="green" if promise.holds else "red")
    if not all(promise.holds for promise in promises):
        say_error("the demo did not end as expected; the logs are in " + str(home().logs))
    return all(promise.holds for promise in promises)


def _farewell(place: Home, port: int) -> None:
    passwords = load(place).passwords
    print_table(("user", "password", "may"), [
        ("pm", passwords["pm"], "trigger programs and rounds, sign off"),
        ("engineer", passwords["engineer"], "look into everything, clear and re-run tasks"),
        ("viewer", passwords["viewer"], "look"),
        ("admin", passwords["admin"], "everything"),
    ], title=f"Airflow: {base_url(port)}    Gatehouse: {base_url(port)}/gatehouse/programs")  # fmt: skip
    review = f"{base_url(port)}/gatehouse/report"
    console.print(f"The page for H100's DVT gate review, to print: {review}/{H100}/DVT")
    console.print(f"The one of MI300X, which is blocked: {review}/{MI300X}/EVT")
    console.print(f"It goes on running (process {os.getpid()} was only the story). Stop it: make down")
