"""One host, and a way to find it by name or serial."""

from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Query, Request
from starlette.responses import RedirectResponse, Response

from gatehouse.console.page import WorkspaceDep, base_of, page
from gatehouse.operations.view_host import host_view

router = APIRouter()


@router.get("/hosts")
def find(
    request: Request, workspace: WorkspaceDep, host: Annotated[str, Query(min_length=1, max_length=100)]
) -> Response:
    """Go to the page of a host that was typed by name or serial."""
    serial = host_view(workspace, host.strip()).identity.serial
    return RedirectResponse(f"{base_of(request)}/hosts/{quote(serial, safe='')}", status_code=303)


@router.get("/hosts/{serial}")
def show_host(request: Request, workspace: WorkspaceDep, serial: str) -> Response:
    """Everything about a host."""
    return page(request, "host.html", host=host_view(workspace, serial))
