"""As much of HTTP/1.1 as a BMC speaks: one request after another on a connection that stays open."""

import asyncio
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlsplit

_LONGEST_BODY = 2**16
_REASONS = {200: "OK", 201: "Created", 204: "No Content", 302: "Found", 401: "Unauthorized", 404: "Not Found"}


@dataclass(frozen=True, slots=True)
class Request:
    """One request; header names in lower case."""

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes

    def json(self) -> Mapping[str, Any]:
        """The body as an object; empty where it is none."""
        try:
            value = json.loads(self.body)
        except ValueError:
            return {}
        return value if isinstance(value, dict) else {}


@dataclass(frozen=True, slots=True)
class Response:
    """One answer. ``body`` is sent with its length."""

    status: int
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)

    def encoded(self) -> bytes:
        """The bytes of it."""
        lines = [f"HTTP/1.1 {self.status} {_REASONS.get(self.status, 'Status')}", "OData-Version: 4.0"]
        lines += [f"Content-Length: {len(self.body)}", "Content-Type: application/json"]
        lines += [f"{name}: {value}" for name, value in self.headers.items()]
        return "\r\n".join([*lines, "", ""]).encode() + self.body


def document(value: Mapping[str, Any], status: int = 200, **headers: str) -> Response:
    """A JSON answer."""
    return Response(status, json.dumps(value).encode(), headers)


def error(status: int, text: str) -> Response:
    """An error in Redfish's own words."""
    info = [{"MessageId": "Base.1.18.GeneralError", "Message": text}]
    return document(
        {"error": {"code": "Base.1.18.GeneralError", "message": text, "@Message.ExtendedInfo": info}}, status
    )


async def read_request(reader: asyncio.StreamReader) -> Request | None:
    """The next request, or None where the client has hung up or speaks no HTTP."""
    try:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
    except (asyncio.IncompleteReadError, asyncio.LimitOverrunError):
        return None
    first, *lines = head.rstrip("\r\n").split("\r\n")
    method, _, rest = first.partition(" ")
    headers = {name.strip().lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
    length = headers.get("content-length", "0")
    if not length.isdecimal() or int(length) > _LONGEST_BODY:
        return None
    target = urlsplit(rest.partition(" ")[0])
    query = {name: values[0] for name, values in parse_qs(target.query).items()}
    return Request(method, target.path, query, headers, await reader.readexactly(int(length)))
