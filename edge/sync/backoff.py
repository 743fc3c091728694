"""How long to wait before trying again, so that a whole country does not come back at once."""


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
