"""Writes the report of a phase as it stands now: a page to print, and the same as JSON."""

from gatehouse.model.status import Phase
from gatehouse.operations.view_gate import view_gate
from gatehouse.operations.workspace import Workspace


def write_report(workspace: Workspace, program: str, phase: Phase) -> str:
    """Write both forms under ``reports/``; returns where the page lies.

    Raises:
        NotFoundError: no such program, or it has no such phase.
    """
    page = view_gate(workspace, program, phase)
    folder = workspace.files / "reports" / program
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{phase}.html"
    path.write_text(page.html(), encoding="utf-8")
    (folder / f"{phase}.json").write_text(page.json(), encoding="utf-8")
    return str(path)
