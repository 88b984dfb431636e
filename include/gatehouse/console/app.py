"""The console as an application that Airflow mounts. It only reads, and every page asks the given dependency first."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from fastapi import Depends, FastAPI
from starlette.staticfiles import StaticFiles

from gatehouse.console import calendar, docs, errors, gates, hosts, programs, raw, rounds, runs
from gatehouse.console.headers import SecurityHeaders
from gatehouse.console.kept_workspace import KeptWorkspace
from gatehouse.operations.workspace import Workspace

STATIC = Path(__file__).parent / "static"


def console_app(
    workspace: Callable[[], Workspace], access: Callable[..., Any], login_path: str | None = None
) -> FastAPI:
    """The console over a workspace, which is asked for at the first page and not before.

    ``access`` is a FastAPI dependency that refuses with 401 or 403 whoever may not look. ``login_path`` is where a
    browser without log-in is sent, below the application that mounts this one, with ``?next=``; else it gets the 401.
    """
    app = FastAPI(title="Gatehouse", docs_url=None, redoc_url=None, openapi_url=None)
    app.state.workspace = KeptWorkspace(workspace)
    app.state.login_path = login_path
    for pages in (programs, calendar, gates, rounds, docs, hosts, raw, runs):
        app.include_router(pages.router, dependencies=[Depends(access)])
    app.mount("/static", StaticFiles(directory=STATIC), name="static")
    errors.show_errors(app)
    app.add_middleware(SecurityHeaders)
    return app
