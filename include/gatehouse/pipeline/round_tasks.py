"""The task bodies of ``npi_round``."""

import logging
from datetime import UTC, datetime, timedelta

from airflow.sdk import get_current_context, task
from airflow.sdk.exceptions import AirflowFailException, AirflowRescheduleException, AirflowSkipException

from gatehouse.model.errors import NotFoundError
from gatehouse.model.round_ids import round_id_of
from gatehouse.model.status import Phase
from gatehouse.operations.admit_round import BY_ITSELF, admit_round
from gatehouse.operations.open_round import RoundRequest
from gatehouse.operations.open_round import open_round as open_round_now
from gatehouse.operations.summarise_round import RoundSummary, UnitSummary, summarise_round
from gatehouse.pipeline.assets import ROUND_JUDGED
from gatehouse.pipeline.forms import run_user
from gatehouse.pipeline.shards import SINGLE_UP_TO, Shard, shards
from gatehouse.pipeline.workspace import workspace_from_connections

log = logging.getLogger(__name__)


@task
def open_round() -> list[Shard]:
    """Fix what is asked of which units; returns the shards to measure."""
    context = get_current_context()
    params, run = context["params"], context["dag_run"]
    request = RoundRequest(
        program=params["program"],
        who=run_user(run),
        reason=params.get("reason") or "",
        units=tuple(params.get("units") or ()),
        round_id=round_id_of(run.run_id),
        phase=Phase(params["phase"]) if params.get("phase") else None,
    )
    workspace = workspace_from_connections()
    summary = summarise_round(workspace, open_round_now(workspace, request))
    log.info("round %s: %s %s, %d units", summary.round_id, summary.program, summary.phase, len(summary.units))
    return shards([(unit.host, unit.serial) for unit in summary.units])


@task(map_index_template="{{ task.op_kwargs['shard']['name'] }}")
def measure(shard: Shard) -> None:
    """Visit the shard's hosts; red means that one could not be measured.

    Where a job runs on a host, the task ends here and is looked at again later: it holds no worker meanwhile, and
    whatever is killed or restarted between two looks, the next one finds the job.
    """
    from gatehouse.operations.measure_units import measure_units  # brings paramiko: not when a DAG file is parsed

    summary = measure_units(workspace_from_connections(), _round_id(), shard["serials"], progress=_say)
    for host in summary.before:
        log.info("%s: was measured before this try", host)
    if not summary.complete:
        log.info("looking again in %.0f s; the jobs run on without us", summary.next_look_s)
        raise AirflowRescheduleException(datetime.now(UTC) + timedelta(seconds=summary.next_look_s))
    if summary.not_measured:
        raise AirflowFailException(_lines("could not be measured", summary.not_measured))


@task(trigger_rule="all_done", outlets=[ROUND_JUDGED])
def judge() -> None:
    """Great Expectations decides whether the round may count; red means that it may not.

    Clear it after results were set aside, and the round is judged again without them.
    """
    _opened()
    if blocking := judged(_round_id(), BY_ITSELF):
        raise AirflowFailException("inadmissible, so no evidence for any gate: " + "; ".join(blocking))


@task(trigger_rule="all_done")
def sort_hosts() -> list[Shard]:
    """Every bad host by itself; in large builds those with holes together, and the good ones together."""
    units = _opened().units
    if len(units) <= SINGLE_UP_TO:
        return [Shard(name=u.host, serials=[u.serial]) for u in units]
    holes = [u.serial for u in units if u.not_measured and not u.bad]
    good = [u.serial for u in units if not (u.not_measured or u.bad)]
    groups = [Shard(name=u.host, serials=[u.serial]) for u in units if u.bad]
    groups += [Shard(name=f"{len(holes)} not fully measured", serials=holes)] if holes else []
    return groups + ([Shard(name=f"{len(good)} others", serials=good)] if good else [])


@task(map_index_template="{{ task.op_kwargs['group']['name'] }}", trigger_rule="all_done")
def verdict(group: Shard) -> None:
    """Say whether these machines are good; red means that the machine is bad."""
    units = summarise_round(workspace_from_connections(), _round_id(), group["serials"]).units
    for unit in units:
        _tell(unit)
    if bad := [unit for unit in units if unit.bad]:
        raise AirflowFailException("; ".join(f"{u.host}: {_reasons(u.failed)} — next: {u.action}" for u in bad))
    if all(unit.not_measured for unit in units):
        raise AirflowSkipException("not everything was measured: the machine is neither good nor bad yet")


def judged(round_id: str, who: str) -> list[str]:
    """Judge a round, say everything that was found in the log, and return what makes it inadmissible."""
    outcome = admit_round(workspace_from_connections(), round_id, who)
    log.info("judgement %d: %s", outcome.number, outcome.completeness.words)
    for problem in outcome.problems:
        log.warning("%s: %s", "problem" if problem.blocking else "note", problem.text)
    return [problem.text for problem in outcome.problems if problem.blocking]


def _opened() -> RoundSummary:
    """The round as it stands; where none was opened, the task that failed to open it has said why."""
    try:
        return summarise_round(workspace_from_connections(), _round_id())
    except NotFoundError as error:
        raise AirflowSkipException("no round was opened") from error


def _round_id() -> str:
    return round_id_of(get_current_context()["dag_run"].run_id)


def _say(host: str, what: str) -> None:
    log.info("%s: %s", host, what)


def _tell(unit: UnitSummary) -> None:
    for kind, reasons in (("BAD", unit.failed), ("not measured", unit.not_measured), ("skipped", unit.skipped)):
        level = logging.WARNING if kind == "BAD" else logging.INFO
        for diagnostic, reason in reasons.items():
            log.log(level, "%s %s %s: %s", unit.host, kind, diagnostic, reason)
    if not (unit.failed or unit.not_measured):
        log.info("%s: good in all %d diagnostics that it has answered", unit.host, unit.planned - len(unit.skipped))


def _reasons(reasons: dict[str, str]) -> str:
    return "; ".join(f"{diagnostic}: {reason}" for diagnostic, reason in reasons.items())


def _lines(what: str, hosts: dict[str, str]) -> str:
    return f"{len(hosts)} {what}: " + "; ".join(f"{host}: {why}" for host, why in sorted(hosts.items())[:20])
