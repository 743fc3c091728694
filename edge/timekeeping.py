"""What does this machine's clock say, and is it worth anything? The kernel knows."""

import ctypes
import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

TIME_ERROR = 5  # adjtimex(2): "the system clock is not synchronized"
FIRST_BOX = datetime(2026, 1, 1, tzinfo=UTC)  # none was made before
KERNEL_RUN = Path("/proc/sys/kernel/random/boot_id")
CLOCKS = Path("/sys/class/rtc")
IMAGE_EPOCH = Path("/usr/lib/clock-epoch")  # systemd's own mark: touched when an image is built


class _Timex(ctypes.Structure):
    """The beginning of struct timex, and room for the rest of it on every Linux."""

    _fields_ = (
        ("modes", ctypes.c_uint),  # 0: only read
        ("offset", ctypes.c_long),
        ("freq", ctypes.c_long),
        ("maxerror", ctypes.c_long),  # us
        ("rest", ctypes.c_char * 512),
    )


@dataclass(frozen=True, slots=True)
class Reading:
    """Both clocks of the machine, read at one instant.

    Attributes:
        monotonic_ns: since the kernel started; nobody sets it.
        utc_ns: since 1970, as the machine believes.
        synced: whether network time keeps it right.
        uncertainty_ns: what the kernel says it may be wrong by, if synced; and the reading itself.
        battery_s: what the clock says that goes on without power, s since 1970; None: there is
            none that the machine's clock was set by when it started.
    """

    monotonic_ns: int
    utc_ns: int
    synced: bool
    uncertainty_ns: int
    battery_s: int | None = None

    @property
    def utc(self) -> datetime:
        """As the machine believes, to the microsecond."""
        return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=self.utc_ns // 1000)


def read() -> Reading:
    """Look at both clocks.

    Source:
        adjtimex(2), which every time daemon (timesyncd, chrony, ntpd) reports to.
    """
    timex = _Timex()
    libc = ctypes.CDLL(None, use_errno=True)
    before = time.monotonic_ns()
    utc_ns = time.time_ns()
    after = time.monotonic_ns()
    state: int = libc.adjtimex(ctypes.byref(timex))
    return Reading(
        monotonic_ns=(before + after) // 2,
        utc_ns=utc_ns,
        synced=0 <= state < TIME_ERROR,
        uncertainty_ns=timex.maxerror * 1000 + (after - before + 1) // 2,
        battery_s=_battery_s(),
    )


def _battery_s() -> int | None:
    """What a clock with a battery says.

    Source:
        Linux, Documentation/ABI/testing/sysfs-class-rtc.
    """
    for clock in sorted(CLOCKS.glob("rtc*")):
        try:
            if (clock / "hctosys").read_text(encoding="ascii").strip() == "1":
                return int((clock / "since_epoch").read_text(encoding="ascii"))
        except (OSError, ValueError):
            continue
    return None


def kernel_run() -> UUID:
    """Names this run of the kernel; monotonic time is of one run only."""
    return UUID(KERNEL_RUN.read_text(encoding="ascii").strip())


def image_built() -> datetime:
    """When this machine's system was made, at the earliest: a clock that says less is wrong."""
    try:
        built = datetime.fromtimestamp(IMAGE_EPOCH.stat().st_mtime, UTC)
    except OSError:
        return FIRST_BOX
    return max(built, FIRST_BOX)


def now() -> datetime:
    """The machine's idea of now, in UTC."""
    return datetime.now(UTC)


def is_synced() -> bool:
    """Whether the clock is kept right by network time."""
    return read().synced
