"""Is it music, speech, applause or silence, and does the music stand before the voices?"""

from collections import deque
from dataclasses import dataclass
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from edge.matcher.impressions import Impressions
from edge.matcher.leanings import MUSIC, VOICE
from edge.matcher.recipe import RECIPE, Frame, Recipe
from edge.matcher.texture import MOMENT_FRAMES

AHEAD = 20  # moments a verdict waits for what follows
_MUSIC_CHANGES = 8.0  # log odds against music beginning or ending here
_VOICE_CHANGES = 12.0  # log odds against voices beginning or ending here


class Sound(IntEnum):
    """What one second of a hall is."""

    SILENCE = 0
    NOISE = 1  # applause, steps, a projector: neither music nor speech
    SPEECH = 2
    MUSIC = 3  # in the foreground
    BACKGROUND = 4  # music beneath voices


@dataclass(frozen=True, slots=True)
class Moments:
    """What stretches of 43 frames were, one after the other.

    Attributes:
        start: frame at which the first of them begins.
        sounds: int8, shape (moments,), values of `Sound`.
    """

    start: Frame
    sounds: NDArray[np.int8]

    @property
    def until(self) -> Frame:
        """The frame after the last of them."""
        return Frame(self.start + MOMENT_FRAMES * len(self.sounds))


class Activity:
    """Tells what each second of a stream is, some 26 s after it.

    Verdicts are of fixed stretches of 43 frames and do not depend on how the stream was cut.
    Memory does not grow: 7 s of spectrogram, ten minutes of levels and 20 s of verdicts.
    """

    def __init__(self, recipe: Recipe = RECIPE) -> None:
        self._impressions = Impressions(recipe)
        self._quiet: deque[bool] = deque()  # of the moments that wait for a verdict
        self._music = _Dwell(_MUSIC_CHANGES)
        self._voice = _Dwell(_VOICE_CHANGES)
        self._told = 0

    def feed(self, levels: NDArray[np.int32]) -> Moments:
        """Take log power in 1/65536 neper, shape (frames, bins); tell what is now sure."""
        return self._tell(self._weigh(self._impressions.feed(levels)))

    def close(self) -> Moments:
        """End the stream; tell what its last moments were."""
        verdicts = self._weigh(self._impressions.close())
        verdicts += zip(self._music.close(), self._voice.close(), strict=True)
        return self._tell(verdicts)

    def _weigh(self, given: list[tuple[NDArray[np.float64], bool]]) -> list[tuple[bool, bool]]:
        verdicts: list[tuple[bool, bool]] = []
        for description, quiet in given:
            self._quiet.append(quiet)
            music = self._music.feed(MUSIC.log_odds(description))
            voice = self._voice.feed(VOICE.log_odds(description))
            verdicts += zip(music, voice, strict=True)
        return verdicts

    def _tell(self, verdicts: list[tuple[bool, bool]]) -> Moments:
        start = Frame(self._told * MOMENT_FRAMES)
        self._told += len(verdicts)
        sounds = [_sound(music, voice, quiet=self._quiet.popleft()) for music, voice in verdicts]
        return Moments(start, np.array(sounds, np.int8))


def _sound(music: bool, voice: bool, *, quiet: bool) -> Sound:
    if music:
        return Sound.BACKGROUND if voice else Sound.MUSIC
    if quiet:
        return Sound.SILENCE
    return Sound.SPEECH if voice else Sound.NOISE


class _Dwell:
    """Two states that seldom change: the likeliest course of them, told `AHEAD` moments late."""

    def __init__(self, change: float) -> None:
        self._change = change
        self._lead = 0.0  # how much likelier the best course that ends in yes is, log odds
        self._came: deque[tuple[bool, bool]] = deque()  # from which state no and yes were reached

    def feed(self, log_odds: float) -> list[bool]:
        """Take the log odds of the next moment; tell the one that is `AHEAD` before it."""
        self._came.append((self._lead > self._change, self._lead > -self._change))
        self._lead = min(max(self._lead, -self._change), self._change) + log_odds
        if len(self._came) <= AHEAD:
            return []
        oldest = self._course()[0]
        self._came.popleft()
        return [oldest]

    def close(self) -> list[bool]:
        """Tell the moments that were waiting."""
        course = self._course()
        self._came.clear()
        return course

    def _course(self) -> list[bool]:
        state, course = self._lead > 0, []
        for came in reversed(self._came):
            course.append(state)
            state = came[state]
        return course[::-1]
