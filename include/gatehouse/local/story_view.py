"""Shows the demo in a terminal: one table that lives, and one line an event; plain lines where nobody watches."""

import time
from collections.abc import Sequence
from types import TracebackType
from typing import Self

from rich.console import Console, Group
from rich.live import Live
from rich.markup import escape
from rich.table import Table
from rich.text import Text

from gatehouse.local.story_state import ProgramState
from gatehouse.model.status import INTRODUCTION, Phase

_QUIET_S = 15.0  # without a terminal: a line at least so often
_SIGNS = {True: "[green]✔[/green]", False: "[red]✘[/red]", None: "[yellow]…[/yellow]"}


class StoryView:
    """Use it as a context: the table is there while the context is."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._started = time.monotonic()
        self._spoke = 0.0
        self._last = ""
        self._live = Live(console=console, refresh_per_second=4, transient=True) if console.is_terminal else None

    def __enter__(self) -> Self:
        if self._live:
            self._live.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if self._live:
            self._live.stop()

    def say(self, line: str) -> None:
        """One event."""
        self._spoke = time.monotonic()
        self._console.print(Text(f"{self._clock()}  {line}"), soft_wrap=True)

    def show(self, states: Sequence[ProgramState]) -> None:
        """The state of every program."""
        if self._live:
            self._live.update(Group(_table(states), Text(f"{self._clock()} elapsed", style="dim")))
            return
        line = "; ".join(_words(state) for state in states)
        if (line != self._last and time.monotonic() - self._spoke >= _QUIET_S / 5) or (
            time.monotonic() - self._spoke >= _QUIET_S
        ):
            self._last = line
            self.say(line)

    def _clock(self) -> str:
        seconds = int(time.monotonic() - self._started)
        return f"{seconds // 60}:{seconds % 60:02d}"


def _table(states: Sequence[ProgramState]) -> Table:
    table = Table("program", *[phase.value for phase in INTRODUCTION], "latest round", "hosts", title_justify="left")
    for state in states:
        latest = state.latest
        hosts = f"{latest.units_measured} of {latest.units}" if latest else ""
        name = f"{latest.phase} {latest.number} {_SIGNS[latest.admissible]}" if latest else ""
        table.add_row(escape(state.program), *(_phase(state, phase) for phase in INTRODUCTION), name, hosts)
    return table


def _phase(state: ProgramState, phase: Phase) -> str:
    if phase in state.closed:
        return "[green]exited[/green]"
    return "[yellow]open[/yellow]" if state.phase is phase else "[dim]—[/dim]"


def _words(state: ProgramState) -> str:
    latest = state.latest
    hosts = f", round {latest.number}: {latest.units_measured} of {latest.units} hosts" if latest else ""
    return f"{state.program} {state.phase or 'not open'}{hosts}"
