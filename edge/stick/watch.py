"""Waiting for sticks: an event from udev is a hint, what is plugged in is looked up each time."""

import select
from collections.abc import Callable, Iterable, Set

import pyudev

from edge.stick.plugged import Stick, plugged

_LOOK_SECONDS = 60.0  # look even without an event: netlink may drop some


def watch(greet: Callable[[Stick], None], *, armed: Callable[[], None], stop: int) -> None:
    """Greet every stick of ours once per plugging-in, until told to stop.

    Args:
        greet: called with each stick, one after another, in this thread.
        armed: called once, when no stick can be missed any more.
        stop: a file descriptor that becomes readable when it is time to go.
    """
    context = pyudev.Context()
    met = _meet(plugged(context), frozenset(), greet)
    monitor = pyudev.Monitor.from_netlink(context)
    monitor.filter_by("block")
    monitor.start()
    # Looked at again: what was plugged in before the monitor listened sent no event to it.
    met = _meet(plugged(context), met, greet)
    armed()
    while True:
        readable, _, _ = select.select([monitor, stop], [], [], _LOOK_SECONDS)
        if stop in readable:
            return
        while monitor.poll(timeout=0) is not None:
            pass
        met = _meet(plugged(context), met, greet)


def unmet(present: Iterable[Stick], met: Set[Stick]) -> list[Stick]:
    """Sticks of ours that were plugged in since the last look, in the order of their nodes."""
    return [stick for stick in present if stick.is_ours and stick not in met]


def _meet(
    present: list[Stick], met: Set[Stick], greet: Callable[[Stick], None]
) -> frozenset[Stick]:
    for stick in unmet(present, met):
        greet(stick)
    return frozenset(present)
