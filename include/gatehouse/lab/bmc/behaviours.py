"""How BMCs fail to serve what they are asked, each as they were met: an answer's bytes, slowly, for ever, or never."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from typing import Any

from gatehouse.lab.bmc.documents import ROOT
from gatehouse.lab.bmc.http import Response, error

TRICKLE_S = 0.05
_FOR_EVER_S = 86_400.0
_CHUNK = 2**16
_ELSEWHERE = "https://elsewhere.invalid"
Bytes = AsyncIterator[bytes]


async def _hang(_: Response) -> Bytes:
    await asyncio.sleep(_FOR_EVER_S)
    yield b""


async def _errors(_: Response) -> Bytes:
    yield error(500, "The request failed due to an internal service error.").encoded()


async def _garbage(_: Response) -> Bytes:
    yield Response(200, b"\x00\xff{" * 200).encoded()


async def _trickle(answer: Response) -> Bytes:
    for byte in answer.encoded():
        yield bytes((byte,))
        await asyncio.sleep(TRICKLE_S)


async def _flood(_: Response) -> Bytes:
    yield b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\n{\r\n"
    while True:
        yield b"%x\r\n%s\r\n" % (_CHUNK, b" " * _CHUNK)


async def _headers(_: Response) -> Bytes:
    yield b"HTTP/1.1 200 OK\r\n"
    while True:
        yield b"X-Filler: " + b"x" * 1000 + b"\r\n"


async def _no_http(_: Response) -> Bytes:
    yield b"SMASH-CLP Console v1.09\r\n/admin1-> \r\n\r\n"


async def _drop(answer: Response) -> Bytes:
    whole = answer.encoded()
    yield whole[: len(whole) - max(1, len(answer.body) // 2)]


async def _redirect(_: Response) -> Bytes:
    yield Response(302, b"", {"Location": f"{_ELSEWHERE}{ROOT}/Systems"}).encoded()


STREAMS: Mapping[str, Callable[[Response], Bytes]] = {
    "hang": _hang,
    "errors": _errors,
    "garbage": _garbage,
    "trickle": _trickle,
    "flood": _flood,
    "headers": _headers,
    "no_http": _no_http,
    "drop": _drop,
    "redirect": _redirect,
}


def changed(behaviour: str, document: dict[str, Any]) -> dict[str, Any]:
    """A resource as a BMC of that behaviour tells it."""
    if behaviour == "foreign_links" and "Members" in document:
        return document | {"Members": [{"@odata.id": f"{_ELSEWHERE}/redfish/v1/Systems/1"}]}
    if behaviour == "endless_pages" and "Members" in document:
        path = str(document["@odata.id"])
        return document | {"Members@odata.nextLink": f"{path}?$skip=1"}
    return document
