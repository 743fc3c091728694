"""What to try next with a silent card: open it again, switch its socket, start the box anew."""

from typing import Literal

from edge.capture.causes import Measure

Step = Literal["reopen"] | Measure

PROVEN_SECONDS = 30.0  # of sound: a card that stalls again sooner has not recovered


class Ladder:
    """Climbs one step with each failure; sound brings it back to the ground.

    A card that is not there is only waited for: switching a socket or starting the box anew
    brings no cable back, and would take the hearing of the other inputs away.
    """

    def __init__(self, *, reopen_attempts: int, rebind_attempts: int) -> None:
        """Stand on the ground.

        Args:
            reopen_attempts: tries to open a card before its socket is switched off and on.
            rebind_attempts: times the socket is switched before a new start is asked for.
        """
        self._reopen_attempts = reopen_attempts
        self._rebind_attempts = rebind_attempts
        self._failures = 0

    def next_step(self, *, is_there: bool) -> Step:
        """What to do about the next failure."""
        if not is_there:
            return "reopen"
        self._failures += 1
        switched = self._failures - self._reopen_attempts
        if switched <= 0:
            return "reopen"
        if switched <= self._rebind_attempts:
            return "rebind"
        self._failures = 0  # whoever starts boxes anew decides how often; from the ground again
        return "reboot"

    def heard(self, seconds: float) -> None:
        """Sound has come for so long without a failure."""
        if seconds >= PROVEN_SECONDS:
            self._failures = 0
