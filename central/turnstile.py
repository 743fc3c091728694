"""The turnstile before what anybody may ask: each visitor passes so many times a minute."""

import threading
import time
from collections import OrderedDict

from fastapi import Depends, Request

from central.errors import TooOften

_REMEMBERED = 10_000  # visitors; the one longest away is forgotten first


class Turnstile:
    """Counts each visitor's questions, one bucket that fills evenly; safe between threads.

    Args:
        per_minute: how many questions a minute a visitor may ask, and how many at once.
    """

    def __init__(self, per_minute: int) -> None:
        self._per_minute = per_minute
        self._lock = threading.Lock()
        self._left: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def admits(self, visitor: str, *, now: float) -> bool:
        """Whether this visitor may pass at this moment, in seconds of any steady clock."""
        with self._lock:
            left, since = self._left.pop(visitor, (float(self._per_minute), now))
            left = min(self._per_minute, left + (now - since) * self._per_minute / 60)
            passes = left >= 1
            self._left[visitor] = (left - passes, now)
            while len(self._left) > _REMEMBERED:
                self._left.popitem(last=False)
        return passes


def _in_turn(request: Request) -> None:
    visitor = request.client.host if request.client else ""
    turnstile: Turnstile = request.app.state.turnstile
    if not turnstile.admits(visitor, now=time.monotonic()):
        raise TooOften("you have asked very often in this minute; ask again in a moment")


EachInTurn = Depends(_in_turn)
"""A route with this dependency answers anybody, but nobody too often."""
