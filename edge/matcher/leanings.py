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


MUSIC = Leaning(-20.2, (-1.61, 8.473, 6.181, 1.301, 0.261, 1.469, 3.314, 1.517, 0.1842, 0.09027))
VOICE = Leaning(
    -1.536, (3.046, -6.073, -6.797, -0.5423, 0.5705, 0.2773, -9.109, 1.348, -0.1508, 0.7167)
)
