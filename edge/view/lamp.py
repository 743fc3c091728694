"""A lamp on the box: one light of the kernel's that says from across the hall how the box is."""

from itertools import count
from pathlib import Path
from typing import Final

from edge.errors import Misconfigured
from edge.view.health import Light

LIGHTS_FOLDER: Final = Path("/sys/class/leds")
BEAT_SECONDS: Final = 0.25
# On and off, beat by beat. None of them is steady: a lamp that does not move is a box that is dead.
RHYTHMS: Final = {
    Light.GREEN: "1111111111111110",
    Light.AMBER: "11110000",
    Light.RED: "10",
    Light.GREY: "1000000000000000",
}


class Lamp:
    """A light of the kernel's: lit is well, slow blinking look, fast blinking come, dark rest."""

    def __init__(self, name: str, *, folder: Path = LIGHTS_FOLDER) -> None:
        """Take the light over from whatever the kernel showed with it.

        Raises:
            Misconfigured: there is none of that name, or it cannot be set.
        """
        self._light = folder / name
        if not (self._light / "brightness").exists():
            there = ", ".join(sorted(one.name for one in folder.glob("*"))) or "none"
            raise Misconfigured(
                f"lamp_name = {name!r}: no such light in {folder}; there is: {there}"
            )
        self._beats = count()
        self._brightness = ""
        self._full = (self._light / "max_brightness").read_text(encoding="ascii").strip()
        self._set("trigger", "none")

    def beat(self, light: Light) -> None:
        """Show the next beat of a light's rhythm; to be called every `BEAT_SECONDS`.

        Raises:
            Misconfigured: the light cannot be set.
        """
        rhythm = RHYTHMS[light]
        lit = rhythm[next(self._beats) % len(rhythm)] == "1"
        brightness = self._full if lit else "0"
        if brightness != self._brightness:
            self._set("brightness", brightness)
            self._brightness = brightness

    def _set(self, name: str, value: str) -> None:
        try:
            (self._light / name).write_text(value, encoding="ascii")
        except OSError as e:
            raise Misconfigured(
                f"the lamp {self._light} cannot be set: {e}; its group must be qulaq-status"
            ) from e
