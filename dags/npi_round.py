"""One round: measure units of a program's open phase, judge the data, say which machines are bad.

Run it at any time: it adds evidence, and a waiting gate notices. In the grid, a red ``measure`` means that a host
could not be measured; a red ``judge`` that the data may not be trusted; a red ``verdict`` that a machine is bad.
"""

from airflow.providers.standard.operators.empty import EmptyOperator
from airflow.sdk import DAG

from gatehouse.pipeline import forms, round_tasks
from gatehouse.pipeline.alerts import on_failure
from gatehouse.pipeline.retries import task_defaults

catalog = forms.catalog_for_forms()

with DAG(
    dag_id="npi_round",
    dag_display_name="NPI round",
    description="Measure units of the open phase and add the evidence to its gate",
    schedule=None,
    catchup=False,
    max_active_runs=8,
    params={
        "program": forms.program_param(catalog),
        "phase": forms.phase_param("Empty: the open one. Or one that exited on conditions.", optional=True),
        "units": forms.units_param(catalog),
        "reason": forms.reason_param(),
    },
    default_args=task_defaults(on_failure()),
    on_failure_callback=on_failure(),
    tags=["gatehouse", "npi"],
    doc_md=f"{__doc__}{forms.catalog_warning(catalog)}",
):
    measured = round_tasks.measure.expand(shard=round_tasks.open_round())
    judged = round_tasks.judge()
    groups = round_tasks.sort_hosts()
    verdicts = round_tasks.verdict.expand(group=groups)
    # Runs nothing; it makes the run red when anything before it is.
    clean = EmptyOperator(task_id="clean", trigger_rule="none_failed")
    measured >> judged >> groups
    [measured, judged, verdicts] >> clean
