"""Waivers as people look at them: where each stands, what it covers, and all that happened to it."""

from collections.abc import Collection, Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any

from gatehouse.decisions.waiver_rules import lacking, state_of
from gatehouse.model.status import Phase
from gatehouse.model.waivers import Waiver, WaiverRecord, WaiverRole, WaiverState, WaiverStep
from gatehouse.operations.evaluate_gate import evaluate_gate
from gatehouse.operations.workspace import Workspace
from gatehouse.reports.gate_table import markdown_text
from gatehouse.reports.review.approvals import waiver_scope
from gatehouse.store import waivers
from gatehouse.store.engine import transaction

WAIVER_DAG = "npi_waiver"


@dataclass(frozen=True, slots=True)
class WaiverView:
    """A waiver as it stands at a moment. ``lacks`` is whose sign-off it needs; ``scope`` what it covers, in words."""

    program: str
    phase: Phase
    waiver: Waiver
    history: tuple[WaiverStep, ...]
    state: WaiverState
    lacks: str
    scope: str

    @property
    def standing(self) -> str:
        """Its state, with what it waits for."""
        return f"{self.state}: {self.lacks}" if self.lacks else self.state.value

    @property
    def next_step(self) -> str:
        """What somebody can do about it; empty where it is over."""
        number = self.waiver.id
        if self.state is WaiverState.WAITING:
            return f"It needs {self.lacks}: gatehouse waiver approve {number} --who NAME --role ROLE"
        return f"Before its end: gatehouse waiver withdraw {number}" if self.state is WaiverState.IN_FORCE else ""

    def signed_as(self, roles: Collection[WaiverRole]) -> bool:
        """Whether somebody has signed in one of these roles."""
        return any(approval.role in roles for approval in self.waiver.approved_by)

    def lines(self) -> Iterator[tuple[str, str]]:
        """What it says, as rows of a table."""
        waiver = self.waiver
        yield "gate", f"{self.program} {self.phase}"
        yield "criterion", waiver.criterion
        yield "covers", self.scope
        yield "owner", waiver.owner
        yield "reason", waiver.reason
        yield "containment", waiver.containment
        yield "re-test", waiver.retest
        yield "until", f"{waiver.expires_at.astimezone(UTC):%Y-%m-%d %H:%M} UTC"

    def as_json(self) -> dict[str, Any]:
        """The same for machines."""
        said = {key: value for key, value in asdict(self.waiver).items() if key != "ended"}
        where = {"id": said.pop("id"), "program": self.program, "phase": self.phase, "state": self.state}
        return {**where, "lacks": self.lacks, **said, "history": [asdict(step) for step in self.history]}


def view_waiver(workspace: Workspace, number: int, now: datetime | None = None) -> WaiverView:
    """One waiver.

    Raises:
        NotFoundError: there is none of that number.
    """
    with transaction(workspace.engine) as session:
        return _view(workspace, waivers.get(session, number), now or datetime.now(UTC))


def view_waivers(workspace: Workspace, program: str = "", now: datetime | None = None) -> list[WaiverView]:
    """Every waiver, or those of a program, oldest first.

    Raises:
        NotFoundError: there is no such program.
    """
    if program:
        workspace.catalog.program(program)
    with transaction(workspace.engine) as session:
        found = waivers.records(session, program)
    return [_view(workspace, record, now or datetime.now(UTC)) for record in found]


def source_of_run(run_id: str) -> str:
    """What a run of ``npi_waiver`` files its request as."""
    return f"{WAIVER_DAG}/{run_id}"


def waiver_of_run(workspace: Workspace, run_id: str) -> WaiverView | None:
    """The waiver that a run of ``npi_waiver`` has asked for; None before it has."""
    with transaction(workspace.engine) as session:
        number = waivers.filed_by(session, source_of_run(run_id))
    return None if number is None else view_waiver(workspace, number)


def waiver_question(workspace: Workspace, view: WaiverView) -> str:
    """What a person is shown before they sign, as Markdown: the waiver, who signed, and its criterion as it stands."""
    decision = evaluate_gate(workspace, view.program, view.phase).decision
    now = next((o for o in decision.outcomes if o.criterion == view.waiver.criterion), None)
    lines = [f"- **{name}**: {markdown_text(said)}" for name, said in view.lines()]
    lines += [f"- **signed**: {markdown_text(f'{a.who} as {a.role}')}" for a in view.waiver.approved_by]
    if now:
        stands = f"{now.title} is {now.status}: {now.observed}; required: {now.required}; missing: {now.missing or '-'}"
        lines.append(f"- **the criterion now**: {markdown_text(stands)}")
    signed = "Whoever has signed cannot sign again." if view.waiver.approved_by else "Another person signs after you."
    return "\n".join([f"**Waiver {view.waiver.id}**", "", *lines, "", signed])


def _view(workspace: Workspace, record: WaiverRecord, now: datetime) -> WaiverView:
    names = {host.serial: host.name for host in workspace.catalog.build(record.program, record.phase)}
    state = state_of(record.waiver, now)
    return WaiverView(
        record.program, record.phase, record.waiver, record.history, state,
        lacks=lacking(record.waiver) if state is WaiverState.WAITING else "",
        scope=waiver_scope(record.waiver, names),
    )  # fmt: skip
