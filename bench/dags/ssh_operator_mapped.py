"""The peer of a round: Airflow's own SSHOperator, mapped over every host and command, as its documentation shows it."""

import json
import os
from pathlib import Path

from airflow.providers.ssh.operators.ssh import SSHOperator
from airflow.sdk import DAG

asked = json.loads(Path(os.environ["GATEHOUSE_BENCH_JOB"]).read_text())

with DAG(dag_id="ssh_operator_mapped", schedule=None, catchup=False):
    SSHOperator.partial(
        task_id="ask", ssh_conn_id="bench", cmd_timeout=60, conn_timeout=30, do_xcom_push=False
    ).expand_kwargs(asked)
