"""What took long is kept line by line: work that was stopped goes on where it was."""

import json
from collections.abc import Callable, Sequence
from hashlib import sha256
from pathlib import Path
from typing import Any, TypeVar

import edge.matcher
from benchmarks.cores import spread

CACHE = ".cache/bench"  # where it is kept, if nobody says

Thing = TypeVar("Thing")


def kept(
    act: Callable[[Thing], Any], things: Sequence[Thing], keys: Sequence[str], journal: Path,
    *, doing: str,
) -> list[Any]:  # fmt: skip
    """What `act` makes of each thing, by several processes; of what the journal has, not again.

    Args:
        act: a function of a module, or a `functools.partial` of one; gives what JSON can say.
        things: what it is called with.
        keys: what each thing is called in the journal.
        journal: a file of lines, made if there is none.
        doing: the work in a word or two, for whoever waits.
    """
    text = journal.read_text(encoding="utf-8") if journal.exists() else ""
    lines = text[: text.rfind("\n") + 1]  # who was stopped may have left half a line
    done = dict(json.loads(line) for line in lines.splitlines())
    rest = {key: thing for key, thing in zip(keys, things, strict=True) if key not in done}
    with journal.open("r+" if text else "w", encoding="utf-8") as file:
        file.truncate(file.seek(len(lines.encode())))
        for key, answer in zip(rest, spread(act, list(rest.values()), doing=doing), strict=True):
            file.write(json.dumps([key, answer], ensure_ascii=False) + "\n")
            file.flush()
            done[key] = answer
    return [done[key] for key in keys]


def state(catalogue: Path, *besides: object) -> str:
    """Names the ear, a catalogue, and what else counts: what others made is not taken for this."""
    folder = Path(edge.matcher.__path__[0])
    code = b"".join(path.read_bytes() for path in sorted(folder.glob("*.py")))
    files = [(path.name, path.stat().st_size) for path in sorted(catalogue.glob("*"))]
    return sha256(code + repr((files, besides)).encode()).hexdigest()[:12]
