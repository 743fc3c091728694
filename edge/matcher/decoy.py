"""How often chance alone would be believed here: what a search finds that cannot be right."""

from dataclasses import dataclass
from math import exp, pi, sqrt

from edge.matcher.warp import Warp

IMPOSSIBLE = Warp(0.87, 1.19)  # slower and yet higher than anyone plays: what fits is chance
MONTH_SECONDS = 30 * 86400.0
_ENOUGH = 30  # windows from which the fit says something
_MEMORY = 20_000  # windows after which the oldest fade: eight weeks, at one in four minutes
_EULER = 0.5772156649015329


@dataclass(slots=True)
class Decoys:
    """The best scores of windows bent so that no recording can be meant, and what they foretell.

    The catalogue itself is the decoy: its statistics and its size are exactly right. Keeps three
    numbers, however long the box hears.

    Attributes:
        windows: how many were tried.
        mean: of their best scores, nats.
        variance: likewise, nats squared.
    """

    windows: int = 0
    mean: float = 0.0
    variance: float = 0.0

    def take(self, score: float) -> None:
        """Take the best score of one more window, in nats."""
        self.windows += 1
        weight = 1 / min(self.windows, _MEMORY)
        aside = score - self.mean
        self.mean += weight * aside
        self.variance = (1 - weight) * (self.variance + weight * aside * aside)

    def false_a_month(self, score: float, *, every_seconds: float) -> float | None:
        """Detections by chance in a month of unbroken sound, if `score` is demanded.

        A Gumbel law is fitted to the windows' maxima by its first two moments.

        Args:
            score: nats from which a recording is believed.
            every_seconds: how often a window is searched.

        Returns:
            Their expected number; None before enough windows were tried.

        Source:
            E. J. Gumbel, "Statistics of Extremes", 1958, sec. 5.2.
        """
        if self.windows < _ENOUGH:
            return None
        slope = max(1e-9, sqrt(6 * self.variance) / pi)
        mode = self.mean - _EULER * slope
        return MONTH_SECONDS / every_seconds * exp(min(0.0, -(score - mode) / slope))
