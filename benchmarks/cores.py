"""Work spread over the cores of the machine, with its progress shown."""

import multiprocessing
import os
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TypeVar

from rich.progress import track

CORES = min(2, os.cpu_count() or 1)

Thing = TypeVar("Thing")
Answer = TypeVar("Answer")


def spread(
    act: Callable[[Thing], Answer], things: Sequence[Thing], *, doing: str, cores: int = CORES
) -> Iterator[Answer]:
    """What `act` makes of each thing, in their order, made by several processes.

    Args:
        act: a function of a module, or a `functools.partial` of one.
        things: what it is called with.
        doing: the work in a word or two, for whoever waits.
        cores: how many processes.
    """
    if not things:
        return
    with multiprocessing.get_context("fork").Pool(min(cores, len(things))) as pool:
        yield from shown(pool.imap(act, things), len(things), doing)


def shown(things: Iterable[Thing], total: int, doing: str) -> Iterator[Thing]:
    """The things one by one, with a bar on a terminal and some ten lines elsewhere."""
    if sys.stderr.isatty():
        yield from track(things, description=doing, total=total)
        return
    every = max(1, total // 10)
    for done, thing in enumerate(things, 1):
        yield thing
        if done % every == 0 or done == total:
            print(f"{doing}: {done} of {total}", file=sys.stderr, flush=True)


class Reporter:
    """Is told how far a long piece of work is, and tells whoever waits, now and then."""

    def __init__(self, work: str) -> None:
        self._work = work
        self._said = ("", -1)

    def __call__(self, act: str, done: int, total: int) -> None:
        """So much of an act is done."""
        said = (act, 10 * done // max(1, total))
        if said != self._said:
            self._said = said
            print(f"{self._work}: {act} {done} of {total}", file=sys.stderr, flush=True)
