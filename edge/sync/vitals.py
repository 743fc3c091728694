"""How each input of the box is, from its last sign of life, for whoever tells central."""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from pydantic import ValidationError

from edge import signs
from edge.sync.wire import InputNow

MOST: Final = 8  # inputs of a box


def inputs_now(folder: Path | None, *, seconds: float) -> tuple[InputNow, ...]:
    """How the inputs are that leave signs in a folder; none where there is none.

    Args:
        folder: where the hearing process leaves its signs of life.
        seconds: the kernel's monotonic clock, s.
    """
    return () if folder is None else tuple(_understood(folder, seconds))[:MOST]


def _understood(folder: Path, seconds: float) -> Iterator[InputNow]:
    """A sign of another release's words is none."""
    for sign in signs.inputs([folder]):
        is_alive = seconds - sign.at_seconds <= signs.SILENT_AFTER_SECONDS
        try:
            yield InputNow.model_validate(
                {
                    "name": sign.input,
                    "state": sign.state if is_alive else "stopped",
                    "fault": sign.fault if is_alive else None,
                    "is_kept": sign.is_kept,
                    "directions": sign.directions if is_alive else 0,
                }
            )
        except ValidationError:
            continue
