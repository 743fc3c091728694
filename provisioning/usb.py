"""The sticks plugged into the bench, and which of them boxes would look at."""

from pathlib import Path

import pyudev

from edge.errors import BadStick
from edge.stick.blank import LABEL
from edge.stick.plugged import Stick, plugged


def sticks() -> list[Stick]:
    """Every removable USB stick with a FAT file system, by node."""
    return plugged(pyudev.Context())


def only_stick(found: list[Stick]) -> Path:
    """The one stick labelled for boxes.

    Raises:
        BadStick: there is none, or more than one.
    """
    ours = [stick.node for stick in found if stick.is_ours]
    if len(ours) == 1:
        return ours[0]
    if not ours:
        raise BadStick(f"no stick labelled {LABEL} is plugged in; name one with --stick")
    raise BadStick(f"several sticks: {', '.join(map(str, ours))}; choose one with --stick")


def line_of(stick: Stick) -> str:
    """One stick as the list shows it."""
    remark = "ready" if stick.is_ours else f"boxes do not look at it: the label must be {LABEL}"
    return f"{stick.node}  {stick.label or '(no label)'}  {stick.maker} {stick.serial}  {remark}"
