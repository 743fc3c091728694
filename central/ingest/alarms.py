"""What somebody must look at in a box: late, deaf, silent, behind, unsure of the time, doubled."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Literal, get_args

from central.devices.lists import Box

Alarm = Literal[
    "forked",
    "unseen",
    "late",
    "deaf",
    "silent",
    "unkept",
    "backlog",
    "old_catalogue",
    "unsure",
    "refuses",
]
ALARMS: tuple[Alarm, ...] = get_args(Alarm)  # the worst first

LATE = timedelta(minutes=15)  # without a sign of life
DEAF = timedelta(minutes=15)  # between the last second listened to and the last sign of life
BACKLOG = 2_000  # records that wait; a day of a busy hall
SLOW = timedelta(days=1)  # until a new catalogue should be with every box
UNSURE_MS = 1_000  # what a detection may be off before it matters in which event it lies

_HEARS_NOTHING = {"unplugged", "lost", "stopped"}
_HEARS_NO_HALL = {"silent_signal", "muted"}


def alarms_of(
    box: Box,
    *,
    forks: int,
    uncertainty_ms: int | None,
    newest: tuple[int, datetime],
    now: datetime,
    refuses: bool = False,
) -> Iterator[Alarm]:
    """What ails a box, the worst first; nothing of one that was revoked.

    Args:
        box: as it stands in the books.
        forks: records and pieces of its chain that it told in two ways.
        uncertainty_ms: of what it told last; None where it told nothing lately, or does not say.
        newest: the catalogue in force, and since when.
        now: the office's clock.
        refuses: whether its last word on its directions was a no.
    """
    if box.revoked_at is not None:
        return
    if forks:
        yield "forked"
    if box.seen_at is None:
        yield "unseen"
        return
    if now - box.seen_at > LATE:
        yield "late"
    yield from _as_it_said(box, box.seen_at)
    yield from _behind(box, box.seen_at, newest)
    if uncertainty_ms is not None and uncertainty_ms > UNSURE_MS:
        yield "unsure"
    if refuses:
        yield "refuses"


def _behind(box: Box, seen_at: datetime, newest: tuple[int, datetime]) -> Iterator[Alarm]:
    """What it has not got rid of, or not got."""
    if (box.waiting or 0) > BACKLOG:
        yield "backlog"
    version, since = newest
    if (box.catalogue_version or 0) < version and seen_at - since > SLOW:
        yield "old_catalogue"


def _as_it_said(box: Box, seen_at: datetime) -> Iterator[Alarm]:
    """What it said of its inputs, when it was seen last."""
    states = {one.state for one in box.inputs_now}
    is_behind = box.last_heard_at is None or seen_at - box.last_heard_at > DEAF
    if states & _HEARS_NOTHING or (is_behind and "outside_schedule" not in states):
        yield "deaf"
    if states & _HEARS_NO_HALL or any(one.fault for one in box.inputs_now):
        yield "silent"
    if not all(one.is_kept for one in box.inputs_now):
        yield "unkept"
