"""The task body of ``npi_baselines``."""

import logging

from airflow.sdk import get_current_context, task

from gatehouse.pipeline.forms import run_user
from gatehouse.pipeline.workspace import workspace_from_connections

log = logging.getLogger(__name__)


@task
def learn() -> None:
    """Learn from what was measured so far; the log says what deserves a look. It is never red because of a machine."""
    from gatehouse.operations.watch_baselines import watch_baselines  # brings NumPy: not when a DAG file is parsed

    for line in watch_baselines(workspace_from_connections(), run_user(get_current_context()["dag_run"])):
        log.info("%s", line)
