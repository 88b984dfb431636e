"""Learns what healthy machines measure, after each judged round: who lies out, and which limit that proposes.

It is off until somebody turns it on, and it decides nothing: `gatehouse baseline list` shows what was proposed, and a
person promotes it, first into the shadow, then, when the shadow has seen enough, into the limits of later rounds.
A red ``learn`` is trouble with the store or the catalogue, never with a machine.
"""

from airflow.sdk import DAG

from gatehouse.pipeline import baseline_tasks, forms
from gatehouse.pipeline.alerts import on_failure
from gatehouse.pipeline.assets import ROUND_JUDGED
from gatehouse.pipeline.retries import task_defaults

catalog = forms.catalog_for_forms()

with DAG(
    dag_id="npi_baselines",
    dag_display_name="NPI baselines",
    description="Learn criteria from what the machines of a SKU measure; a person promotes them",
    schedule=[ROUND_JUDGED],
    catchup=False,
    max_active_runs=1,
    is_paused_upon_creation=True,
    default_args=task_defaults(on_failure()),
    on_failure_callback=on_failure(),
    tags=["gatehouse", "npi"],
    doc_md=f"{__doc__}{forms.catalog_warning(catalog)}",
):
    baseline_tasks.learn()
