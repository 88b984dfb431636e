"""One round: its plan against its hosts, and whether its data may count."""

from typing import Annotated

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from gatehouse.console.docs import has_docs
from gatehouse.console.page import WorkspaceDep, page
from gatehouse.operations.view_round import view_round

router = APIRouter()


@router.get("/rounds/{round_id}")
def show_round(
    request: Request,
    workspace: WorkspaceDep,
    round_id: str,
    number: Annotated[int, Query(alias="page", ge=1, le=100_000)] = 1,
    search: Annotated[str, Query(max_length=100)] = "",
    trouble: bool = False,
) -> Response:
    """The round, a hundred hosts a page, those with trouble first."""
    view = view_round(workspace, round_id, page=number, search=search.strip(), trouble_only=trouble)
    return page(
        request, "round.html", round=view, search=search, trouble=trouble, has_docs=has_docs(workspace, round_id)
    )
