"""An alert: what a person is told when something fails, ready for any channel."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any
from urllib.parse import quote


class Trouble(StrEnum):
    """Whose trouble a failure is; the first question of whoever is on call."""

    MACHINE = "the machine"
    REACH = "the way to the host"
    CHECK = "the check"
    DATA = "the data of the round"
    PIPELINE = "the pipeline"
    WAIVER = "the waiver"


@dataclass(frozen=True, slots=True)
class Failure:
    """What Airflow says of a failed task, or, without ``task_id``, of a failed run.

    ``serials`` are the units that the task was about; ``failed_tasks`` the failed task instances of the run, as
    Airflow writes them (``measure_3``). ``deliberate`` is true when the task failed itself with that error, by design.
    ``round_id``, ``program`` and ``phase`` are empty where they are not known.
    """

    dag_id: str
    run_id: str
    task_id: str = ""
    map_index: int = -1
    try_number: int = 1
    error: str = ""
    deliberate: bool = False
    log_url: str = ""
    round_id: str = ""
    serials: tuple[str, ...] = ()
    program: str = ""
    phase: str = ""
    failed_tasks: tuple[str, ...] = ()

    @property
    def task(self) -> str:
        """The task instance, as ``failed_tasks`` names it; empty for a run."""
        return instance_name(self.task_id, self.map_index)

    @property
    def run(self) -> str:
        """What every alert of this run is about begins so."""
        return f"{self.dag_id}/{self.run_id}/"


@dataclass(frozen=True, slots=True)
class Links:
    """Where people look: addresses below Airflow's base URL."""

    base_url: str

    def round(self, round_id: str) -> str:
        """The page of a round."""
        return self._page("rounds", round_id)

    def host(self, serial: str) -> str:
        """The page of a host."""
        return self._page("hosts", serial)

    def gate(self, program: str, phase: str) -> str:
        """The page of a gate."""
        return self._page("programs", program, phase)

    def run(self, dag_id: str, run_id: str) -> str:
        """The run in Airflow."""
        return f"{self.base_url.rstrip('/')}/dags/{quote(dag_id, safe='')}/runs/{quote(run_id, safe='')}"

    def _page(self, *parts: str) -> str:
        return "/".join([f"{self.base_url.rstrip('/')}/gatehouse", *(quote(part, safe="") for part in parts)])


@dataclass(frozen=True, slots=True)
class Alert:
    """One alert. ``about`` names what it is about: the same is sent once. All text is plain, nothing in it acts.

    ``tasks`` and ``told`` are what it tells of, so that a later alert of the run can leave them out. ``people`` must
    hear of it beside those who hear everything: names, or e-mail addresses.
    """

    about: str
    subject: str
    trouble: Trouble
    lines: tuple[str, ...]
    next_step: str
    links: tuple[tuple[str, str], ...] = ()  # title, address
    serials: tuple[str, ...] = ()
    told: tuple[str, ...] = ()
    tasks: tuple[str, ...] = ()
    people: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        """The whole alert as plain text."""
        body = [f"Whose trouble: {self.trouble}", "", *self.lines, "", f"Next: {self.next_step}"]
        return "\n".join([*body, "", *(f"{title}: {address}" for title, address in self.links)]).rstrip() + "\n"

    def as_json(self) -> Mapping[str, Any]:
        """The alert as the store keeps it and the webhook gets it."""
        return {
            "about": self.about,
            "subject": self.subject,
            "trouble": self.trouble.name.lower(),
            "lines": list(self.lines),
            "next": self.next_step,
            "links": [{"title": title, "url": address} for title, address in self.links],
            "serials": list(self.serials),
            "told": list(self.told),
            "tasks": list(self.tasks),
            "people": list(self.people),
        }


def instance_name(task_id: str, map_index: int) -> str:
    """``measure_3``, as Airflow writes it; a task that is not mapped goes by its id."""
    return f"{task_id}_{map_index}" if map_index >= 0 else task_id
