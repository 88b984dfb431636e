"""One program through its phases: EVT, DVT, PVT, ramp.

Each phase opens once its entry conditions let it, runs a first round, waits at its exit criteria, is signed off by a
person, and closes with a report. The waits take no worker: run ``npi_round`` at any time, and the gate looks again.
Approve or reject under *Required Actions*; a reject sends the phase back to waiting for new evidence.
"""

from airflow.sdk import DAG, TaskGroup, chain

from gatehouse.model.status import INTRODUCTION
from gatehouse.pipeline import forms, phase_tasks
from gatehouse.pipeline.alerts import on_failure
from gatehouse.pipeline.exit_criteria import ExitCriteriaSensor
from gatehouse.pipeline.open_phase import OpenPhaseOperator
from gatehouse.pipeline.retries import task_defaults
from gatehouse.pipeline.sign_off import SignOffOperator

catalog = forms.catalog_for_forms()
PROGRAM = "{{ params.program }}"

with DAG(
    dag_id="npi_program",
    dag_display_name="NPI program",
    description="A server model through EVT, DVT, PVT and ramp; each phase exits only when its exit criteria are met",
    schedule=None,
    catchup=False,
    max_active_runs=64,
    params={"program": forms.program_param(catalog)},
    default_args=task_defaults(on_failure()),
    on_failure_callback=on_failure(),
    tags=["gatehouse", "npi"],
    doc_md=f"{__doc__}{forms.catalog_warning(catalog)}",
):
    before = None
    for phase in INTRODUCTION:
        with TaskGroup(group_id=phase.lower(), tooltip=f"{phase}: opens when the phase before it has exited"):
            opened = OpenPhaseOperator(task_id="open_phase", phase=phase, trigger_rule="none_failed")
            first = phase_tasks.FirstRoundOperator(task_id="first_round", phase=phase)
            gate = ExitCriteriaSensor(
                task_id="exit_criteria", program=PROGRAM, phase=phase, trigger_rule="none_failed_min_one_success"
            )
            signed = SignOffOperator(task_id="sign_off", program=PROGRAM, phase=phase)
            closed = phase_tasks.close_phase(phase.value)
            chain(opened, first, gate, signed, closed)
            opened >> gate
        if before is not None:
            before >> opened
        before = closed
