"""Measures a round to its end and shows how far it is: the hosts, and each job that runs on one of them."""

import time

from rich.markup import escape
from rich.progress import BarColumn, Progress, TaskID, TaskProgressColumn, TextColumn, TimeElapsedColumn

from gatehouse.cli.output import errors
from gatehouse.model.jobs import JobProgress
from gatehouse.operations.measure_units import measure_units
from gatehouse.operations.summarise_round import summarise_round
from gatehouse.operations.workspace import Workspace

_LONGEST_PAUSE_S = 15.0  # somebody watches


def measure_to_the_end(place: Workspace, round_id: str) -> None:
    """Visit the round's hosts, and again while jobs run on them.

    Raises:
        RefusedError: another run holds a host.
    """
    found = summarise_round(place, round_id)
    serials = [unit.serial for unit in found.units]
    with _bars() as progress:
        bars = _Bars(progress, f"{found.plan} on {len(serials)} hosts", len(serials))
        while True:
            summary = measure_units(place, round_id, serials, bars.visited)
            bars.show(len(summary.before) + len(summary.measured), summary.running)
            if summary.complete:
                return
            if bars.first_wait and summary.running:
                errors.print(f"jobs run; leave by Ctrl-C, come back by: gatehouse attach {round_id}", markup=False)
            bars.first_wait = False
            time.sleep(min(summary.next_look_s, _LONGEST_PAUSE_S))


class _Bars:
    """One bar for the hosts, and one for each job."""

    def __init__(self, progress: Progress, title: str, hosts: int) -> None:
        self._progress, self._jobs = progress, dict[str, TaskID]()
        self._hosts = progress.add_task(escape(title), total=hosts)
        self.first_wait = True

    def visited(self, host: str, what: str) -> None:
        """A host was visited; the first time round that is nearly always its end."""
        if self.first_wait:
            self._progress.advance(self._hosts)

    def show(self, done: int, running: dict[str, JobProgress]) -> None:
        """Bring the bars up to date."""
        self._progress.update(self._hosts, completed=done)
        for name in set(self._jobs) - {job.name for job in running.values()}:
            self._progress.remove_task(self._jobs.pop(name))
        for host, job in running.items():
            if job.name not in self._jobs:
                self._jobs[job.name] = self._progress.add_task("", total=100)
            words = escape(f"{host}: {job}")
            self._progress.update(self._jobs[job.name], completed=job.percent, description=words)


def _bars() -> Progress:
    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeElapsedColumn())
    return Progress(*columns, console=errors, transient=True)
