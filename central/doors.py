"""The doors count what comes in: a body too large is refused before anything reads it."""

from collections.abc import Mapping

from fastapi import HTTPException
from starlette.datastructures import MutableHeaders
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from edge.errors import BadPacking
from edge.sync.packing import CODING, unpack


class CountedBodies:
    """ASGI middleware that refuses bodies over a limit, announced or found while reading.

    Args:
        app: what the counted requests go on to.
        largest_bytes: the limit for every path not named in `wider`.
        wider: path → its own limit, in bytes.
    """

    def __init__(self, app: ASGIApp, *, largest_bytes: int, wider: Mapping[str, int]) -> None:
        self._app = app
        self._largest_bytes = largest_bytes
        self._wider = wider

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request through, counting."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        limit = self._wider.get(scope["path"], self._largest_bytes)
        if _announced(scope) > limit:
            await JSONResponse({"detail": _refusal(limit)}, 413)(scope, receive, send)
            return
        await self._app(scope, _counting(receive, limit), send)


class Unpacked:
    """ASGI middleware that opens packed bodies, each no further than its limit.

    It stands behind `CountedBodies`: what arrives is bounded already, what comes out is by this.

    Args:
        app: what the requests go on to, as if their bodies had never been packed.
        largest_bytes: the limit of what may come out.
    """

    def __init__(self, app: ASGIApp, *, largest_bytes: int) -> None:
        self._app = app
        self._largest_bytes = largest_bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request through, unpacked."""
        coding = dict(scope["headers"]).get(b"content-encoding") if "headers" in scope else None
        if coding is None:
            await self._app(scope, receive, send)
        elif coding != CODING.encode():
            said = (
                f"bodies packed by {coding.decode('latin-1')!r} are not opened here; use {CODING}"
            )
            await JSONResponse({"detail": said}, 415, {"Accept-Encoding": CODING})(
                scope, receive, send
            )
        else:
            await self._open(scope, receive, send)

    async def _open(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            body = unpack(await _whole(receive), longest=self._largest_bytes)
        except HTTPException as refused:
            answer = JSONResponse({"detail": refused.detail}, refused.status_code)
            await answer(scope, receive, send)
        except BadPacking as fault:
            await JSONResponse({"detail": str(fault)}, 400)(scope, receive, send)
        else:
            headers = MutableHeaders(scope=scope)
            del headers["content-encoding"]
            headers["content-length"] = str(len(body))
            await self._app(scope, _saying(body, receive), send)


async def _whole(receive: Receive) -> bytes:
    body, more = bytearray(), True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise HTTPException(400, "the body ended before it was whole")
        body += message.get("body", b"")
        more = message.get("more_body", False)
    return bytes(body)


def _saying(body: bytes, receive: Receive) -> Receive:
    told = False

    async def once() -> Message:
        nonlocal told
        if told:
            return await receive()
        told = True
        return {"type": "http.request", "body": body, "more_body": False}

    return once


def _announced(scope: Scope) -> int:
    told = dict(scope["headers"]).get(b"content-length", b"0")
    return int(told) if told.isdigit() else 0


def _counting(receive: Receive, limit: int) -> Receive:
    seen = 0

    async def counted() -> Message:
        nonlocal seen
        message = await receive()
        seen += len(message.get("body", b""))
        if seen > limit:
            # FastAPI lets this one kind of exception through while it reads a body.
            raise HTTPException(413, _refusal(limit))
        return message

    return counted


def _refusal(limit: int) -> str:
    return f"the body is larger than the {limit} bytes this door takes; send less at once"
