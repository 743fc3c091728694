"""How loud it is: figures of every second of sound, in one pass over it."""

from dataclasses import dataclass

import numpy as np
from numba import njit
from numpy.typing import NDArray

TENTHS = 10  # of a second: the step of the loudness gate
LOW_RATE_HZ = 1_000  # about the rate of the copy in which mains hum is looked for
RAIL = 1 - 1.5 / 32_768  # of full scale: the last step of a 16-bit converter but one
_RUN = 3  # samples at the rail one after another are clipped; fewer may be a true peak
_SILENCE_DB = -200.0

# Columns of what the kernel keeps of a tenth of a second.
_SUM, _SQUARES, _WEIGHTED, _STEPS, _LOWEST, _HIGHEST, _CLIPPED, _COLUMNS = range(8)


@dataclass(frozen=True, slots=True, eq=False)
class Second:
    """One second of sound in figures; the last of a stretch may be shorter.

    Attributes:
        samples: how many it was made of.
        mean: of full scale; what a sound card adds to everything.
        square: mean of the squares, the mean left out.
        lowest: smallest sample, -1 to 1.
        highest: largest sample, -1 to 1.
        clipped: samples at the rail of the converter, three or more in a row.
        whiteness: 0 for a rumble, 1 for white noise: half the mean square of the steps from one
            sample to the next, over the mean square.
        weighted: K-weighted mean square of each tenth.
        low: the same second at about 1 kHz, float64, for hum.
        peaks: largest sample of each channel, 0 to 1; none of a mono source.
    """

    samples: int
    mean: float
    square: float
    lowest: float
    highest: float
    clipped: int
    whiteness: float
    weighted: tuple[float, ...]
    low: NDArray[np.float64]
    peaks: tuple[float, ...] = ()

    @property
    def peak(self) -> float:
        """Of the largest sample, 0 to 1."""
        return max(self.highest, -self.lowest)

    @property
    def rms_db(self) -> float:
        """Decibels below full scale, a constant offset left out."""
        return decibels(self.square)


def decibels(square: float) -> float:
    """A mean square, or the square of a peak, as decibels of full scale; silence is -200."""
    return 10 * float(np.log10(square)) if square > 1e-20 else _SILENCE_DB


