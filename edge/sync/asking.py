"""Asking central in the box's name: every request is signed, with a clock or without one."""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime

from edge.sync.identity import Identity
from edge.sync.protocol import Answer, Request
from edge.sync.signing import sign

_CHALLENGE = re.compile(r'^Signature nonce="(([0-9]{1,12})\.[0-9a-f]{32})"$')


class Asking:
    """Signs what a box asks; where central does not believe its clock, by what central says."""

    def __init__(
        self, send: Callable[[Request], Answer], identity: Identity, now: Callable[[], datetime]
    ) -> None:
        """Ask through `send`, as a box, at times of its clock.

        Args:
            send: the way to central.
            identity: who asks.
            now: the box's clock, right or wrong.
        """
        self._send, self._identity, self._now = send, identity, now
        self._nonce = ""  # what central said last, when it did not believe our clock
        self._said_at = datetime.min.replace(tzinfo=UTC)

    def send(self, request: Request) -> Answer:
        """Ask; if central wants its own time in it, once more with that.

        Raises:
            Unreachable: see the way to central.
        """
        answer = self._send(self._signed(request))
        found = _CHALLENGE.match(answer.headers.get("www-authenticate", ""))
        if answer.status != 401 or found is None:
            return answer
        self._nonce = found.group(1)
        self._said_at = datetime.fromtimestamp(int(found.group(2)), UTC)
        return self._send(self._signed(request))

    def _signed(self, request: Request) -> Request:
        signature = sign(
            request.method,
            request.path,
            request.body,
            device=self._identity.device,
            key=self._identity.key,
            created=self._said_at if self._nonce else self._now(),
            nonce=self._nonce,
        )
        return replace(request, headers={**request.headers, **signature})
