"""The task bodies of ``npi_waiver`` and ``npi_watch``."""

import logging

from airflow.sdk import get_current_context, task
from airflow.sdk.configuration import conf
from airflow.sdk.exceptions import AirflowSkipException

from gatehouse.model.status import Phase
from gatehouse.model.waivers import WaiverRequest, WaiverState
from gatehouse.operations.alert import Links
from gatehouse.operations.file_waiver import day_of, request_waiver
from gatehouse.operations.view_waivers import source_of_run, view_waiver
from gatehouse.operations.watch_waivers import watch_waivers
from gatehouse.pipeline.forms import run_user
from gatehouse.pipeline.notifier import channels_from_connections
from gatehouse.pipeline.workspace import workspace_from_connections

log = logging.getLogger(__name__)
_WORDS = ("program", "criterion", "owner", "reason", "containment", "retest")


@task
def request() -> int:
    """File the request; red says why it cannot be waived like this, and what would allow it. Returns its number."""
    context = get_current_context()
    asked, run = context["params"], context["dag_run"]
    wanted = WaiverRequest(
        phase=Phase(asked["phase"]),
        requested_by=run_user(run),
        expires_at=day_of(asked["expires"]),
        units=tuple(asked.get("units") or ()),
        sites=tuple(asked.get("sites") or ()),
        **{name: asked[name] for name in _WORDS},
    )
    number = request_waiver(workspace_from_connections(), wanted, source_of_run(run.run_id))
    log.info("waiver %d waits for its two sign-offs", number)
    return number


@task
def in_force(waiver: int) -> int:
    """Say that the waiver is in force now; skipped where it is not."""
    view = view_waiver(workspace_from_connections(), waiver)
    if view.state is not WaiverState.IN_FORCE:
        raise AirflowSkipException(f"waiver {waiver} is not in force: {view.standing}")
    log.info("waiver %d is in force until %s, for %s", waiver, view.waiver.expires_at, view.scope)
    return waiver


@task
def watch() -> None:
    """Look at what rests on waivers: record what has changed, and tell people, each thing once."""
    links = Links(conf.get("api", "base_url", fallback="http://localhost:8080"))
    noticed = watch_waivers(workspace_from_connections(), links, channels_from_connections())
    for line in noticed.recorded:
        log.warning("%s", line)
    for line in noticed.told:
        log.info("told: %s", line)
    if not (noticed.recorded or noticed.told):
        log.info("nothing new")
