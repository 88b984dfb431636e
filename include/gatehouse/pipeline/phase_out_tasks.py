"""The first task of ``npi_phase_out``."""

from airflow.sdk import get_current_context, task

from gatehouse.operations.phase_out import announce_end, day
from gatehouse.pipeline.forms import run_user
from gatehouse.pipeline.workspace import workspace_from_connections
from gatehouse.store.phase_out import PhaseOut


@task
def announce() -> None:
    """Keep that the program ends: what takes its place, until when it is sold and supported, and why."""
    context = get_current_context()
    asked = context["params"]
    said = PhaseOut(
        program=asked["program"],
        successor=asked["successor"] or "",
        last_time_buy=day(asked["last_time_buy"]),
        support_until=day(asked["support_until"]),
        reason=asked["reason"],
        who=run_user(context["dag_run"]),
    )
    announce_end(workspace_from_connections(), said)
