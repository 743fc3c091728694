"""Signs of life: what each process of a box last said about itself, kept in memory only."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

HEARING: Final = "hear-{}.json"
SPEAKING: Final = "speak.json"
SILENT_AFTER_SECONDS: Final = 30.0  # signs come every second; this many missed is no accident


@dataclass(frozen=True, slots=True)
class Heard:
    """An input, now.

    Attributes:
        input: the input's name.
        at_seconds: when this was said, s, on the kernel's monotonic clock.
        state: what the last moment counts as, in the words of coverage.
        peak_dbfs: of the loudest sample in the last second; 0 is the loudest there can be.
        rms_dbfs: of the last second.
        fault: what ails the signal, in the words of coverage; None: nothing.
        is_kept: whether the card takes what is heard; else it is only in memory.
        directions: the number of those it listens by; 0: by none.
    """

    input: str
    at_seconds: float
    state: str
    peak_dbfs: float
    rms_dbfs: float
    fault: str | None = None
    is_kept: bool = True
    directions: int = 0


@dataclass(frozen=True, slots=True)
class Answered:
    """Central answered.

    Attributes:
        at_seconds: when, s, on the kernel's monotonic clock.
    """

    at_seconds: float


def heard(folder: Path | None, sign: Heard) -> None:
    """Leave the sign of one input; without a folder there is nobody to see it.

    Raises:
        OSError: the folder cannot be written; it is memory, so the machine is in a bad way.
    """
    _leave(folder, HEARING.format(sign.input), sign)


def answered(folder: Path | None, sign: Answered) -> None:
    """Leave the sign that central answered.

    Raises:
        OSError: the folder cannot be written.
    """
    _leave(folder, SPEAKING, sign)


def inputs(folders: Iterable[Path]) -> Iterator[Heard]:
    """The last sign of every input, by name; what is torn or foreign is no sign."""
    for folder in folders:
        for path in sorted(folder.glob(HEARING.format("*"))):
            sign = _read(path)
            try:
                yield Heard(**sign)
            except TypeError:
                continue


def central(folders: Iterable[Path]) -> Answered | None:
    """The last sign that central answered, if there is one."""
    for folder in folders:
        sign = _read(folder / SPEAKING)
        if sign.keys() == {"at_seconds"}:
            return Answered(**sign)
    return None


def _leave(folder: Path | None, name: str, sign: Heard | Answered) -> None:
    if folder is None:
        return
    draft = folder / f".{name}.part"
    draft.write_text(json.dumps(asdict(sign)), encoding="utf-8")
    draft.replace(folder / name)  # a reader sees the old sign or the new one


def _read(path: Path) -> dict[str, Any]:
    try:
        sign = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return sign if isinstance(sign, dict) else {}
