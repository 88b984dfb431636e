"""Take results of a round out of the evidence, with a reason, or give them back; then judge the round again.

For an inadmissible round of which a few rows are at fault, such as a unit whose cable was loose. What is set aside
never helps a gate, and the gate asks for it again; a FAIL in it stands against its unit until a sound PASS. More than
a fifth of a round cannot be set aside: run a new round. Nothing is deleted, and every judgement is kept. A red
``judge_again`` means that the round may still not be trusted.
"""

from airflow.sdk import DAG

from gatehouse.pipeline import set_aside_tasks
from gatehouse.pipeline.alerts import on_failure
from gatehouse.pipeline.retries import task_defaults

with DAG(
    dag_id="npi_set_aside",
    dag_display_name="NPI set aside",
    description="Take results of a round out of the evidence, with a reason, and judge the round again",
    schedule=None,
    catchup=False,
    max_active_runs=8,
    params=set_aside_tasks.form(),
    default_args=task_defaults(on_failure()),
    on_failure_callback=on_failure(),
    tags=["gatehouse", "npi"],
    doc_md=__doc__,
):
    set_aside_tasks.judge_again(set_aside_tasks.choose())
