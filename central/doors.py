"""The doors count what comes in: a body too large is refused before anything reads it."""

from collections.abc import Mapping

from fastapi import HTTPException
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send


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
