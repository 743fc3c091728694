"""What a box is given to say whose clock nobody believes: the office's time, with its mark."""

import hashlib
import hmac
from datetime import UTC, datetime, timedelta

LASTS = timedelta(minutes=10)  # a nonce may be said again so long
CLOCKS_APART = timedelta(minutes=5)  # whose clock is nearer to ours needs no nonce
_MARK = 32  # hex digits


def mint(secret: bytes, *, now: datetime) -> str:
    """A nonce that any process of this office knows again: seconds since 1970 and a mark.

    Args:
        secret: of the office.
        now: the office's clock.
    """
    seconds = str(int(now.timestamp()))
    return f"{seconds}.{_mark(secret, seconds)}"


def is_fresh(secret: bytes, nonce: str, *, created: datetime, now: datetime) -> bool:
    """Whether a request was signed lately: by the box's clock, or by what it was given to say.

    Args:
        secret: of the office.
        nonce: what the box said; empty where it said nothing.
        created: when it signed, by its own clock.
        now: the office's clock.
    """
    if not nonce:
        return abs(now - created) <= CLOCKS_APART
    seconds, _, mark = nonce.partition(".")
    if not hmac.compare_digest(mark.encode(), _mark(secret, seconds).encode()):
        return False
    return abs(now - datetime.fromtimestamp(int(seconds), UTC)) <= LASTS


def _mark(secret: bytes, seconds: str) -> str:
    return hmac.new(secret, seconds.encode(), hashlib.sha256).hexdigest()[:_MARK]
