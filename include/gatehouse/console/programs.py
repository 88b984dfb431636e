"""Every program as a row of four gates."""

from fastapi import APIRouter, Request
from starlette.responses import RedirectResponse, Response

from gatehouse.console.page import WorkspaceDep, base_of, page
from gatehouse.operations.view_programs import view_programs

router = APIRouter()


@router.get("/")
def start(request: Request) -> Response:
    """The first page is that of the programs."""
    return RedirectResponse(f"{base_of(request)}/programs", status_code=307)


@router.get("/programs")
def programs(request: Request, workspace: WorkspaceDep) -> Response:
    """All programs."""
    return page(request, "programs.html", programs=view_programs(workspace))
