"""What goes wrong, as pages: what happened, and what to do."""

from collections.abc import Mapping
from urllib.parse import quote

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import RedirectResponse, Response

from gatehouse.console.page import base_of, page
from gatehouse.model.errors import CatalogError, GatehouseError, NotFoundError, StoreError, UsageError

_KINDS: Mapping[type[GatehouseError], tuple[int, str, str]] = {
    NotFoundError: (404, "Not found", "Look under Programs for what there is."),
    UsageError: (400, "This address makes no sense", "Go back to the page that you came from."),
    CatalogError: (500, "The catalogue has a mistake", "Correct the file; the page reads it again by itself."),
    StoreError: (503, "The store does not answer", "See whether its database runs, then load the page again."),
}
_OTHER = (500, "This could not be shown", "The message says why.")


def show_errors(app: FastAPI) -> None:
    """Have the application show our errors, and those of the web framework, as pages."""
    app.add_exception_handler(GatehouseError, _ours)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(RequestValidationError, _validation)


def _ours(request: Request, error: Exception) -> Response:
    status, title, what_now = next((k for kind, k in _KINDS.items() if isinstance(error, kind)), _OTHER)
    return page(request, "error.html", status, title=title, lines=str(error).splitlines(), what_now=what_now)


def _http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)  # noqa: S101 -- registered for nothing else
    if error.status_code == 401 and (login := _login(request)):
        return RedirectResponse(login, status_code=303)
    what_now = "Log in to Airflow, then load the page again." if error.status_code in (401, 403) else ""
    title = "Not found" if error.status_code == 404 else str(error.detail)
    answer = page(request, "error.html", error.status_code, title=title, lines=[str(error.detail)], what_now=what_now)
    answer.headers.update(error.headers or {})
    return answer


def _validation(request: Request, error: Exception) -> Response:
    return _ours(request, UsageError("a value in the address is not of the kind that the page takes"))


def _login(request: Request) -> str | None:
    """Where a browser logs in, coming back here; None for anything that is not a browser opening a page."""
    path = request.app.state.login_path
    if not path or request.method != "GET" or "text/html" not in request.headers.get("accept", ""):
        return None
    base = base_of(request)
    outer = base[: base.rfind("/")] if "/" in base else ""
    here = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    return f"{outer}{path}?next={quote(here, safe='')}"
