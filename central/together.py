"""What waits at the same time is done at once, by whoever's turn it is."""

import threading
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

Asked = TypeVar("Asked")
Answer = TypeVar("Answer")

AT_ONCE = 32  # that are done together, at most


@dataclass(slots=True, eq=False)
class _Waiting:
    """Somebody who has asked: of whom, what, and what became of it.

    Attributes:
        of: who asks.
        asked: what for.
        called: set when the answer is there, or when it is his turn at the counter.
        answers: his answer, once there is one.
    """

    of: str
    asked: Any
    called: threading.Event = field(default_factory=threading.Event)
    answers: list[Any] = field(default_factory=list)


class Together(Generic[Asked, Answer]):
    """A counter: who comes while others are served waits, and is served with all who wait.

    Nobody waits for company: whoever finds the counter free is served alone and at once. Nobody
    waits for others to be served either, once his own answer is there.
    """

    def __init__(self) -> None:
        self._waiting: deque[_Waiting] = deque()
        self._taken = False  # while it is not, nobody waits
        self._looking = threading.Lock()

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
        mine = _Waiting(of, asked)
        self._stand_in_line(mine)
        try:
            mine.called.wait()
        except BaseException:
            self._leave(mine)
            raise
        if not mine.answers:
            self._serve(do, mine)
        (answer,) = mine.answers
        if isinstance(answer, Exception):
            raise answer
        found: Answer = answer
        return found

    def _stand_in_line(self, mine: _Waiting) -> None:
        with self._looking:
            self._waiting.append(mine)
            if not self._taken:
                self._taken = True
                self._call_next()

    def _leave(self, mine: _Waiting) -> None:
        """Whoever is stopped while he waits holds up nobody."""
        with self._looking, suppress(ValueError):
            self._waiting.remove(mine)
            if mine.called.is_set():
                self._call_next()

    def _call_next(self) -> None:
        """The first in line serves himself and those behind him."""
        if self._waiting:
            self._waiting[0].called.set()
        else:
            self._taken = False

    def _group(self) -> list[_Waiting]:
        """Who is served now: the first in line, whose turn it is, and others."""
        with self._looking:
            group: dict[str, _Waiting] = {}
            later = [
                one
                for one in self._waiting
                if len(group) >= AT_ONCE or group.setdefault(one.of, one) is not one
            ]
            self._waiting = deque(later)
        return list(group.values())

    def _serve(self, do: Callable[[Sequence[Any]], Sequence[Any]], mine: _Waiting) -> None:
        group = self._group()
        try:
            answers = _done(do, group)
        except BaseException:  # whose turn it was is stopped; the others are not
            with self._looking:
                self._waiting.extendleft(one for one in reversed(group) if one is not mine)
                self._call_next()
            raise
        for one, answer in zip(group, answers, strict=True):
            one.answers.append(answer)
            one.called.set()
        with self._looking:
            self._call_next()


def _done(do: Callable[[Sequence[Any]], Sequence[Any]], group: Sequence[_Waiting]) -> Sequence[Any]:
    try:
        return do([one.asked for one in group])
    except Exception as fault:  # it is raised where it belongs
        if len(group) == 1:
            return [fault]
    return [answer for one in group for answer in _done(do, [one])]
