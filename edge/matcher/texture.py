"""What a second of sound is like: the numbers in which music, speech, applause and quiet differ."""

import numpy as np
from numba import njit
from numpy.typing import NDArray

from edge.matcher.recipe import RECIPE, Recipe

MOMENT_FRAMES = 43  # 0.998 s: what one description tells of
FEATURES = (
    "swing",  # how much sixteen bands move within 2 s, nepers: voices pause, notes stay
    "held",  # how alike the spectrum is to itself 0.46 s before, 0 to 1
    "held_long",  # the same, 1 s before
    "lines",  # the five clearest partials that stand still for 2.3 s, sum of shares of that time
    "more_lines",  # the ten after them
    "syllables",  # movement of the bands between 2.5 and 7 Hz, log power
    "rhythm",  # how well the onsets of 6 s fit onto themselves, shifted by a beat
    "relief",  # how far the spectrum stands out from its own envelope, nepers
    "quietest",  # level that nine tenths of the second exceed, nepers of power
    "loudest",  # level that one tenth of it exceeds, nepers of power
)
_BANDS = 16
_REACH = 20  # bins, 108 Hz on each side: the envelope a partial stands out from
_STANDS_OUT = 1.5  # nepers above the envelope from which a bin belongs to a partial
_LAGS = (20, 43)  # frames
_LINE_FRAMES = 50  # on each side of a moment's middle
_SWING_FRAMES = 43  # on each side
_RHYTHM_FRAMES = 129  # on each side
_BEATS = (10, 80)  # frames from one beat to the next: 0.23 to 1.86 s
_SYLLABLES = (5, 14)  # multiples of 0.5 Hz
_AROUND = 3  # moments before and after, of which a description needs to know
_STEPS = 65536.0  # of a level, per neper


