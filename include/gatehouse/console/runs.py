"""From a run in Airflow to the page that belongs to it."""

from urllib.parse import quote

from fastapi import APIRouter, Request
from starlette.responses import RedirectResponse, Response

from gatehouse.console.page import WorkspaceDep, base_of, page
from gatehouse.model.errors import NotFoundError
from gatehouse.model.round_ids import ROUND_DAG, round_id_of
from gatehouse.operations.view_round import view_round
from gatehouse.operations.view_waivers import WAIVER_DAG, waiver_of_run

router = APIRouter()
PROGRAM_DAG = "npi_program"


@router.get("/runs/{dag_id}/{run_id:path}")
def run(request: Request, workspace: WorkspaceDep, dag_id: str, run_id: str) -> Response:
    """The round of an ``npi_round`` run; the gate of an ``npi_waiver`` run; the programs for an ``npi_program`` run.

    Else a word that there is nothing.
    """
    waiver = waiver_of_run(workspace, run_id) if dag_id == WAIVER_DAG else None
    if waiver:
        return RedirectResponse(f"{base_of(request)}/programs/{quote(waiver.program)}/{waiver.phase}", status_code=303)
    if dag_id == PROGRAM_DAG:
        return RedirectResponse(f"{base_of(request)}/programs", status_code=303)
    if dag_id != ROUND_DAG:
        return page(request, "no_round.html", run_id=run_id, waiting=False)
    round_id = round_id_of(run_id)
    try:
        view_round(workspace, round_id, size=1)
    except NotFoundError:
        return page(request, "no_round.html", run_id=run_id, waiting=True)
    return RedirectResponse(f"{base_of(request)}/rounds/{round_id}", status_code=303)
