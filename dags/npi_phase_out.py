"""The end of one program: workloads moved, reservations released, every serial gone somewhere for good.

It is announced, waits for its entry conditions (a successor in ramp), and then at the exit criteria of EOL. Record what
schedulers say with ``gatehouse eol observe`` and where units went with ``gatehouse eol disposition``; the gate looks
again by itself. Approve or reject under *Required Actions*.
"""

from airflow.sdk import DAG, TaskGroup, chain

from gatehouse.model.status import Phase
from gatehouse.pipeline import forms, phase_out_tasks, phase_tasks
from gatehouse.pipeline.alerts import on_failure
from gatehouse.pipeline.exit_criteria import ExitCriteriaSensor
from gatehouse.pipeline.open_phase import OpenPhaseOperator
from gatehouse.pipeline.retries import task_defaults
from gatehouse.pipeline.sign_off import SignOffOperator

catalog = forms.catalog_for_forms()
PROGRAM = "{{ params.program }}"

with (
    DAG(
        dag_id="npi_phase_out",
        dag_display_name="NPI phase-out",
        description="The end of a server model: it exits when no work is left on it and every serial is accounted for",
        schedule=None,
        catchup=False,
        max_active_runs=64,
        params={
            "program": forms.program_param(catalog),
            "successor": forms.successor_param(catalog),
            "last_time_buy": forms.day_param("Last time buy", "Until when it can still be bought.", optional=True),
            "support_until": forms.day_param("Support until", "Until when the supplier supports it.", optional=True),
            "reason": forms.end_reason_param(),
        },
        default_args=task_defaults(on_failure()),
        on_failure_callback=on_failure(),
        tags=["gatehouse", "npi"],
        doc_md=f"{__doc__}{forms.catalog_warning(catalog)}",
    ),
    TaskGroup(group_id=Phase.EOL.lower(), tooltip="EOL: opens when its entry conditions are met"),
):
    opened = OpenPhaseOperator(task_id="open_phase", phase=Phase.EOL)
    gate = ExitCriteriaSensor(task_id="exit_criteria", program=PROGRAM, phase=Phase.EOL)
    signed = SignOffOperator(task_id="sign_off", program=PROGRAM, phase=Phase.EOL)
    closed = phase_tasks.close_phase(Phase.EOL.value)
    chain(phase_out_tasks.announce(), opened, gate, signed, closed)
