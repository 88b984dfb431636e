"""The console inside Airflow: its log-in, and nothing built before a browser comes.

Every component of Airflow loads the plugins; only the API server serves pages. So this module imports neither FastAPI
nor Airflow's server when it is imported.
"""

import threading
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Receive, Scope, Send

    from gatehouse.operations.workspace import Workspace

PREFIX = "/gatehouse"
LOGIN_PATH = "/api/v2/auth/login"  # Airflow's own; it goes on to the log-in page of whatever auth manager is set up


class ConsoleMount:
    """An ASGI application that becomes the console at the first request."""

    def __init__(self, workspace: "Callable[[], Workspace]") -> None:
        self._workspace = workspace
        self._lock = threading.Lock()
        self._app: ASGIApp | None = None

    async def __call__(self, scope: "Scope", receive: "Receive", send: "Send") -> None:
        """Answer a request."""
        await self._console()(scope, receive, send)

    def _console(self) -> "ASGIApp":
        with self._lock:
            if self._app is None:
                from airflow.api_fastapi.core_api.security import requires_access_dag

                from gatehouse.console.app import console_app

                # Whoever may read DAGs may read what they measured; a path with {dag_id} asks for that very DAG.
                self._app = console_app(self._workspace, requires_access_dag(method="GET"), LOGIN_PATH)
            return self._app


def views(base_url: str) -> list[Mapping[str, str | bool]]:
    """The tabs and the entry in Airflow's navigation. ``base_url`` is Airflow's own, which may have a path."""
    at = urlsplit(base_url).path.rstrip("/") + PREFIX
    icon = f"{at}/static/gate.svg"
    return [
        {
            "name": "Gatehouse",
            "href": f"{at}/programs",
            "destination": "nav",
            "url_route": "gatehouse",
            "nav_top_level": True,
            "icon": icon,
            "icon_dark_mode": f"{at}/static/gate-dark.svg",
        },
        {
            "name": "Round",
            "href": f"{at}/runs/{{DAG_ID}}/{{RUN_ID}}",
            "destination": "dag_run",
            "url_route": "gatehouse-round",
        },
        {
            "name": "Programs",
            "href": f"{at}/programs",
            "destination": "dag",
            "url_route": "gatehouse-programs",
        },
    ]
