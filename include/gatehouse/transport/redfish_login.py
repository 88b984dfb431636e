"""In and out of a BMC: a Redfish session where it has one for us, else the password with each request."""

import base64
import json
from typing import Any
from urllib.parse import urlsplit

from gatehouse.model.errors import AuthenticationError, UnreachableError
from gatehouse.model.hosts import BmcLogin
from gatehouse.transport.redfish_wire import Wire, where

SESSIONS = "/redfish/v1/SessionService/Sessions"
REFUSED = (401, 403)
_LONGEST_TOKEN = 4096
_LONGEST_PATH = 1024
_ANSWER_BYTES = 2**16


def is_ours(path: Any) -> bool:
    """Whether a link stays on this BMC: a plain path below ``/redfish/``, nothing that leads elsewhere."""
    return (
        isinstance(path, str)
        and path.startswith("/redfish/")
        and len(path) <= _LONGEST_PATH
        and all("!" <= character <= "~" and character not in '\\"<>' for character in path)
        and not {".", ".."} & set(path.partition("?")[0].split("/"))
    )


def shown(link: Any) -> str:
    """A link as an error may show it, whatever it is."""
    return repr(link[:80]) if isinstance(link, str) else f"a {type(link).__name__}"


def path_of(location: str, wire: Wire) -> str | None:
    """The path of a ``Location`` header, or None where it leads to another host."""
    try:
        parts = urlsplit(location)
        elsewhere = parts.netloc and (parts.hostname, parts.port or 443) != (wire.bmc.address.lower(), wire.bmc.port)
    except ValueError:
        return None
    path = f"{parts.path}?{parts.query}" if parts.query else parts.path
    return path if not elsewhere and is_ours(path) else None


def log_in(wire: Wire, login: BmcLogin, sessions: Any, limit_s: float) -> str | None:
    """Log in; the session's own path, or None where there is none to give back.

    Without a session (the BMC has none, or no slot is free) each request carries the password instead. A password that
    was refused is not tried a second time, because BMCs lock accounts.

    Raises:
        AuthenticationError: the BMC refuses user or password.
        UnreachableError: no answer.
    """
    path = sessions if is_ours(sessions) else SESSIONS
    body = json.dumps({"UserName": login.user, "Password": login.password}).encode()
    answer = wire.ask("POST", path, limit_s, _ANSWER_BYTES, body)
    if answer.status in REFUSED:
        raise AuthenticationError(
            f"{where(wire.bmc)} refuses user {login.user!r} (HTTP {answer.status}): check user and password of "
            f"Connection {wire.bmc.connection!r}"
        )
    token = answer.headers.get("x-auth-token", "")
    if answer.status in (200, 201) and 0 < len(token) <= _LONGEST_TOKEN and token.isascii() and token.isprintable():
        wire.headers["X-Auth-Token"] = token
        made = path_of(answer.headers.get("location", ""), wire) or _named_in(answer.body)
        return made if made and "/Sessions/" in made else None
    pair = base64.b64encode(f"{login.user}:{login.password}".encode()).decode()
    wire.headers["Authorization"] = f"Basic {pair}"
    return None


def _named_in(body: bytes) -> str | None:
    """The session's path in the body, where the header does not hold it."""
    try:
        document = json.loads(body)
    except (ValueError, RecursionError):
        return None
    path = document.get("@odata.id") if isinstance(document, dict) else None
    return path if is_ours(path) else None


def log_out(wire: Wire, session: str | None, limit_s: float) -> str:
    """Give the session back; why it could not be, or an empty text."""
    if session is None:
        return ""
    try:
        answer = wire.ask("DELETE", session, limit_s, _ANSWER_BYTES)
    except UnreachableError as error:
        return f"the session was not given back: {error}"
    return "" if answer.status < 300 or answer.status == 404 else f"HTTP {answer.status} to the log-out"
