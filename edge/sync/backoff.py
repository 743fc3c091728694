"""How long to wait before trying again, so that a whole country does not come back at once."""

from dataclasses import dataclass, replace

_MOST = 10.0  # tries in reserve
_EARNED = 0.2  # tries that one success is worth


@dataclass(frozen=True, slots=True)
class Budget:
    """Tries that may still follow a failure soon; what succeeds earns new ones, slowly.

    Attributes:
        left: tries in reserve.

    Source:
        Finagle, `RetryBudget`: retries are a fifth of what succeeds, and a small reserve.
    """

    left: float = _MOST

    @property
    def is_spent(self) -> bool:
        """Whether the next try must wait as long as any."""
        return self.left < 1

    def after(self, *, failed: bool) -> "Budget":
        """What is left after one more try."""
        left = self.left - 1 if failed else self.left + _EARNED
        return replace(self, left=min(_MOST, max(0.0, left)))


def delay(failures: int, luck: float, *, base_seconds: float, cap_seconds: float) -> float:
    """A wait drawn evenly from nothing up to a bound that doubles with each failure.

    Args:
        failures: failures in a row, at least 1.
        luck: a draw from [0, 1).
        base_seconds: the bound after the first failure.
        cap_seconds: the bound never grows beyond this.

    Returns:
        Seconds to wait.

    Raises:
        ValueError: no failure, or a draw outside [0, 1).

    Source:
        M. Brooker, "Exponential Backoff And Jitter", AWS Architecture Blog 2015 ("full jitter").
    """
    if failures < 1:
        raise ValueError(f"{failures} failures need no wait")
    if not 0 <= luck < 1:
        raise ValueError(f"luck {luck} is not in [0, 1)")
    bound = base_seconds * 2.0 ** min(failures - 1, 62)
    return luck * min(cap_seconds, bound)


def wait(asked_seconds: float, delay_seconds: float) -> float:
    """At least what central asked for, and still spread: its wish plus our own draw."""
    return max(0.0, asked_seconds) + delay_seconds
