"""Explains a failure: which host and part, what was seen and required, whose trouble it is, and what to do now."""

import hashlib
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field, replace

from gatehouse.model.errors import NotFoundError
from gatehouse.model.status import Action, CriterionStatus, Measured, Verdict
from gatehouse.operations.alert import Alert, Failure, Links, Trouble
from gatehouse.operations.workspace import Workspace
from gatehouse.reports.action_words import in_words
from gatehouse.reports.plain_text import joined, on_one_line
from gatehouse.store import host_views, rounds, views
from gatehouse.store.engine import transaction
from gatehouse.store.tables import FindingRow, ResultRow, RoundRow, RoundUnitRow

MOST_UNITS = 200  # looked at for one alert
MOST_LINES = 12  # told one by one; more are counted
MOST_LINKS = 5
_READ_LOG = "read the task's log, then clear the task: what was filed is not measured again"
_DATA = "data/"  # how keys of data problems begin
_WORST_FIRST = (Trouble.MACHINE, Trouble.REACH, Trouble.CHECK, Trouble.PIPELINE)


@dataclass(frozen=True, slots=True)
class _Told:
    """One thing that is wrong with one unit."""

    trouble: Trouble
    host: str
    serial: str
    what: str
    text: str
    next_step: str
    rung: int = 0

    @property
    def key(self) -> str:
        """What people know once they were told it."""
        return f"{self.serial}/{self.what}"


@dataclass
class _Story:
    """What the store knows of a failure."""

    where: str = ""
    told: list[_Told] = field(default_factory=list)
    more_units: int = 0
    problems: tuple[str, ...] = ()
    lacking: tuple[str, ...] = ()


def explain_failure(
    workspace: Workspace, failure: Failure, links: Links, leave_out: Collection[str] = ()
) -> Alert | None:
    """The alert of a failed task or run; None for a run of which nothing is left to tell.

    ``leave_out`` are keys of what people were told already (``Alert.told``); ``failed_tasks`` are those they were not.
    """
    story = _round_story(workspace, failure, leave_out) if failure.round_id else _Story()
    if failure.program and not story.where:
        story = _gate_story(workspace, failure)
    if not failure.task_id and not (story.told or story.problems or failure.failed_tasks):
        return None
    return _alert(failure, story, links)


def explain_without_store(failure: Failure, links: Links, why: str) -> Alert:
    """The alert when the store itself cannot be asked: what Airflow says, and why there is no more."""
    plain = _alert(failure, _Story(problems=(f"no explanation: {on_one_line(why)}",)), links)
    return replace(plain, trouble=Trouble.PIPELINE, next_step=_READ_LOG)


def _round_story(workspace: Workspace, failure: Failure, leave_out: Collection[str]) -> _Story:
    serials = list(failure.serials) or None
    about_units = bool(serials) or not failure.task_id
    with transaction(workspace.engine) as session:
        try:
            row = rounds.get_round(session, failure.round_id)
        except NotFoundError:
            return _Story()  # it failed before its round was opened
        units, total = views.troubled_units(session, row.id, serials, MOST_UNITS) if about_units else ([], 0)
        results = views.results_of(session, row.id, [unit.unit.serial for unit in units]).values()
        findings = host_views.findings(session, [r.id for r in results if r.verdict == Verdict.FAIL])
    story = _Story(where=f"{row.program} {row.phase}, round {row.number}", more_units=max(0, total - MOST_UNITS))
    if not serials:
        story.problems = _problems(row, leave_out)
    violations: dict[int, list[FindingRow]] = {}
    for finding in findings:
        if finding.kind == views.VIOLATION:
            violations.setdefault(finding.result_id, []).append(finding)
    for unit in units:
        own = [result for result in results if result.serial == unit.unit.serial]
        story.told += [told for told in _of_unit(unit.unit, own, violations) if told.key not in leave_out]
    return story


def _problems(row: RoundRow, leave_out: Collection[str]) -> tuple[str, ...]:
    if row.admissible is not False:
        return ()
    stored = [p for p in row.problems or () if isinstance(p, dict) and p.get("blocking", True)]
    texts = (str(p.get("text", "")) for p in stored)
    return tuple(text for text in texts if _DATA + text not in leave_out)


def _of_unit(
    unit: RoundUnitRow, results: Sequence[ResultRow], findings: dict[int, list[FindingRow]]
) -> Iterator[_Told]:
    if unit.unreachable:
        yield _Told(Trouble.REACH, unit.host, unit.serial, "could not be reached", unit.unreachable, _reach(unit))
        return
    if unit.measured_at is None:
        text = "it was not visited: the task ended before"
        yield _Told(Trouble.PIPELINE, unit.host, unit.serial, "was not visited", text, _READ_LOG)
        return
    for result in results:
        if result.verdict == Verdict.FAIL:
            yield from _bad(unit, result, findings.get(result.id, []))
        elif result.measured == Measured.ERROR:
            text = f"{result.diagnostic} could not be measured: {result.reason}"
            next_step = (
                "look at what the tool printed on the host's page; mend the tool or its reader, then measure again"
            )
            yield _Told(Trouble.CHECK, unit.host, unit.serial, f"{result.diagnostic} not measured", text, next_step)


