"""A programme as it is filled in, piece by piece, and what is wrong with a row that is not one."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from central.errors import Unacceptable
from central.repertoire.identifiers import READERS
from central.venues.uses import PLACINGS, ROLES, USES, Placing, Role, Use

COLUMNS = (
    "title",
    "composers",
    "performer",
    "duration",
    "start",
    "iswc",
    "isrc",
    "work_id",
    "use",
    "placing",
    "encore",
)
EXAMPLE = (
    ("Көктем", "Абай Сұлтанов", "Үлгі ансамблі", "3:25", "", "", "", "", "concert", "", ""),
    ("Symphony No. 40", "W. A. Mozart", "", "26:00", "", "", "", "", "concert", "", ""),
    ("Весенний вальс", "Дина Оспанова", "", "2:10", "", "", "", "", "concert", "", "yes"),
)
CUE_COLUMNS = (
    "title",
    "composers",
    "performer",
    "start",
    "end",
    "duration",
    "role",
    "iswc",
    "isrc",
    "work_id",
)
CUE_EXAMPLE = (
    ("Басты тақырып", "Абай Сұлтанов", "", "0:00:12", "0:01:40", "", "theme", "", "", ""),
    ("Ночной вокзал", "Дина Оспанова", "Үлгі ансамблі", "0:24:05", "", "1:10", "VV", "", "", ""),
)
MOST_PIECES = 500
_LONGEST_SECONDS = 86_400
_WIDTHS = {"title": 300, "composers": 300, "performer": 300}
_YES = {"yes", "y", "1", "true", "encore", "иә", "да", "бис"}


@dataclass(frozen=True, slots=True)
class Piece:
    """One piece as declared.

    Attributes:
        work_id: the work, if whoever declared it knew its number.
        from_milliseconds: where in the film it begins, ms.
        milliseconds: how long it lasts, ms.
        use: use of the music; empty where the evening's own holds.
        placing: in full, or only in a medley, as walk-in music …
        role: of a cue in its film: theme, featured, background, logo.
    """

    title: str
    composers: str = ""
    performer: str = ""
    work_id: int | None = None
    iswc: str | None = None
    isrc: str | None = None
    from_milliseconds: int | None = None
    milliseconds: int | None = None
    use: Use | Literal[""] = ""
    placing: Placing = "full"
    encore: bool = False
    role: Role = ""


def is_placed(cue: Piece) -> bool:
    """Whether it is known where in its film a cue lies."""
    return cue.from_milliseconds is not None and bool(cue.milliseconds)


def rows_by_name(
    table: Sequence[Sequence[str]], names: Mapping[str, str]
) -> list[tuple[int, dict[str, str]]]:
    """The filled rows of a sheet by column, each with its number as a spreadsheet counts.

    Args:
        table: its heading first.
        names: what a heading may say, in small letters → the column that is meant.

    Raises:
        Unacceptable: there is no column of titles, one is not known, or there are too many rows.
    """
    heading = [cell.strip().lower() for cell in table[0]] if table else []
    if unknown := [name for name in heading if name and name not in names]:
        raise Unacceptable(f"the sheet's column {unknown[0]!r} is none of the template's")
    columns = [names.get(name, "") for name in heading]
    if "title" not in columns:
        raise Unacceptable("the sheet has no column 'title'; begin with the template")
    filled = [
        (line, dict(zip(columns, cells, strict=False)))
        for line, cells in enumerate(table[1:], start=2)
        if any(cells)
    ]
    if len(filled) > MOST_PIECES:
        raise Unacceptable(f"a programme has {MOST_PIECES} pieces at most, not {len(filled)}")
    return filled


def piece_of(cells: Mapping[str, str]) -> Piece:
    """The piece that a row declares.

    Raises:
        Unacceptable: a cell cannot be what its column asks for.
    """
    title = cells.get("title", "")
    if not title:
        raise Unacceptable("title is empty")
    for column, most in _WIDTHS.items():
        said = cells.get(column, "")
        if len(said) > most or not said.isprintable():
            raise Unacceptable(f"{column} {said[:40]!r} is not one line of {most} letters at most")
    start = _milliseconds("start", cells.get("start", ""))
    return Piece(
        title=title,
        composers=cells.get("composers", ""),
        performer=cells.get("performer", ""),
        work_id=_work_id(cells.get("work_id", "")),
        iswc=_code("iswc", cells.get("iswc", "")),
        isrc=_code("isrc", cells.get("isrc", "")),
        from_milliseconds=start,
        milliseconds=_length(cells, start),
        use=_use(cells.get("use", "").lower()),
        placing=_placing(cells.get("placing", "").lower() or "full"),
        encore=cells.get("encore", "").lower() in _YES,
        role=_role(cells.get("role", "").lower()),
    )


def _work_id(said: str) -> int | None:
    if not said:
        return None
    if not (said.isascii() and said.isdecimal() and 0 < int(said[:11]) < 2**31):
        raise Unacceptable(f"work_id {said!r} is not the number of a work")
    return int(said)


def _code(kind: str, said: str) -> str | None:
    return READERS[kind](said) if said else None


def _use(said: str) -> Use | Literal[""]:
    for use in USES:
        if said == use:
            return use
    if said:
        raise Unacceptable(f"use {said!r} is none of {', '.join(USES)}")
    return ""


def _placing(said: str) -> Placing:
    for placing in PLACINGS:
        if said == placing:
            return placing
    raise Unacceptable(f"placing {said!r} is none of {', '.join(PLACINGS)}")


def _role(said: str) -> Role:
    if said not in ROLES:
        raise Unacceptable(f"role {said!r} is none of {', '.join(filter(None, ROLES))}")
    return ROLES[said]


def _length(cells: Mapping[str, str], start: int | None) -> int | None:
    """As the row says; a cue may tell where it ends instead."""
    length = _milliseconds("duration", cells.get("duration", ""))
    end = _milliseconds("end", cells.get("end", ""))
    if length is not None or end is None or start is None:
        return length
    if end <= start:
        raise Unacceptable(f"end {cells['end']!r} is not after start {cells['start']!r}")
    return end - start


def _milliseconds(column: str, said: str) -> int | None:
    """Minutes and seconds, hours before them; frames after them are less than a second."""
    if not said:
        return None
    parts = said.replace(";", ":").split(":")
    if not (1 < len(parts) <= 4 and all(one.isascii() and one.isdecimal() for one in parts)):
        raise Unacceptable(f"{column} {said!r} is not minutes:seconds, as in 3:25")
    seconds = 0
    for one in parts[:3]:
        seconds = seconds * 60 + int(one[:9])
    if seconds > _LONGEST_SECONDS:
        raise Unacceptable(f"{column} {said!r} is longer than a day")
    return seconds * 1000
