"""The task bodies of ``npi_program``."""

from typing import Any

from airflow.providers.standard.operators.trigger_dagrun import TriggerDagRunOperator
from airflow.sdk import get_current_context, task
from airflow.sdk.exceptions import AirflowSkipException

from gatehouse.model.status import Phase
from gatehouse.operations.advance_phase import close_phase as close_now
from gatehouse.operations.write_report import write_report
from gatehouse.pipeline.assets import PHASE_EXITED
from gatehouse.pipeline.forms import run_user
from gatehouse.pipeline.workspace import workspace_from_connections


class FirstRoundOperator(TriggerDagRunOperator):
    """Starts the phase's first round, unless its build has no hosts yet: then the gate waits for them."""

    def __init__(self, *, phase: Phase, **kwargs: Any) -> None:
        super().__init__(
            trigger_dag_id="npi_round",
            trigger_run_id=f"{{{{ params.program }}}}-{phase}-first-{{{{ run_id }}}}",
            conf={"program": "{{ params.program }}", "reason": f"first round of {phase}"},
            skip_when_already_exists=True,
            **kwargs,
        )
        self.phase = phase

    def execute(self, context: Any) -> None:
        """Trigger the round, or say what is missing."""
        program = context["params"]["program"]
        if not workspace_from_connections().catalog.build(program, self.phase):
            raise AirflowSkipException(f"no host of {program} has build {self.phase} yet: the gate waits for the build")
        super().execute(context)


@task(outlets=[PHASE_EXITED])
def close_phase(phase: str) -> str:
    """Close the phase and write its report; returns where the report lies."""
    context = get_current_context()
    program = context["params"]["program"]
    workspace = workspace_from_connections()
    close_now(workspace, program, Phase(phase), run_user(context["dag_run"]))
    context["outlet_events"][PHASE_EXITED].extra = {"program": program, "phase": phase}
    return write_report(workspace, program, Phase(phase))
