"""What waits at the same time is done at once, by whoever's turn it is."""

import threading
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

Asked = TypeVar("Asked")
Answer = TypeVar("Answer")

AT_ONCE = 32  # that are done together, at most


@dataclass(slots=True, eq=False)
class _Waiting:
    """Somebody who has asked: of whom, what, and what became of it."""

    of: str
    asked: Any
    answers: list[Any]


class Together(Generic[Asked, Answer]):
    """A counter: who comes while others are served waits, and is served with all who wait.

    Nobody waits for company: whoever finds the counter free is served alone and at once.
    """

    def __init__(self) -> None:
        self._waiting: deque[_Waiting] = deque()
        self._turn = threading.Lock()

    @property
    def waiting(self) -> int:
        """How many stand in line."""
        return len(self._waiting)

    def ask(
        self,
        asked: Asked,
        *,
        of: str,
        do: Callable[[Sequence[Asked]], Sequence[Answer | Exception]],
    ) -> Answer:
        """Ask for something, perhaps together with others.

        Args:
            asked: what for.
            of: who asks; of one there is never more than one in what is done together.
            do: does what was asked together; answers each, in order. What it raises concerns all:
                then each is done by itself.

        Raises:
            Exception: the answer, if it is one; or what `do` raised of this alone.
        """
        mine = _Waiting(of, asked, [])
        self._waiting.append(mine)
        with self._turn:
            while not mine.answers:
                self._serve(self._next(), do, mine)
        (answer,) = mine.answers
        if isinstance(answer, Exception):
            raise answer
        found: Answer = answer
        return found

    def _next(self) -> list[_Waiting]:
        """Who is served now; only whoever's turn it is takes somebody out of the line."""
        line = [self._waiting.popleft() for _ in range(len(self._waiting))]
        group: dict[str, _Waiting] = {}
        later = [
            one for one in line if len(group) >= AT_ONCE or group.setdefault(one.of, one) is not one
        ]
        self._waiting.extendleft(reversed(later))
        return list(group.values())

    def _serve(
        self,
        group: Sequence[_Waiting],
        do: Callable[[Sequence[Any]], Sequence[Any]],
        mine: _Waiting,
    ) -> None:
        try:
            answers = _done(do, group)
        except BaseException:  # whose turn it was is stopped; the others are not
            self._waiting.extendleft(one for one in group if one is not mine)
            with suppress(ValueError):
                self._waiting.remove(mine)
            raise
        for one, answer in zip(group, answers, strict=True):
            one.answers.append(answer)


def _done(do: Callable[[Sequence[Any]], Sequence[Any]], group: Sequence[_Waiting]) -> Sequence[Any]:
    try:
        return do([one.asked for one in group])
    except Exception as fault:  # it is raised where it belongs
        if len(group) == 1:
            return [fault]
    return [answer for one in group for answer in _done(do, [one])]
