"""Each second described together with those around it, against the hall's own quiet."""

from bisect import bisect_left, insort
from collections import deque

import numpy as np
from numpy.typing import NDArray

from edge.matcher.recipe import RECIPE, Recipe
from edge.matcher.texture import FEATURES, Texture

FLOOR_MOMENTS = 600  # 10 min: what the hall's own quiet is learned from
LEVELS = (FEATURES.index("quietest"), FEATURES.index("loudest"))
AROUND = 2  # moments before and after, with which a description is averaged
_FLOOR_SHARE = 0.03  # of these moments are as quiet as the hall itself
_UNHEARD = 3.0  # nepers by which the hall may be quieter than the first second of it
_GUESSED = 2  # moments that are supposed to have been so quiet, until others tell
_MOST_ABOVE = 6.0  # nepers, 26 dB: louder than that above the quiet says nothing more
_SILENCE_ABOVE = 0.7  # nepers, 3 dB: what is so near to the quiet is the quiet
_SILENCE = -12.0  # nepers of power in a bin, where digital silence is -13.8


class Impressions:
    """Descriptions as `Texture` makes them, smoothed, with levels above the hall's own quiet.

    The quiet is what one moment in thirty of the last ten minutes was, so every box learns its
    own hall. Keeps ten minutes of levels and 7 s of spectrogram.
    """

    def __init__(self, recipe: Recipe = RECIPE) -> None:
        self._texture = Texture(recipe)
        self._levels: deque[float] = deque()
        self._ranked: list[float] = []  # the same by size
        self._described: deque[NDArray[np.float64]] = deque(maxlen=2 * AROUND + 1)
        self._waiting: deque[bool] = deque()  # moments not yet given out: was it quiet?

    def feed(self, levels: NDArray[np.int32]) -> list[tuple[NDArray[np.float64], bool]]:
        """Take log power in 1/65536 neper, shape (frames, bins).

        Returns:
            of each moment now known, its description in the order of `FEATURES`, and whether it
            was no louder than the hall itself.
        """
        return [one for row in self._texture.feed(levels) for one in self._take(row)]

    def close(self) -> list[tuple[NDArray[np.float64], bool]]:
        """Give the last moments, as `feed` does; what is around them ends with them."""
        given = [one for row in self._texture.close() for one in self._take(row)]
        while self._waiting:
            given.append(self._give())
        return given

    def _take(self, row: NDArray[np.float64]) -> list[tuple[NDArray[np.float64], bool]]:
        quietest, loudest = (float(row[number]) for number in LEVELS)
        for _ in range(0 if self._levels else _GUESSED):
            self._remember(quietest - _UNHEARD)
        self._remember(quietest)
        ranked, rank = self._ranked, int(_FLOOR_SHARE * len(self._ranked))
        above = row.copy()
        above[list(LEVELS)] = np.clip(row[list(LEVELS)] - ranked[rank], 0, _MOST_ABOVE)
        least = ranked[max(rank, _GUESSED)]
        self._waiting.append(loudest - least < _SILENCE_ABOVE or loudest < _SILENCE)
        self._described.append(above)
        return [self._give()] if len(self._waiting) > AROUND else []

    def _remember(self, level: float) -> None:
        self._levels.append(level)
        insort(self._ranked, level)
        if len(self._levels) > FLOOR_MOMENTS:
            del self._ranked[bisect_left(self._ranked, self._levels.popleft())]

    def _give(self) -> tuple[NDArray[np.float64], bool]:
        around = list(self._described)[-(len(self._waiting) + AROUND) :]
        return np.mean(around, axis=0), self._waiting.popleft()
