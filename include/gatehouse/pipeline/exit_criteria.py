"""The exit-criteria sensor: waits for weeks without a worker slot, and looks whenever there is something new."""

from collections.abc import Sequence
from typing import Any

from airflow.sdk import BaseSensorOperator, Context

from gatehouse.model.errors import CatalogError, NotFoundError, StoreError
from gatehouse.model.status import Phase
from gatehouse.pipeline.gate_look import look
from gatehouse.pipeline.gate_trigger import GateNewsTrigger

MENDING_S = 60.0  # between two looks while the catalogue or the store cannot be used


class ExitCriteriaSensor(BaseSensorOperator):
    """Succeeds when every exit criterion but the signatures is met or waived. Each look stands in the task's log."""

    template_fields: Sequence[str] = ("program",)
    ui_color = "#e9f2d9"

    def __init__(self, *, program: str, phase: Phase, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.program = program
        self.phase = phase

    def execute(self, context: Context) -> int | None:
        """Look; wait for news where the gate is not open. Returns the id of the decision."""
        return self.look_again(context)

    def look_again(self, context: Context, event: dict[str, Any] | None = None) -> int | None:
        """Look after the trigger saw something new."""
        if event:
            self.log.info("looking again: %s", event.get("why"))
        try:
            view, seen = look(self.log, self.program, self.phase)
        except (CatalogError, NotFoundError, StoreError) as error:
            # A person mends this while the gate waits: the wait of weeks is not lost to a typing mistake.
            self.log.error("cannot look: %s; looking again in %d s", error, MENDING_S)
            unseen = GateNewsTrigger(self.program, self.phase, [], poll_s=MENDING_S)
            self.defer(trigger=unseen, method_name="look_again")
        if not view.decision.signable:
            self.defer(trigger=GateNewsTrigger(self.program, self.phase, seen), method_name="look_again")
        return view.decision_id
