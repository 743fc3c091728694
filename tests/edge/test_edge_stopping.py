import signal
import sys
import time

import pytest

from edge.stopping import asked_to_stop


@pytest.mark.timeout(60)
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_at_whatever_moment_of_waiting_the_signal_comes_the_wait_is_over(number):
    """At every line of it once: a lock held there would be waited for for ever."""
    moment = lines = 1
    while lines >= moment:
        lines = 0

        def trace(_frame, _event, _argument, at=moment):
            nonlocal lines
            lines += 1
            if lines == at:
                signal.raise_signal(number)
            return trace

        with asked_to_stop() as asked:
            sys.settrace(trace)
            try:
                asked.wait(0.001)
            finally:
                sys.settrace(None)
            assert (lines >= moment) == asked.is_set()
        moment += 1

    assert moment > 3


def test_nobody_asked_the_time_is_waited_out_and_afterwards_signals_do_what_they_did():
    before = signal.getsignal(signal.SIGTERM)
    with asked_to_stop() as asked:
        began = time.monotonic()

        assert not asked.wait(0.05)
        assert time.monotonic() - began >= 0.05
        assert not asked.is_set()
    assert before == signal.getsignal(signal.SIGTERM)
