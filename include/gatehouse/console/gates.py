"""One gate: what is observed, what is required, what is missing; and its report to print and to keep."""

from fastapi import APIRouter, Request
from starlette.responses import HTMLResponse, Response

from gatehouse.console.headers import POLICY
from gatehouse.console.page import WorkspaceDep, base_of, page
from gatehouse.model.status import Phase
from gatehouse.operations.view_gate import view_gate

router = APIRouter()


@router.get("/programs/{program}/{phase}")
def gate(request: Request, workspace: WorkspaceDep, program: str, phase: Phase) -> Response:
    """The gate as it stands now."""
    view = view_gate(workspace, program, phase)
    phases = list(workspace.catalog.program(program).phases)
    return page(request, "gate.html", report=view.report, state=view.state, phases=phases, standings=view.standings)


@router.get("/report/{program}/{phase}")
def report(
    request: Request, workspace: WorkspaceDep, program: str, phase: Phase, download: bool = False
) -> Response:  # fmt: skip
    """The phase report, to read or (``?download=1``) to keep as a file, in which links would lead nowhere."""
    made = view_gate(workspace, program, phase).page(None if download else base_of(request))
    answer = HTMLResponse(made.html)
    # Its one style sheet stands inside, so that the file needs nothing else.
    allowed = POLICY.replace("style-src 'self'", f"style-src '{made.style_source}'")
    answer.headers["Content-Security-Policy"] = allowed
    if download:
        answer.headers["Content-Disposition"] = _attachment(program, phase, "html")
    return answer


@router.get("/report/{program}/{phase}/json")
def report_json(workspace: WorkspaceDep, program: str, phase: Phase) -> Response:
    """The phase report as a JSON file."""
    answer = Response(view_gate(workspace, program, phase).json(), media_type="application/json")
    answer.headers["Content-Disposition"] = _attachment(program, phase, "json")
    return answer


def _attachment(program: str, phase: Phase, suffix: str) -> str:
    plain = "".join(c if c.isascii() and (c.isalnum() or c in "-_.") else "_" for c in program)
    return f'attachment; filename="{plain}-{phase.value}-report.{suffix}"'
