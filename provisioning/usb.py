"""The sticks plugged into the bench, and which of them boxes would look at."""

import re
from pathlib import Path
from typing import Final

import pyudev

from edge.errors import BadStick
from edge.stick.blank import LABEL
from edge.stick.plugged import Stick, plugged

_MOUNTS: Final = Path("/proc/self/mounts")


def sticks() -> list[Stick]:
    """Every removable USB stick with a FAT file system, by node."""
    return plugged(pyudev.Context())


def stick_at_hand() -> Path:
    """Where to read and write the one stick labelled for boxes: its folder if it is mounted.

    Raises:
        BadStick: there is none, or more than one.
    """
    node = only_stick(sticks())
    return mounted_at(node, _MOUNTS.read_text(encoding="utf-8", errors="replace")) or node


def only_stick(found: list[Stick]) -> Path:
    """The node of the one stick labelled for boxes.

    Raises:
        BadStick: there is none, or more than one.
    """
    ours = [stick.node for stick in found if stick.is_ours]
    if len(ours) == 1:
        return ours[0]
    if not ours:
        raise BadStick(f"no stick labelled {LABEL} is plugged in; name one with --stick")
    raise BadStick(f"several sticks: {', '.join(map(str, ours))}; choose one with --stick")


def mounted_at(node: Path, mounts: str) -> Path | None:
    """The folder where a desktop has mounted a stick; None when it has not.

    Args:
        node: the stick's device.
        mounts: what the kernel says is mounted, as in /proc/self/mounts.
    """
    for line in mounts.splitlines():
        device, folder, *_ = line.split(" ")
        if device == str(node):
            # proc(5): blank, tab, newline and backslash are written as three octal digits.
            return Path(re.sub(r"\\([0-7]{3})", lambda code: chr(int(code[1], 8)), folder))
    return None


def line_of(stick: Stick) -> str:
    """One stick as the list shows it."""
    remark = "ready" if stick.is_ours else f"boxes do not look at it: the label must be {LABEL}"
    return f"{stick.node}  {stick.label or '(no label)'}  {stick.maker} {stick.serial}  {remark}"
