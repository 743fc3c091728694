"""The door to the network: carries requests to central and answers back, bounded in every way."""

import ssl
from functools import cache
from types import TracebackType
from typing import Self

import httpx

from edge.errors import Unreachable
from edge.sync.protocol import Answer, Request

CHUNK_BYTES = 65_536


class Courier:
    """One kept-alive connection to one central."""

    def __init__(self, central_url: str, *, timeout_seconds: float) -> None:
        """Know the way; nothing is sent yet.

        Args:
            central_url: where central lives, without a path of its own.
            timeout_seconds: longest wait for a connection, or for the next byte.
        """
        self._client = httpx.Client(
            base_url=central_url,
            timeout=timeout_seconds,
            follow_redirects=False,
            trust_env=False,  # a box takes its orders from its bundle, not from an environment
            verify=_authorities(),
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Hang up."""
        self._client.close()

    def send(self, request: Request) -> Answer:
        """Ask central, and hear its whole answer.

        Raises:
            Unreachable: no connection, no answer in time, a torn answer, or one too long.
        """
        try:
            with self._client.stream(
                request.method,
                request.path,
                content=request.body,
                headers={"Accept-Encoding": "identity", **request.headers},
            ) as response:
                body = _bounded(response, request.longest_answer)
                return Answer(response.status_code, body, dict(response.headers))
        except (httpx.HTTPError, httpx.InvalidURL, UnicodeError) as e:  # the last: no such name
            place = str(self._client.base_url).rstrip("/") + request.path
            raise Unreachable(f"{place}: {str(e) or type(e).__name__}") from e


@cache
def _authorities() -> ssl.SSLContext:
    """Whose word on a server's name is taken; read once, since that takes longer than a round."""
    return httpx.create_ssl_context(trust_env=False)


def _bounded(response: httpx.Response, longest: int) -> bytes:
    """The answer's body, given up as soon as it grows beyond what was agreed."""
    if response.is_error or response.is_redirect:
        longest = max(longest, CHUNK_BYTES)  # an explanation may be longer than what was asked for
    body = bytearray()
    for chunk in response.iter_raw(CHUNK_BYTES):
        body += chunk
        if len(body) > longest:
            raise Unreachable(f"{response.url} answered with more than {longest} bytes")
    return bytes(body)
