"""The task bodies of ``npi_set_aside``."""

import logging
from typing import Any

from airflow.sdk import Param, get_current_context, task
from airflow.sdk.exceptions import AirflowFailException

from gatehouse.operations.set_rows_aside import RowChoice, SetAside, release_rows, set_rows_aside
from gatehouse.pipeline.assets import ROUND_JUDGED
from gatehouse.pipeline.forms import run_user
from gatehouse.pipeline.round_tasks import judged
from gatehouse.pipeline.workspace import workspace_from_connections

log = logging.getLogger(__name__)
SET_ASIDE, GIVE_BACK = "set aside", "give back"


@task
def choose() -> str:
    """Set results aside, or give them back; returns the round's id. Nothing is deleted, and every step is kept."""
    context = get_current_context()
    params, who = context["params"], run_user(context["dag_run"])
    choice = RowChoice(params.get("unit") or "", params.get("diagnostic") or "", params.get("problem"))
    change = release_rows if params["action"] == GIVE_BACK else set_rows_aside
    _tell(params["action"], change(workspace_from_connections(), params["round"], choice, who, params["reason"]))
    return str(params["round"])


@task(outlets=[ROUND_JUDGED])
def judge_again(round_id: str) -> None:
    """Judge the round without what is set aside; red means that it may still not be trusted."""
    blocking = judged(round_id, run_user(get_current_context()["dag_run"]))
    if blocking:
        raise AirflowFailException("inadmissible, so no evidence for any gate: " + "; ".join(blocking))


def form() -> dict[str, Any]:
    """What the trigger form asks."""
    return {
        "action": Param(SET_ASIDE, type="string", enum=[SET_ASIDE, GIVE_BACK], title="Action",
                        description="Take results out of the evidence, or give back what was taken out."),
        "round": Param(None, type="string", minLength=1, maxLength=100, title="Round",
                       description="The round's id, as its page shows it."),
        "unit": _optional("Unit", "A unit's serial, or its host's name; or name a problem instead."),
        "diagnostic": _optional("Diagnostic", "Only this one of the unit. Leave it empty for all of them."),
        "problem": Param(None, type=["null", "integer"], minimum=1, title="Problem",
                         description="The rows of that problem, as the round's page counts them."),
        "reason": Param(None, type="string", minLength=5, maxLength=500, title="Reason",
                        description="Why. It stands in the round's Data Docs for ever."),
    }  # fmt: skip


def _optional(title: str, description: str) -> Param:
    return Param(None, type=["null", "string"], maxLength=100, title=title, description=description)


def _tell(action: str, done: SetAside) -> None:
    log.info("%s: %d results; %d of %d are set aside now", action, len(done.changed), done.aside, done.results)
    for serial, diagnostic in done.changed:
        log.info("%s %s", serial, diagnostic)
