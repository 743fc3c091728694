"""When a whole country comes back at once, so many are heard and the others are told when to come.

Nobody is refused twice for the same rush: whoever finds the counter full is given the next free
moment, and these moments lie as far apart as the office can take letters.
"""

import math
import time

from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Receive, Scope, Send

BACKLOG = (b"qulaq-backlog", b"?1")  # how a box says that its letter tells of long ago
LONGEST_SECONDS = 3600  # a box that waits longer would be missed


class Moments:
    """Free moments, given out one after another."""

    def __init__(self, *, per_second: float) -> None:
        """Give out so many a second.

        Args:
            per_second: letters the office can take in, /s.
        """
        self._apart = 1 / per_second
        self._next = 0.0

    def next(self, now: float) -> int:
        """Whole seconds from now until the next free moment, at least one.

        Args:
            now: seconds of any steady clock.
        """
        self._next = min(max(self._next, now) + self._apart, now + LONGEST_SECONDS)
        return max(1, math.ceil(self._next - now))


class Counters:
    """So many letters are taken in at the same time, never one more; the others get a moment.

    What was heard long ago can wait: a quarter of the counters is for those who tell of tonight.
    """

    def __init__(self, *, at_once: int, per_second: float) -> None:
        """Open so many.

        Args:
            at_once: letters that are read at the same time.
            per_second: letters the office can take in, /s.
        """
        self._free = at_once
        self._kept_free = at_once // 4
        self._moments = Moments(per_second=per_second)

    def enter(self, now: float, *, can_wait: bool = False) -> int | None:
        """None: a counter is free and taken now. Else seconds until the moment to come again.

        Args:
            now: seconds of any steady clock.
            can_wait: whether the letter tells of long ago.
        """
        if self._free < 1 + can_wait * self._kept_free:
            return self._moments.next(now)
        self._free -= 1
        return None

    def leave(self) -> None:
        """A counter is free again."""
        self._free += 1


class Rush:
    """ASGI middleware that hears so many boxes at once, and tells the others when to come.

    It answers before it reads: a body nobody has time for is not taken off the wire.

    Args:
        app: what the requests go on to.
        paths: the counters where boxes hand in letters; all others are left alone.
        at_once: letters that are read at the same time.
        per_second: letters the office can take in, /s.
    """

    def __init__(
        self, app: ASGIApp, *, paths: frozenset[str], at_once: int, per_second: int
    ) -> None:
        self._app = app
        self._paths = paths
        self._counters = Counters(at_once=at_once, per_second=per_second)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Hear a request, or say when to come again."""
        if scope["type"] != "http" or scope["path"] not in self._paths:
            await self._app(scope, receive, send)
            return
        can_wait = BACKLOG in scope["headers"]
        seconds = self._counters.enter(time.monotonic(), can_wait=can_wait)
        if seconds is not None:
            await _later(seconds)(scope, receive, send)
            return
        try:
            await self._app(scope, receive, send)
        finally:
            self._counters.leave()


def _later(seconds: int) -> JSONResponse:
    said = f"all counters are taken; come again in {seconds} s"
    headers = {"Retry-After": str(seconds), "Connection": "close"}
    return JSONResponse({"detail": said}, 503, headers)
