"""Plays one program as its manager does: start it, run rounds, sign off."""

import re
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import psutil
from airflow_door import Airflow, Run, eventually
from small_programs import TITLES, SmallProgram
from sqlalchemy import func, select

from gatehouse.lab.client import LabClient
from gatehouse.local.home import Home
from gatehouse.local.processes import wait_until
from gatehouse.local.stack import status
from gatehouse.model.round_ids import round_id_of
from gatehouse.model.status import CriterionStatus, Phase
from gatehouse.operations.ask_plan import commands_for
from gatehouse.operations.workspace import Workspace
from gatehouse.store.engine import transaction
from gatehouse.store.tables import OutputRow, ReadingRow, ResultRow

_A_PERSON_S = 3.0  # nobody answers faster; Airflow may still be parking the task that asks
_PARKED_S = 30.0
_TITLE = 13  # so much of a task instance's id is told apart in a process title, which may be cut
BY_PEOPLE = "sign-off"  # the criterion that every gate adds once somebody has rejected
_LOOKING_AGAIN = "looking again"
_STATUS = "|".join(sorted(CriterionStatus, key=len, reverse=True))
_CRITERION = re.compile(rf"({_STATUS})\W+({'|'.join((*TITLES, BY_PEOPLE))})")
ROLE = "NPI program manager"


@dataclass(frozen=True, slots=True)
class Stage:
    """The stack: its home, its lab, and a workspace that looks into its store."""

    place: Home
    lab: LabClient
    workspace: Workspace


@dataclass(frozen=True, slots=True)
class Kept:
    """What the store keeps of one unit's visit: how many results, raw outputs and readings."""

    results: int
    outputs: int
    readings: int


@dataclass(frozen=True, slots=True)
class Play:
    """A program on the stack, in the hands of one user."""

    stage: Stage
    api: Airflow
    program: SmallProgram

    @property
    def run(self) -> Run:
        """Its way through the phases."""
        return Run(self.api, "npi_program", self.program.name)

    def start(self) -> None:
        """Trigger it."""
        self.api.trigger("npi_program", {"program": self.program.name}, run_id=self.program.name)

    def hosts(self, phase: Phase = Phase.EVT) -> list[str]:
        """The names of a phase's build."""
        return [host.name for host in self.stage.workspace.catalog.build(self.program.name, phase)]

    def first_round(self, phase: Phase = Phase.EVT) -> Run:
        """The round that a phase starts with; waits until there is one."""
        first = Run(self.api, "npi_round", f"{self.program.name}-{phase}-first-{self.program.name}")
        eventually(first.tasks, f"{self.program.name} {phase} has its first round", self.run.explain)
        return first

    def round(self, reason: str, **form: object) -> Run:
        """Trigger another round of the open phase."""
        asked = {"program": self.program.name, "reason": reason, **form}
        return Run(self.api, "npi_round", self.api.trigger("npi_round", asked))

    def asked(self, phase: Phase = Phase.EVT) -> str:
        """Wait until somebody is asked to sign off; returns the text of the request."""
        task = f"{phase.lower()}.sign_off"
        self.run.reach(task, "awaiting_input")
        return str(self.api.question("npi_program", self.program.name, task)["body"])

    def asked_again(self, after_try: int, phase: Phase = Phase.EVT) -> str:
        """Wait until the request has come again, after that try; returns its text."""
        task = f"{phase.lower()}.sign_off"

        def again() -> bool:
            seen = self.run.task(task)
            return seen["state"] == "awaiting_input" and seen["try_number"] > after_try

        eventually(again, f"{self.program.name} {phase} asks again", self.run.explain)
        return self.asked(phase)

    def answer(
        self, option: str, phase: Phase = Phase.EVT, comment: str = "", who: Airflow | None = None, role: str = ROLE
    ) -> None:
        """Answer the request, as our user or as ``who``."""
        time.sleep(_A_PERSON_S)
        task, words = f"{phase.lower()}.sign_off", {"role": role, "comment": comment}
        (who or self.api).answer("npi_program", self.program.name, task, [option], words)

    def report(self, phase: Phase) -> Path:
        """Where the report of a closed phase lies, as its last task says."""
        told = self.api.xcom("npi_program", self.program.name, f"{phase.lower()}.close_phase")
        return Path(str(told).removeprefix("file://"))

    def looks(self, task_id: str) -> list[dict[str, str]]:
        """What the gate said at each look of the last try, as the task's log tells: criterion → status."""
        log = self.run.log(task_id, try_number=self.run.task(task_id)["try_number"])
        found = [{title: status for status, title in _CRITERION.findall(part)} for part in log.split(_LOOKING_AGAIN)]
        return [look for look in found if look]

    def holds_no_worker(self, task_id: str) -> bool:
        """Whether no process works on a task of the program's run; one that has just parked may need a moment."""
        mark = str(self.run.task(task_id)["id"])[:_TITLE]
        return wait_until(lambda: not any(mark in title for title in self._workers()), _PARKED_S)

    def _workers(self) -> Iterator[str]:
        """The titles of the scheduler's workers; Airflow writes the task instance's id into them."""
        found = status(self.stage.place)
        assert found is not None
        for worker in psutil.Process(found.processes["scheduler"].pid).children(recursive=True):
            with suppress(psutil.NoSuchProcess):
                yield " ".join(worker.cmdline())

    def kept(self, round_run: Run) -> dict[str, Kept]:
        """What the store keeps of each unit of a round, by serial."""
        round_id = round_id_of(round_run.run_id)
        of_round = ResultRow.round_id == round_id
        with transaction(self.stage.workspace.engine) as session:
            results = Counter(session.scalars(select(ResultRow.serial).where(of_round)).all())
            outputs = Counter(session.scalars(select(OutputRow.serial).where(OutputRow.round_id == round_id)).all())
            counted = select(ResultRow.serial, func.count()).join(ReadingRow, ReadingRow.result_id == ResultRow.id)
            rows = session.execute(counted.where(of_round).group_by(ResultRow.serial)).all()
            readings = {serial: n for serial, n in rows}  # noqa: C416 -- rows are no pairs to the type checker
        return {serial: Kept(n, outputs[serial], readings.get(serial, 0)) for serial, n in results.items()}

    def planned(self, phase: Phase = Phase.EVT) -> Kept:
        """How many results and outputs the plan of a phase asks of each unit; readings depend on the machine."""
        catalog = self.stage.workspace.catalog
        program = catalog.program(self.program.name)
        asked = catalog.plans[program.phases[phase].plan].diagnostics
        return Kept(len(asked), len(commands_for(asked, catalog.skus[program.sku])), 0)
