"""Asking central, as the bench does: by address, with a whole answer or a reason for none."""

import json
import time

import httpx

from edge.errors import Refused, Unreachable

_TIMEOUT_SECONDS = 20.0  # for a connection, and for the next bytes of an answer
_CALLS = 5  # as often as central says that it is busy
_LONGEST_REST_SECONDS = 60.0
_BUSY = (429, 503)


def ask(central: str, path: str, content: bytes, *, longest: int) -> bytes:
    """Send JSON, and return what central answers.

    Args:
        central: its address, such as `https://central.example`.
        path: where it is sent.
        content: JSON.
        longest: bytes that an answer may have.

    Raises:
        Unreachable: central did not answer, or is in trouble.
        Refused: central says no, and why; or it said more than it should.
    """
    address = f"{central.rstrip('/')}{path}"
    for _ in range(_CALLS):
        answer, body = _asked(address, content, longest)
        if answer.status_code not in _BUSY:
            break
        time.sleep(_rest(answer))
    if answer.is_server_error:
        raise Unreachable(f"{address} answered {answer.status_code}; try again later")
    if not answer.is_success:
        raise Refused(f"{address} answered {answer.status_code}: {_reason(body)}")
    return body


def _asked(address: str, content: bytes, longest: int) -> tuple[httpx.Response, bytes]:
    headers = {"Content-Type": "application/json"}
    try:
        with httpx.stream(
            "POST", address, content=content, headers=headers, timeout=_TIMEOUT_SECONDS
        ) as answer:
            body = bytearray()
            for piece in answer.iter_bytes():
                body += piece
                if len(body) > longest:
                    raise Refused(f"{address} answered with more than {longest} bytes")
    except (httpx.RequestError, httpx.InvalidURL, UnicodeError) as e:  # the last: no such name
        raise Unreachable(f"{address} did not answer ({e}); check the address and try again") from e
    return answer, bytes(body)


def _rest(answer: httpx.Response) -> float:
    asked = answer.headers.get("retry-after", "")
    return min(float(asked), _LONGEST_REST_SECONDS) if asked.isdecimal() else 1.0


def _reason(body: bytes) -> str:
    """What central gives as its reason, or what it said at all; at most 300 characters."""
    try:
        said = json.loads(body)["detail"]
    except (ValueError, KeyError, TypeError):
        said = body.decode("utf-8", "replace")
    return " ".join(str(said).split())[:300]
