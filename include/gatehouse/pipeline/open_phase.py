"""Opens a phase; while its entry conditions keep it shut, waits without a worker slot."""

from typing import Any

from airflow.sdk import BaseOperator, Context
from airflow.sdk.exceptions import AirflowSkipException

from gatehouse.model.errors import CatalogError, EntryShutError, NotFoundError, StoreError
from gatehouse.model.status import Phase
from gatehouse.operations.advance_phase import open_phase
from gatehouse.operations.watch_gate import entry_news
from gatehouse.pipeline.entry_trigger import EntryNewsTrigger
from gatehouse.pipeline.exit_criteria import MENDING_S
from gatehouse.pipeline.forms import run_user
from gatehouse.pipeline.workspace import workspace_from_connections


class OpenPhaseOperator(BaseOperator):
    """Opens the phase. A program without it is done; one that has left it goes on to the next.

    Where entry conditions keep it shut, the log says which, and the task waits until they are met or a person lets it
    open without them.
    """

    ui_color = "#dcebf5"

    def __init__(self, *, phase: Phase, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.phase = phase

    def execute(self, context: Context) -> None:
        """Open it, skip what is over, or wait for its entry conditions."""
        self._open(context)

    def look_again(self, context: Context, event: dict[str, Any]) -> None:
        """Look after the trigger saw something new. What a person must mend now ends no wait of weeks."""
        self.log.info("looking again: %s", event.get("why"))
        try:
            self._open(context)
        except (CatalogError, NotFoundError, StoreError) as error:
            self.log.error("cannot look: %s; looking again in %d s", error, MENDING_S)
            unseen = EntryNewsTrigger(context["params"]["program"], self.phase, [], poll_s=MENDING_S)
            self.defer(trigger=unseen, method_name="look_again")

    def _open(self, context: Context) -> None:
        program = context["params"]["program"]
        workspace = workspace_from_connections()
        if self.phase not in workspace.catalog.program(program).phases:
            raise AirflowSkipException(f"{program} has no {self.phase}")
        # Read before the conditions: what arrives in between wakes the task again.
        seen = entry_news(workspace.engine.url.render_as_string(hide_password=False), program, self.phase)
        try:
            still_open = open_phase(workspace, program, self.phase, run_user(context["dag_run"]))
        except EntryShutError as shut:
            self.log.warning("%s", shut)
            self.defer(trigger=EntryNewsTrigger(program, self.phase, list(seen or ())), method_name="look_again")
        if not still_open:
            raise AirflowSkipException(f"{program} {self.phase} has exited before")
