"""Does this machine know what time it is? The kernel says."""

import ctypes
from datetime import UTC, datetime

TIME_ERROR = 5  # adjtimex(2): "the system clock is not synchronized"
TIMEX_BYTES = 512  # larger than struct timex on every Linux; all zero means "only read"


def now() -> datetime:
    """The machine's idea of now, in UTC."""
    return datetime.now(UTC)


def is_synced() -> bool:
    """Whether the clock is kept right by network time.

    Source:
        adjtimex(2), which every time daemon (timesyncd, chrony, ntpd) reports to.
    """
    libc = ctypes.CDLL(None, use_errno=True)
    state: int = libc.adjtimex(ctypes.create_string_buffer(TIMEX_BYTES))
    return 0 <= state < TIME_ERROR
