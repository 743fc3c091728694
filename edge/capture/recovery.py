"""Asking whoever may to switch a USB socket off and on, or to start the box anew."""

import os
from pathlib import Path

from edge.capture.causes import Measure

REQUEST = "recovery"  # the file's name in the hearing unit's own runtime folder


class Door:
    """A folder in which requests are left; the hearing process has no rights of its own."""

    def __init__(self, folder: Path | None) -> None:
        """Lead to a folder, or to nobody."""
        self._folder = folder

    @classmethod
    def of_unit(cls) -> "Door":
        """The door systemd made for this unit; to nobody where there is no systemd."""
        folder = os.environ.get("RUNTIME_DIRECTORY", "")
        return cls(Path(folder) if folder else None)

    def ask(self, step: Measure, device: str) -> str:
        """Leave a request; returns what became of it, in one word."""
        if self._folder is None:
            return "nobody_to_ask"
        request = self._folder / REQUEST
        unfinished = request.with_suffix(".new")
        try:
            unfinished.write_text(f"{step} {device}\n", encoding="utf-8")
            unfinished.rename(request)
        except (OSError, UnicodeError):
            return "cannot_ask"
        return "asked"