class Texture:
    """Describes each second of a stream by the spectrum that is made of it anyway.

    Descriptions are of fixed stretches of 43 frames, so they do not depend on how the stream was
    cut. Looks 3 s ahead; keeps 7 s of spectrogram (1 MB).
    """

    def __init__(self, recipe: Recipe = RECIPE) -> None:
        bins = recipe.high_bin - recipe.low_bin
        self._edges = _band_edges(recipe)
        self._relief = np.zeros((0, bins), np.float32)
        self._bands = np.zeros((0, _BANDS), np.float64)
        self._kept_from = 0
        self._done = 0  # moments described

    def feed(self, levels: NDArray[np.int32]) -> NDArray[np.float64]:
        """Take log power in 1/65536 neper, shape (frames, bins); describe what is now known.

        Returns:
            shape (moments, features), in the order of `FEATURES`.
        """
        relief, bands = _stand_out(levels, self._edges)
        self._relief = np.concatenate((self._relief, relief))
        self._bands = np.concatenate((self._bands, bands))
        frames = self._kept_from + len(self._bands)
        return self._describe(until=frames // MOMENT_FRAMES - _AROUND)

    def close(self) -> NDArray[np.float64]:
        """Describe the last whole moments, as `feed` does; what is around them ends with them."""
        return self._describe(until=(self._kept_from + len(self._bands)) // MOMENT_FRAMES)

    def _describe(self, *, until: int) -> NDArray[np.float64]:
        first = self._done
        self._done = max(first, until)
        described = [self._moment(number) for number in range(first, until)]
        drop = max(0, (self._done - _AROUND) * MOMENT_FRAMES - self._kept_from)
        self._relief = self._relief[drop:].copy()
        self._bands = self._bands[drop:].copy()
        self._kept_from += drop
        return np.array(described, np.float64).reshape(-1, len(FEATURES))

    def _moment(self, number: int) -> NDArray[np.float64]:
        begin = number * MOMENT_FRAMES - self._kept_from
        end, middle = begin + MOMENT_FRAMES, begin + MOMENT_FRAMES // 2
        level = self._bands[begin:end].mean(axis=1)
        near = self._bands[max(0, middle - _SWING_FRAMES) : middle + _SWING_FRAMES]
        wide = self._bands[max(0, middle - _RHYTHM_FRAMES) : middle + _RHYTHM_FRAMES]
        lines = _lines(self._relief[max(0, middle - _LINE_FRAMES) : middle + _LINE_FRAMES])
        return np.array(
            [
                near.std(axis=0).mean(),
                *(_held(self._relief, begin, end, lag) for lag in _LAGS),
                lines[:5].sum(),
                lines[5:15].sum(),
                _syllables(near),
                _rhythm(wide),
                self._relief[begin:end].std(),
                np.percentile(level, 10),
                np.percentile(level, 90),
            ]
        )


def _band_edges(recipe: Recipe) -> NDArray[np.int64]:
    """Bins at which the bands begin and end, equally far apart as the ear hears."""
    return np.geomspace(recipe.low_bin, recipe.high_bin, _BANDS + 1).round().astype(np.int64) - (
        recipe.low_bin
    )


def _lines(relief: NDArray[np.float32]) -> NDArray[np.float64]:
    """How long each bin stood out longer than those three beside it, as shares, longest first."""
    shares = _standing(relief, np.float32(_STANDS_OUT)) / len(relief)
    beside = np.maximum(np.roll(shares, 3), np.roll(shares, -3))
    highest = (shares >= np.roll(shares, 1)) & (shares > np.roll(shares, -1))
    return np.sort(np.where(highest, np.maximum(shares - beside, 0), 0))[::-1]


def _syllables(bands: NDArray[np.float64]) -> float:
    frames = len(bands)
    moving = (bands - bands.mean(axis=0)) * np.hanning(frames)[:, None]
    power = np.abs(np.fft.rfft(moving, n=2 * _SWING_FRAMES, axis=0)) ** 2
    low, high = _SYLLABLES
    return float(np.log(power[low:high].sum(axis=0).mean() + 1e-3))


def _rhythm(bands: NDArray[np.float64]) -> float:
    onsets = np.maximum(np.diff(bands.mean(axis=1)), 0)
    return float(_fits_itself(onsets - onsets.mean(), *_BEATS)) if len(onsets) > _BEATS[1] else 0.0


@njit(cache=True, nogil=True)
def _stand_out(
    levels: NDArray[np.int32], edges: NDArray[np.int64]
) -> tuple[NDArray[np.float32], NDArray[np.float64]]:
    frames, bins = levels.shape
    relief = np.empty((frames, bins), np.float32)
    bands = np.empty((frames, len(edges) - 1), np.float64)
    total = np.zeros(bins + 1, np.int64)
    for t in range(frames):
        for b in range(bins):
            total[b + 1] = total[b] + levels[t, b]
        for b in range(bins):
            low = max(0, b - _REACH)
            high = min(bins, b + _REACH + 1)
            around = (total[high] - total[low]) / (high - low)
            relief[t, b] = np.float32((levels[t, b] - around) / _STEPS)
        for k in range(len(edges) - 1):
            width = edges[k + 1] - edges[k]
            bands[t, k] = (total[edges[k + 1]] - total[edges[k]]) / (width * _STEPS)
    return relief, bands


@njit(cache=True, nogil=True)
def _standing(relief: NDArray[np.float32], least: np.float32) -> NDArray[np.int64]:
    """Frames in which each bin stood out."""
    counts = np.zeros(relief.shape[1], np.int64)
    for t in range(relief.shape[0]):
        for b in range(relief.shape[1]):
            counts[b] += relief[t, b] > least
    return counts


@njit(cache=True, nogil=True)
def _held(relief: NDArray[np.float32], begin: int, end: int, lag: int) -> float:
    """Mean cosine between what stands out now and what stood out `lag` frames before."""
    alike = 0.0
    for t in range(begin, end):
        both = 0.0
        now = 1e-9
        then = 1e-9
        if t >= lag:
            for b in range(relief.shape[1]):
                x = max(relief[t, b], np.float32(0))
                y = max(relief[t - lag, b], np.float32(0))
                both += x * y
                now += x * x
                then += y * y
        alike += both / np.sqrt(now * then)
    return alike / (end - begin)


@njit(cache=True, nogil=True)
def _fits_itself(onsets: NDArray[np.float64], low: int, high: int) -> float:
    whole = 1e-3
    for x in onsets:
        whole += x * x
    best = 0.0
    for lag in range(low, high):
        both = 0.0
        for t in range(lag, len(onsets)):
            both += onsets[t] * onsets[t - lag]
        best = max(best, both)
    return best / whole
