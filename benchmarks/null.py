"""How high chance reaches: extreme values of what fits where nothing can, and the odds of more."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

MINUTES_A_MONTH = 30 * 24 * 60
_EULER = 0.5772156649
_BLOCK = 0.05  # share of minutes that count as extreme for the tail


@dataclass(frozen=True, slots=True)
class Tail:
    """What lies above a threshold, as a generalised Pareto distribution.

    Attributes:
        threshold: where the tail begins.
        share: of all minutes, how many lie above.
        scale: of the distribution.
        shape: of the distribution; below 0 it ends somewhere, at 0 it falls exponentially.
    """

    threshold: float
    share: float
    scale: float
    shape: float

    def beyond(self, value: float) -> float:
        """Share of minutes above a value, which is not below the threshold."""
        past = (value - self.threshold) / self.scale
        if abs(self.shape) < 1e-6:
            return float(self.share * np.exp(-past))
        inside = 1 + self.shape * past
        return float(self.share * inside ** (-1 / self.shape)) if inside > 0 else 0.0


@dataclass(frozen=True, slots=True)
class Gumbel:
    """Block maxima as a Gumbel distribution: where it lies, and how wide."""

    place: float
    width: float

    def beyond(self, value: float) -> float:
        """Share of maxima above a value."""
        return float(-np.expm1(-np.exp(-(value - self.place) / self.width)))


def fit_gumbel(maxima: NDArray[np.float64]) -> Gumbel:
    """Fit by moments.

    Source:
        E. J. Gumbel, "Statistics of Extremes", 1958, sec. 6.2.5.
    """
    width = float(maxima.std() * np.sqrt(6) / np.pi)
    return Gumbel(float(maxima.mean() - _EULER * width), width)


def fit_tail(values: NDArray[np.float64], share: float = _BLOCK) -> Tail:
    """Fit the uppermost share of the values by probability-weighted moments.

    Source:
        J. R. M. Hosking, J. R. Wallis, "Parameter and quantile estimation for the generalized
        Pareto distribution", Technometrics 29 (1987), eq. 10.
    """
    ordered = np.sort(values)
    count = max(2, round(share * len(ordered)))
    threshold = float(ordered[-count - 1])
    above = ordered[-count:] - threshold
    weights = 1 - (np.arange(1, count + 1) - 0.35) / count
    first, second = float(above.mean()), float((weights * above).mean())
    shape = first / (first - 2 * second) - 2
    scale = 2 * first * second / (first - 2 * second)
    return Tail(threshold, count / len(ordered), scale, -shape)


def upper_bound(events: int, confidence: float = 0.95) -> float:
    """How many events to expect at most, if so many were seen (exact, Poisson)."""
    low, high = float(events), 10.0 * (events + 3)
    for _ in range(60):
        middle = (low + high) / 2
        if _at_most(events, middle) > 1 - confidence:
            low = middle
        else:
            high = middle
    return high


def _at_most(events: int, expected: float) -> float:
    term = total = np.exp(-expected)
    for k in range(1, events + 1):
        term *= expected / k
        total += term
    return float(total)