class Meter:
    """Measures a stream of sound, second by second, the same however it was cut."""

    def __init__(self, rate_hz: int) -> None:
        """Measure sound of `rate_hz`, at least 8000 Hz."""
        self.rate_hz = rate_hz
        self._tenth = rate_hz // TENTHS
        self._every = max(1, rate_hz // LOW_RATE_HZ)
        self._filter = _k_weighting(rate_hz)
        self.low_rate_hz = rate_hz / self._every
        self._forget()

    def _forget(self) -> None:
        self._memory = np.zeros(8)  # two filters, last sample, run at the rail, low copy's two sums
        self._place = 0  # samples in the present second
        self._peaks: tuple[float, ...] = ()
        self._tenths = _empty_tenths()
        self._low = np.zeros(self.rate_hz // self._every + 1)

    def feed(self, samples: NDArray[np.float32], peaks: tuple[float, ...] = ()) -> list[Second]:
        """Take float32 samples in [-1, 1]; give the seconds that they completed.

        Args:
            samples: mono.
            peaks: of each channel they were mixed from, 0 to 1.
        """
        done: list[Second] = []
        while samples.size:
            part = samples[: self.rate_hz - self._place]
            self._peaks = tuple(map(max, peaks, self._peaks or peaks))
            self._measure(part)
            samples = samples[part.size :]
            if self._place == self.rate_hz:
                done.append(self._second())
        return done

    def close(self) -> list[Second]:
        """Give the second that was begun, if any; what follows is another stretch of sound."""
        begun = [self._second()] if self._place else []
        self._forget()
        return begun

    def _measure(self, part: NDArray[np.float32]) -> None:
        _measure(
            part,
            self._place,
            self._tenth,
            self._every,
            self._filter,
            self._memory,
            self._tenths,
            self._low,
        )
        self._place += part.size

    def _second(self) -> Second:
        rows, samples = self._tenths, self._place
        mean = float(rows[:, _SUM].sum()) / samples
        square = max(0.0, float(rows[:, _SQUARES].sum()) / samples - mean * mean)
        steps = float(rows[:, _STEPS].sum()) / samples
        whole = samples // self._tenth
        second = Second(
            samples=samples,
            mean=mean,
            square=square,
            lowest=float(rows[:, _LOWEST].min()),
            highest=float(rows[:, _HIGHEST].max()),
            clipped=int(rows[:, _CLIPPED].sum()),
            whiteness=steps / 2 / square if square > 1e-20 else 0.0,
            weighted=tuple((rows[: min(whole, TENTHS), _WEIGHTED] / self._tenth).tolist()),
            low=self._low[: samples // self._every].copy(),
            peaks=self._peaks,
        )
        self._place = 0
        self._peaks = ()
        self._tenths = _empty_tenths()
        return second


def loudness(tenths: list[float]) -> float | None:
    """Integrated loudness, LUFS; None when nothing passed the gate of -70 LUFS.

    Args:
        tenths: K-weighted mean squares of consecutive tenths of a second.

    Source:
        ITU-R BS.1770-5, annex 1; EBU Tech 3341: blocks of 400 ms that overlap by three quarters,
        an absolute gate, then one 10 LU below what passed it.
    """
    blocks = momentary(tenths)
    passed = blocks[blocks > _energy(-70.0)]
    if not passed.size:
        return None
    passed = passed[passed > passed.mean() / 10]
    return -0.691 + decibels(float(passed.mean()))


def momentary(tenths: list[float]) -> NDArray[np.float64]:
    """K-weighted mean squares of the blocks of 400 ms, by tenths of a second in which they end."""
    sums = np.concatenate(([0.0], np.cumsum(tenths)))
    blocks: NDArray[np.float64] = np.maximum(sums[4:] - sums[:-4], 0.0) / 4
    return blocks


def _energy(lufs: float) -> float:
    return float(10 ** ((lufs + 0.691) / 10))


def _empty_tenths() -> NDArray[np.float64]:
    rows = np.zeros((TENTHS + 1, _COLUMNS))  # a rate that ten does not divide leaves some over
    rows[:, _LOWEST], rows[:, _HIGHEST] = np.inf, -np.inf
    return rows


def _k_weighting(rate_hz: int) -> NDArray[np.float64]:
    """The shelf and the high pass of BS.1770 as two biquads b0 b1 b2 a1 a2, for any rate.

    Source:
        The analogue prototypes behind the table of BS.1770 at 48 kHz, found by B. De Man,
        "Evaluation of implementations of the EBU R128 loudness measurement", AES 2018.
    """
    shelf_hz, gain_db, shelf_q = 1681.974450955533, 3.999843853973347, 0.7071752369554196
    k = np.tan(np.pi * shelf_hz / rate_hz)
    high = 10 ** (gain_db / 20)
    band = high**0.4996667741545416
    a0 = 1 + k / shelf_q + k * k
    shelf = [
        (high + band * k / shelf_q + k * k) / a0,
        2 * (k * k - high) / a0,
        (high - band * k / shelf_q + k * k) / a0,
        2 * (k * k - 1) / a0,
        (1 - k / shelf_q + k * k) / a0,
    ]
    pass_hz, pass_q = 38.13547087602444, 0.5003270373238773
    k = np.tan(np.pi * pass_hz / rate_hz)
    a0 = 1 + k / pass_q + k * k
    return np.array([shelf, [1, -2, 1, 2 * (k * k - 1) / a0, (1 - k / pass_q + k * k) / a0]])


@njit(cache=True, nogil=True)
def _measure(
    samples: NDArray[np.float32],
    place: int,
    tenth: int,
    every: int,
    biquads: NDArray[np.float64],
    memory: NDArray[np.float64],
    tenths: NDArray[np.float64],
    low: NDArray[np.float64],
) -> None:
    s0, s1, h0, h1, before, run, now, later = memory
    b0, b1, b2, a1, a2 = biquads[0]
    c1, c2 = biquads[1, 3], biquads[1, 4]
    for n in range(len(samples)):
        x = np.float64(samples[n])
        row = tenths[(place + n) // tenth]
        row[_SUM] += x
        row[_SQUARES] += x * x
        row[_STEPS] += (x - before) * (x - before)
        before = x
        row[_LOWEST] = min(row[_LOWEST], x)
        row[_HIGHEST] = max(row[_HIGHEST], x)
        if abs(x) >= RAIL:
            run += 1.0
            if run == _RUN:
                row[_CLIPPED] += _RUN
            elif run > _RUN:
                row[_CLIPPED] += 1.0
        else:
            run = 0.0
        y = b0 * x + s0  # transposed direct form II: the shelf, then the high pass
        s0 = b1 * x - a1 * y + s1
        s1 = b2 * x - a2 * y
        z = y + h0
        h0 = -2 * y - c1 * z + h1
        h1 = y - c2 * z
        row[_WEIGHTED] += z * z
        step = (place + n) % every
        later += x * step / every
        now += x * (every - step) / every
        if step == every - 1:
            low[(place + n) // every] = now / every
            now, later = later, 0.0
    memory[:4] = s0, s1, h0, h1
    memory[4:] = before, run, now, later
