"""Looks every quarter of an hour at what rests on waivers.

A waiver that has expired, or will within a week, is told to its owner; a phase that exited on conditions and is
reopened, or stands again, is recorded. Whether a phase stands does not depend on this: every gate derives it anew. A
red ``watch`` means that nobody is told at the moment.
"""

from airflow.sdk import DAG

from gatehouse.pipeline import forms, waiver_tasks
from gatehouse.pipeline.alerts import on_failure
from gatehouse.pipeline.retries import task_defaults

with DAG(
    dag_id="npi_watch",
    dag_display_name="NPI watch",
    description="Tells owners of waivers that expire, and records phases that are reopened by it",
    schedule="*/15 * * * *",
    catchup=False,
    max_active_runs=1,
    default_args=task_defaults(on_failure()),
    on_failure_callback=on_failure(),
    tags=["gatehouse", "npi"],
    doc_md=f"{__doc__}{forms.catalog_warning(forms.catalog_for_forms())}",
):
    waiver_tasks.watch()
