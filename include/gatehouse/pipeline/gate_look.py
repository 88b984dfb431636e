"""One look at a gate, written into the task's log criterion by criterion."""

from typing import Any, Protocol

from gatehouse.model.status import Phase
from gatehouse.operations.evaluate_gate import GateView, evaluate_gate
from gatehouse.operations.watch_gate import gate_news
from gatehouse.pipeline.workspace import workspace_from_connections
from gatehouse.reports.gate_table import footnotes, gate_rows, headline


class Log(Protocol):
    """A task's logger."""

    def info(self, event: str, *args: Any) -> Any:
        """Write a line; ``args`` fill its placeholders."""


def look(log: Log, program: str, phase: Phase) -> tuple[GateView, list[int]]:
    """Evaluate and keep the decision; returns it with the news that it has seen.

    The news is read before the evidence: what arrives in between wakes the gate again.
    """
    workspace = workspace_from_connections()
    seen = gate_news(workspace.engine.url.render_as_string(hide_password=False), program, phase)
    view = evaluate_gate(workspace, program, phase, keep=True)
    log.info("%s (%s)", headline(view.decision), view.decision.status.value)
    for row in gate_rows(view.decision, view.names):
        log.info("  %s: %s; observed: %s; required: %s; missing: %s; needs: %s", *row[:4], row[4] or "-", row[5] or "-")
    for line in footnotes(view.decision):
        log.info("  %s", line)
    return view, list(seen or ())
