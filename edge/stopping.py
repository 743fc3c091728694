"""Being asked to leave by SIGTERM or SIGINT, whatever one is doing just then."""

import os
import select
import signal
from collections.abc import Iterator
from contextlib import contextmanager


class Asked:
    """Whether this process was asked to stop; a descriptor becomes readable once it was.

    No `threading.Event`: a handler that sets one runs in the thread that may be waiting for it and
    hold its lock, and would wait for itself for ever.
    """

    def __init__(self, ear: int) -> None:
        """Hear of it through the descriptor that becomes readable."""
        self._ear = ear

    def fileno(self) -> int:
        """The descriptor, to be waited for beside others."""
        return self._ear

    def is_set(self) -> bool:
        """Whether it was asked."""
        return self.wait(0)

    def wait(self, seconds: float) -> bool:
        """Wait so long for it at most; whether it was asked."""
        return bool(select.select([self._ear], [], [], seconds)[0])


@contextmanager
def asked_to_stop() -> Iterator[Asked]:
    """Until the block ends SIGTERM and SIGINT only ask; what is under way is finished first.

    Handlers and not a signal mask: a mask holds for one thread, and a library that is only
    imported may have started another, which would then die of the signal for all of us.
    """
    ear, mouth = os.pipe()
    os.set_blocking(mouth, False)
    before = signal.set_wakeup_fd(mouth)
    kept = {s: signal.signal(s, lambda *_: None) for s in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield Asked(ear)
    finally:
        for number, action in kept.items():
            signal.signal(number, action)
        signal.set_wakeup_fd(before)
        os.close(ear)
        os.close(mouth)
