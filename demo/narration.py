"""What the demo says while it works: stages and how far each has come, on standard error."""

from collections.abc import Iterator
from contextlib import contextmanager
from time import monotonic

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn


class Narration:
    """Tells stages to a person: moving bars on a terminal, plain lines elsewhere.

    Standard output is left to what was found, so that two runs can be compared.
    """

    def __init__(self) -> None:
        self._console = Console(stderr=True, highlight=False)
        self._began = monotonic()

    def say(self, words: str) -> None:
        """One stage begins or something worth knowing happened."""
        stamp = f"[dim]{monotonic() - self._began:6.1f} s[/dim]"
        self._console.print(f"{stamp}  {words}", soft_wrap=True)

    @contextmanager
    def stage(self, words: str, total: float) -> Iterator["Stage"]:
        """A stage whose end is known; advance the `Stage` as far as it has come.

        Args:
            words: what is being done.
            total: how much there is to do, in any unit.
        """
        bar = Progress(
            TextColumn("          {task.description}"),
            BarColumn(),
            TextColumn("{task.percentage:3.0f} %"),
            TimeElapsedColumn(),
            console=self._console,
            transient=True,
            disable=not self._console.is_terminal,
        )
        if bar.disable:
            self.say(words)
        with bar:
            yield Stage(self, bar, words=words, total=total)
        self.say(f"{words}: done")


class Stage:
    """How far one stage has come."""

    def __init__(self, narration: Narration, bar: Progress, *, words: str, total: float) -> None:
        self._narration = narration
        self._bar = bar
        self._words = words
        self._total = total
        self._done = 0.0
        self._told = 0
        self._task = bar.add_task(words, total=total)

    def advance(self, amount: float) -> None:
        """So much more is done, in the unit of the total."""
        self._done += amount
        self._bar.advance(self._task, amount)
        quarters = int(4 * self._done / self._total)
        if self._bar.disable and self._told < quarters < 4:
            self._narration.say(f"{self._words}: {25 * quarters} %")
        self._told = max(self._told, quarters)
