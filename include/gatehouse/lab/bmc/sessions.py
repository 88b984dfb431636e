"""Who may in: the few session slots of each BMC, and the password."""

import base64
import binascii
import hmac
import secrets

from gatehouse.lab.bmc.http import Request, Response, document, error
from gatehouse.lab.bmc.tree import SESSIONS

BMC_USER = "gatehouse"
SLOTS = 4  # as few as real BMCs have: a client that does not log out is soon locked out


class Sessions:
    """The open sessions of every host: nothing is kept of a host that has none."""

    def __init__(self, password: str) -> None:
        self._password = password
        self._open: dict[str, dict[str, str]] = {}  # host -> session id -> token

    def open_on(self, host: str) -> int:
        """How many slots of a host are taken."""
        return len(self._open.get(host, ()))

    def log_in(self, host: str, request: Request) -> Response:
        """A new session, if user and password are right and a slot is free."""
        asked = request.json()
        if not self._right(str(asked.get("UserName")), str(asked.get("Password"))):
            return error(401, "The user name or password is wrong.")
        mine = self._open.setdefault(host, {})
        if len(mine) >= SLOTS:
            return error(503, "The session limit is reached.")
        name, token = secrets.token_hex(4), secrets.token_hex(16)
        mine[name] = token
        headers = {"X-Auth-Token": token, "Location": f"{SESSIONS}/{name}"}
        return document({"@odata.id": f"{SESSIONS}/{name}", "Id": name, "UserName": BMC_USER}, 201, **headers)

    def log_out(self, host: str, path: str) -> Response:
        """Free a slot."""
        mine = self._open.get(host, {})
        if mine.pop(path.removeprefix(f"{SESSIONS}/"), None) is None:
            return error(404, "There is no such session.")
        if not mine:
            self._open.pop(host, None)
        return Response(204)

    def allows(self, host: str, request: Request) -> bool:
        """Whether a request carries a token of an open session, or the password."""
        token = request.headers.get("x-auth-token", "")
        if any(hmac.compare_digest(token, one) for one in self._open.get(host, {}).values()):
            return True
        kind, _, pair = request.headers.get("authorization", "").partition(" ")
        try:
            user, _, password = base64.b64decode(pair, validate=True).decode().partition(":")
        except (binascii.Error, UnicodeDecodeError):
            return False
        return kind == "Basic" and self._right(user, password)

    def _right(self, user: str, password: str) -> bool:
        return user == BMC_USER and hmac.compare_digest(password.encode(), self._password.encode())
