"""Puts the Gatehouse console into the Airflow UI."""

import sys
from typing import TYPE_CHECKING

from airflow.configuration import conf
from airflow.plugins_manager import AirflowPlugin

from gatehouse.console.airflow_mount import PREFIX, ConsoleMount, views

if TYPE_CHECKING:
    from gatehouse.operations.workspace import Workspace


def _workspace() -> "Workspace":
    from gatehouse.pipeline.workspace import workspace_from_connections  # only the API server needs it

    return workspace_from_connections()


if "api-server" in sys.argv:  # the other components never touch a question of Airflow's
    from gatehouse.console.fresh_questions import renew_questions

    renew_questions(_workspace)


class GatehousePlugin(AirflowPlugin):
    """Pages under /gatehouse, an entry in the navigation, and tabs on DAGs and runs."""

    name = "gatehouse"
    fastapi_apps = [{"app": ConsoleMount(_workspace), "url_prefix": PREFIX, "name": "Gatehouse"}]  # noqa: RUF012 -- as Airflow asks
    external_views = views(conf.get("api", "base_url", fallback="/"))
