"""How far each number of a description speaks for music and for voices.

Fitted by `python -m benchmarks.activity_fit`, which prints the two lines below.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Leaning:
    """A sum of a description's numbers that is the log odds of something being heard.

    Attributes:
        bias: log odds of a description of nothing but zeros.
        weights: what one unit of each number adds, in the order of `texture.FEATURES`.
    """

    bias: float
    weights: tuple[float, ...]

    def log_odds(self, description: NDArray[np.float64]) -> float:
        """Log odds that it is heard in a moment described so."""
        return self.bias + float(description @ np.array(self.weights))


MUSIC = Leaning(-21.86, (-1.674, 8.686, 6.27, 1.393, 0.4277, 1.498, 3.142, 2.065, 0.07802, 0.1027))
VOICE = Leaning(
    -4.891, (3.791, -5.879, -7.993, -0.2897, 0.4209, 0.862, -8.705, 1.133, 0.1033, 0.5939)
)