def _bad(unit: RoundUnitRow, result: ResultRow, violations: Sequence[FindingRow]) -> Iterator[_Told]:
    for row in violations:
        required = f", required {row.required}" if row.required else ""
        what = row.signature if row.part == "host" else f"{row.part} {row.signature}"
        text = f"{what}: seen {row.text}{required} ({result.diagnostic})"
        action = row.action or Action.NONE
        yield _Told(Trouble.MACHINE, unit.host, unit.serial, what, text, in_words(action), _rung(action))
    if not violations:
        text = f"{result.diagnostic}: {result.reason}"
        yield _Told(
            Trouble.MACHINE,
            unit.host,
            unit.serial,
            result.diagnostic,
            text,
            in_words(result.action),
            _rung(result.action),
        )


def _rung(action: str) -> int:
    return Action(action).rung if action in Action.__members__ else 0


def _reach(unit: RoundUnitRow) -> str:
    if "key" in (unit.unreachable or "").lower():
        return "do not retry: compare the key that the host shows with the inventory, another machine may be answering"
    return f"see whether {unit.host} is up and its network works, then run a round of this host again"


def _gate_story(workspace: Workspace, failure: Failure) -> _Story:
    with transaction(workspace.engine) as session:
        decision = views.last_decisions(session).get((failure.program, failure.phase))
    lacking = [o for o in decision.outcomes if isinstance(o, dict)] if decision else []
    good = (CriterionStatus.MET, CriterionStatus.WAIVED)
    return _Story(
        where=f"{failure.program} {failure.phase}".strip(),
        lacking=tuple(f"{o['title']}: {o['missing'] or o['observed']}" for o in lacking if o["status"] not in good),
    )


def _alert(failure: Failure, story: _Story, links: Links) -> Alert:
    told = sorted(story.told, key=lambda t: (_WORST_FIRST.index(t.trouble), -t.rung, t.host))
    trouble = told[0].trouble if told else Trouble.DATA if story.problems and story.where else Trouble.PIPELINE
    tasks = (failure.task,) if failure.task_id else failure.failed_tasks
    keys = (*(t.key for t in told), *(_DATA + problem for problem in story.problems if story.where))
    serials = tuple(dict.fromkeys(t.serial for t in told))
    return Alert(
        about=_about(failure, keys),
        subject=on_one_line(f"Gatehouse: {_headline(failure, story, told, trouble)}", 160),
        trouble=trouble,
        lines=tuple(on_one_line(line, 600) for line in _lines(failure, story, told)),
        next_step=on_one_line(_next(told, trouble), 300),
        links=tuple(_links(failure, links, serials)),
        serials=serials,
        told=keys,
        tasks=tasks,
    )


def _about(failure: Failure, told: Collection[str]) -> str:
    """A task by its try; a run by what is told of it, so that the same is never told twice and news always is."""
    if failure.task_id:
        return f"{failure.run}{failure.task}#{failure.try_number}"
    content = "\n".join([*sorted(told), "", *sorted(failure.failed_tasks)])
    return f"{failure.run}run#{hashlib.sha256(content.encode()).hexdigest()[:12]}"


def _headline(failure: Failure, story: _Story, told: Sequence[_Told], trouble: Trouble) -> str:
    where = f"{story.where}: " if story.where else ""
    hosts = list(dict.fromkeys(t.host for t in told if t.trouble is trouble))
    if trouble is Trouble.MACHINE and len(hosts) == 1:
        return f"{where}{hosts[0]} is bad: {told[0].what}"
    if trouble is Trouble.MACHINE:
        return f"{where}{len(hosts)} hosts are bad: {joined(hosts, 4)}"
    if told:
        what = "could not be reached" if trouble is Trouble.REACH else "could not be measured"
        return f"{where}{joined(hosts, 4)} {what if trouble is not Trouble.PIPELINE else 'not visited'}"
    if trouble is Trouble.DATA:
        return f"{where}the data may not count"
    what = failure.task or joined(failure.failed_tasks, 4) or "the run"
    return f"{where}{what} of {failure.dag_id} failed"


def _lines(failure: Failure, story: _Story, told: Sequence[_Told]) -> Iterator[str]:
    yield from (f"{t.host} ({t.serial}): {t.text}" for t in told[:MOST_LINES])
    rest = len(told) - MOST_LINES
    if rest > 0 or story.more_units:
        hosts = joined(dict.fromkeys(t.host for t in told[MOST_LINES:]), 8)
        yield f"and {max(rest, 0)} more on {hosts}" if not story.more_units else f"and {story.more_units} more hosts"
    yield from story.problems[:MOST_LINES]
    yield from (f"still missing at the gate: {text}" for text in story.lacking[:MOST_LINES])
    if failure.error and not (failure.deliberate and (told or story.problems)):
        yield f"Airflow said: {failure.error}"
    if failure.failed_tasks:
        yield f"failed without a word, so their processes were killed: {joined(failure.failed_tasks, 10)}"
    yield f"run {failure.run_id} of {failure.dag_id}" + (f", task {failure.task}" if failure.task_id else "")


def _next(told: Sequence[_Told], trouble: Trouble) -> str:
    if told:
        return told[0].next_step if trouble is not Trouble.MACHINE else f"{told[0].next_step} ({told[0].host})"
    if trouble is Trouble.DATA:
        return "open the round's Data Docs, remove the cause, and run a new round: this one is no evidence"
    return _READ_LOG


def _links(failure: Failure, links: Links, serials: Sequence[str]) -> Iterator[tuple[str, str]]:
    if failure.round_id:
        yield "Round", links.round(failure.round_id)
    for serial in serials[:MOST_LINKS]:
        yield f"Host {serial}", links.host(serial)
    if failure.program and failure.phase:
        yield "Gate", links.gate(failure.program, failure.phase)
    yield ("Log", failure.log_url) if failure.log_url else ("Run", links.run(failure.dag_id, failure.run_id))
