"""Puts the Gatehouse console into the Airflow UI."""

from typing import TYPE_CHECKING

from airflow.configuration import conf
from airflow.plugins_manager import AirflowPlugin

from gatehouse.console.airflow_mount import PREFIX, ConsoleMount, views

if TYPE_CHECKING:
    from gatehouse.operations.workspace import Workspace


def _workspace() -> "Workspace":
    from gatehouse.pipeline.workspace import workspace_from_connections  # only the API server needs it

    return workspace_from_connections()


class GatehousePlugin(AirflowPlugin):
    """Pages under /gatehouse, an entry in the navigation, and tabs on DAGs and runs."""

    name = "gatehouse"
    fastapi_apps = [{"app": ConsoleMount(_workspace), "url_prefix": PREFIX, "name": "Gatehouse"}]  # noqa: RUF012 -- as Airflow asks
    external_views = views(conf.get("api", "base_url", fallback="/"))
