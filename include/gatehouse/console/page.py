"""What every page starts from: the workspace, and a template filled in."""

from functools import cache
from pathlib import Path
from typing import Annotated, Any

from fastapi import Depends, Request
from jinja2 import Environment
from starlette.responses import HTMLResponse

from gatehouse.model.jobs import span
from gatehouse.operations.workspace import Workspace
from gatehouse.reports.action_words import in_words
from gatehouse.reports.rendering import environment

TEMPLATES = Path(__file__).parent / "templates"


def workspace_of(request: Request) -> Workspace:
    """The workspace of the application that answers."""
    found: Workspace = request.app.state.workspace()
    return found


WorkspaceDep = Annotated[Workspace, Depends(workspace_of)]


def base_of(request: Request) -> str:
    """The path under which this application is mounted, without a slash at its end; every link starts with it."""
    return str(request.scope.get("root_path", "")).rstrip("/")


def page(request: Request, template: str, status: int = 200, **values: Any) -> HTMLResponse:
    """A template as a page."""
    html = _environment().get_template(template).render(base=base_of(request), **values)
    return HTMLResponse(html, status_code=status)


@cache
def _environment() -> Environment:
    made = environment([TEMPLATES])
    made.filters |= {"in_words": in_words, "span": span}
    return made
