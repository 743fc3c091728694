"""The template for works, and what its filled rows claim; one share of one work to a row."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from central.errors import Unacceptable
from central.repertoire.facts import (
    GENRES,
    Affiliation,
    Claim,
    PartyFacts,
    Title,
    WorkDetail,
    WorkFacts,
)
from central.repertoire.identifiers import READERS
from central.repertoire.shares import PUBLISHERS, RIGHTS, WHOLE, WRITERS

COLUMNS = (
    "work_number",
    "title",
    "other_titles",
    "iswc",
    "language",
    "genre",
    "instrumentation",
    "duration",
    "party_number",
    "party_name",
    "party_latin_name",
    "ipi",
    "society",
    "role",
    "right",
    "share_percent",
)
NEEDED = ("work_number", "title", "party_name", "role", "share_percent")
_FIRST = ("1", "Көктем", "Весна; Spring", "", "kk", "popular", "", "3:25")
_AGAIN = ("1", "Көктем", "", "", "", "", "", "")
EXAMPLE = (
    (*_FIRST, "a", "Абай Сұлтанов", "Abai Sultanov", "", "", "C", "performing", "50"),
    (*_AGAIN, "b", "Дина Оспанова", "Dina Ospanova", "", "", "A", "performing", "50"),
)
_ROLES = WRITERS | PUBLISHERS


@dataclass(frozen=True, slots=True)
class Row:
    """A row as it was filled in; `line` is what a spreadsheet calls it."""

    line: int
    cells: Mapping[str, str]

    def __getitem__(self, column: str) -> str:
        """What stands in a column; empty if the sheet has none of that name."""
        return self.cells.get(column, "")


def filled(table: Sequence[Sequence[str]]) -> list[Row]:
    """The filled rows of a sheet, by the names in its heading; columns may stand in any order.

    Raises:
        Unacceptable: a needed column is missing, or one is not known.
    """
    heading = [name.strip().lower() for name in table[0]] if table else []
    if missing := [name for name in NEEDED if name not in heading]:
        raise Unacceptable(f"the sheet has no column {missing[0]!r}; begin with the template")
    if unknown := [name for name in heading if name and name not in COLUMNS]:
        raise Unacceptable(f"the sheet's column {unknown[0]!r} is none of the template's")
    return [
        Row(line, dict(zip(heading, cells, strict=False)))
        for line, cells in enumerate(table[1:], start=2)
        if any(cells)
    ]


def by_work(rows: Sequence[Row]) -> list[list[Row]]:
    """Rows of one work together, in the order in which the works first appear."""
    groups: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        groups[row["work_number"] or f"row {row.line}"].append(row)
    return list(groups.values())


def fault_in(row: Row) -> str:
    """Why a row cannot be taken; empty if it can."""
    try:
        _require_filled(row)
        _claim(row)
        _detail([row])
        _code(row, "iswc")
    except Unacceptable as wrong:
        return str(wrong)
    return ""


def work_of(rows: Sequence[Row]) -> WorkFacts:
    """The work that rows without fault describe; the first row that says a thing says it for all.

    Raises:
        Unacceptable: a cell cannot be what its column asks for.
    """
    first = rows[0]
    return WorkFacts(
        number=first["work_number"],
        title=first["title"],
        iswc=next(filter(None, (_code(row, "iswc") for row in rows)), None),
        claims=tuple(_claim(row) for row in rows),
        detail=_detail(rows),
    )


def _require_filled(row: Row) -> None:
    for column in NEEDED:
        if not row[column]:
            raise Unacceptable(f"{column} is empty")
    for column, most in (("title", 300), ("party_name", 200), ("party_latin_name", 200)):
        if len(row[column]) > most:
            raise Unacceptable(f"{column} has {len(row[column])} letters, at most {most} are kept")


def _claim(row: Row) -> Claim:
    role, right = row["role"].upper(), row["right"].lower() or "performing"
    if role not in _ROLES:
        raise Unacceptable(f"role {row['role']!r} is none of {', '.join(sorted(_ROLES))}")
    if right not in RIGHTS:
        raise Unacceptable(f"right {row['right']!r} is none of {', '.join(RIGHTS)}")
    society = row["society"]
    if society and not (society.isdecimal() and len(society) <= 4):
        raise Unacceptable(f"society {society!r} is not CISAC's number of one")
    party = PartyFacts(
        name=row["party_name"],
        latin_name=row["party_latin_name"],
        ipi=_code(row, "ipi"),
        number=row["party_number"],
        affiliations=(Affiliation(right, society.zfill(3)),) if society else (),
    )
    return Claim(party, role, right, _points(row["share_percent"]))  # type: ignore[arg-type]  # both checked


def _points(percent: str) -> int:
    try:
        points = Decimal(percent.replace(",", ".").removesuffix("%").strip()) * 100
    except InvalidOperation as e:
        raise Unacceptable(f"share_percent {percent!r} is not a number") from e
    if not points.is_finite() or points != int(points) or not 0 <= points <= WHOLE:
        raise Unacceptable(f"share_percent {percent!r} is not 0 to 100 in hundredths")
    return int(points)


def _detail(rows: Sequence[Row]) -> WorkDetail:
    genre, language = _said(rows, "genre").lower(), _said(rows, "language").lower()
    if genre not in GENRES:
        raise Unacceptable(f"genre {genre!r} is none of {', '.join(sorted(GENRES - {''}))}")
    if language and not (len(language) == 2 and language.isascii() and language.isalpha()):
        raise Unacceptable(f"language {language!r} is not of two letters, as in kk")
    others = [one.strip() for row in rows for one in row["other_titles"].split(";")]
    return WorkDetail(
        language=language,
        genre=genre,  # type: ignore[arg-type]  # one of GENRES
        instrumentation=_said(rows, "instrumentation")[:200],
        milliseconds=_milliseconds(_said(rows, "duration")),
        titles=tuple(Title(one[:640], "alternative") for one in others if one),
    )


def _said(rows: Sequence[Row], column: str) -> str:
    return next((row[column] for row in rows if row[column]), "")


def _milliseconds(duration: str) -> int | None:
    if not duration:
        return None
    parts = duration.split(":")
    if not (1 < len(parts) <= 3 and all(one.isascii() and one.isdecimal() for one in parts)):
        raise Unacceptable(f"duration {duration!r} is not minutes:seconds, as in 3:25")
    seconds = 0
    for one in parts:
        seconds = seconds * 60 + int(one)
    if seconds > 100_000:
        raise Unacceptable(f"duration {duration!r} is longer than a day")
    return seconds * 1000


def _code(row: Row, column: str) -> str | None:
    return READERS[column](row[column]) if row[column] else None
