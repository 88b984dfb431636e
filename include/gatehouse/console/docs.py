"""Data Docs of a round, as Great Expectations wrote them."""

from collections.abc import Mapping

from fastapi import APIRouter
from starlette.responses import Response

from gatehouse.console.page import WorkspaceDep
from gatehouse.model.errors import NotFoundError
from gatehouse.operations.workspace import Workspace
from gatehouse.store.raw import RawFolder

router = APIRouter()
FOLDER = "datadocs"
_MAX_BYTES = 64 * 2**20
_TYPES: Mapping[str, str] = {
    ".html": "text/html",
    ".css": "text/css",
    ".js": "text/javascript",
    ".json": "application/json",
    ".png": "image/png",
    ".svg": "image/svg+xml",
    ".ico": "image/x-icon",
    ".woff": "font/woff",
    ".woff2": "font/woff2",
}
# Written by a library around values that machines sent: styles of its own may act, scripts may not.
POLICY = (
    "default-src 'none'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self' data:; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'self'"
)


@router.get("/rounds/{round_id}/docs/{path:path}")
def data_docs(workspace: WorkspaceDep, round_id: str, path: str) -> Response:
    """One file of a round's Data Docs."""
    file = docs_file(workspace.files, round_id, path or "index.html")
    suffix = "." + file.name.rpartition(".")[2].lower()
    if suffix not in _TYPES or not file.is_file() or file.stat().st_size > _MAX_BYTES:
        raise NotFoundError(f"round {round_id} has no Data Docs file {path!r}")
    return Response(file.read_bytes(), media_type=_TYPES[suffix], headers={"Content-Security-Policy": POLICY})


def has_docs(workspace: Workspace, round_id: str) -> bool:
    """Whether a round's Data Docs were written."""
    return bool(docs_file(workspace.files, round_id, "index.html").is_file())


def docs_file(files: RawFolder, round_id: str, path: str) -> RawFolder:
    """Where a file of a round's Data Docs lies; never outside the round's folder.

    Raises:
        NotFoundError: the path leads out of the folder, or is none.
    """
    root = files / FOLDER / _plain(round_id)
    found = root
    for part in path.split("/"):
        found = found / _plain(part)
    resolved, inside = found.resolve(), root.resolve()  # a link on disk may lead elsewhere
    if not str(resolved).startswith(f"{inside}/"):
        raise NotFoundError("no such file in these Data Docs")
    return found


def _plain(part: str) -> str:
    """One name of a path, if it is nothing but that."""
    if part in ("", ".", "..") or any(c in "\\/:" or not c.isprintable() for c in part):
        raise NotFoundError("no such file in these Data Docs")
    return part
