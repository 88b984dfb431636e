"""What a tool really printed, as text and as nothing else."""

from fastapi import APIRouter
from starlette.responses import Response

from gatehouse.console.page import WorkspaceDep
from gatehouse.reports.plain_text import visible

router = APIRouter()
SHOWN_BYTES = 2 * 2**20  # more than that no one reads in a browser; the download has all of it
# Whoever wrote these bytes is not trusted: no script, no style, no form, no origin.
POLICY = "sandbox; default-src 'none'; frame-ancestors 'self'"


@router.get("/raw/{sha256}")
def raw_output(workspace: WorkspaceDep, sha256: str, download: bool = False) -> Response:
    """A raw output by its hash: control characters are shown by name; ``?download=1`` gives the bytes as they are."""
    data = workspace.raw.get(sha256)
    headers = {"Content-Security-Policy": POLICY}
    if download:
        headers["Content-Disposition"] = f'attachment; filename="{sha256[:16]}.txt"'
        return Response(data, media_type="application/octet-stream", headers=headers)
    text = visible(data[:SHOWN_BYTES].decode("utf-8", errors="replace"))
    if len(data) > SHOWN_BYTES:
        text += (
            f"\n\n[cut here: {len(data) - SHOWN_BYTES:,} more bytes; add ?download=1 to the address for all of it]\n"
        )
    return Response(text, media_type="text/plain; charset=utf-8", headers=headers)
