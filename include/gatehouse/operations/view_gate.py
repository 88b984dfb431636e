"""One gate as it stands now: the decision, what it rests on, and its report."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from gatehouse.model.evidence import GateDecision
from gatehouse.model.status import Phase
from gatehouse.operations.evaluate_gate import GateView, evaluate_gate
from gatehouse.operations.gather_report import gather_report
from gatehouse.operations.view_programs import GateState, state_of
from gatehouse.operations.workspace import Workspace
from gatehouse.reports.review.compose import Reviewed, compose
from gatehouse.reports.review.document import ReviewDocument
from gatehouse.reports.review.page import ReviewPage, review_json, review_page
from gatehouse.store.tables import StandingRow


@dataclass(frozen=True, slots=True)
class GatePage:
    """A gate's view, with its report.

    ``standings`` are the times at which an exit on conditions was found reopened, and standing again.
    """

    gate: GateView
    state: GateState
    report: ReviewDocument
    standings: Sequence[StandingRow] = ()

    @property
    def decision(self) -> GateDecision:
        """The gate's answer."""
        return self.gate.decision

    def page(self, base: str | None = None) -> ReviewPage:
        """The report to print; ``base`` is where the console's pages are, for links."""
        return review_page(self.report, base)

    def html(self) -> str:
        """The report as one HTML page, to be kept as a file."""
        return self.page().html

    def json(self) -> str:
        """The report as JSON."""
        return review_json(self.report)


def view_gate(workspace: Workspace, program: str, phase: Phase, now: datetime | None = None) -> GatePage:
    """The gate of a program's phase, evaluated now (or as of ``now``) and not kept.

    Raises:
        NotFoundError: no such program, or it has no such phase.
    """
    gate = evaluate_gate(workspace, program, phase, now=now)
    gathered = gather_report(workspace, gate)
    spec = workspace.catalog.program(program)
    sku = workspace.catalog.skus.get(spec.sku)
    about = Reviewed(
        decision=gate.decision,
        evidence=gate.evidence,
        criteria=gate.criteria,
        names=gate.names,
        program_title=spec.title,
        sku_title=sku.title if sku else spec.sku,
        facts=gathered.facts,
    )
    return GatePage(gate, state_of(gathered.row, gathered.standing), compose(about), gathered.noted)
