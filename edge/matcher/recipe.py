"""Every number that changes a fingerprint; changing one makes another recipe with another id."""

import hashlib
from dataclasses import astuple, dataclass
from typing import NewType

Frame = NewType("Frame", int)  # a position in spectrogram frames, `Recipe.hop` samples apart


@dataclass(frozen=True, slots=True)
class Recipe:
    """How sound becomes landmarks; the defaults are version 1, shared by every box and index."""

    version: int = 1
    rate_hz: int = 11025
    window: int = 2048  # samples, Hann: 186 ms resolve the partials that survive a hall
    hop: int = 256  # samples, 23.2 ms
    low_bin: int = 32  # 172 Hz: below is hum and rumble
    high_bin: int = 870  # 4683 Hz, exclusive: above is what small loudspeakers and codecs lose

    @property
    def id(self) -> str:
        """Names the recipe on the wire and in every file made by it."""
        return f"q{self.version}-{hashlib.sha256(repr(astuple(self)).encode()).hexdigest()[:12]}"

    def seconds(self, frame: Frame) -> float:
        """When a frame begins, in seconds from the start of the stream."""
        return frame * self.hop / self.rate_hz

    def frame(self, seconds: float) -> Frame:
        """The frame nearest to an instant in seconds from the start of the stream."""
        return Frame(round(seconds * self.rate_hz / self.hop))


RECIPE = Recipe()
