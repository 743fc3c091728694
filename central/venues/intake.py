"""A programme or a cue sheet from its bytes to the books, and back with an answer to each row."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from central.errors import Unacceptable, Unknown
from central.repertoire.sheets.table import kind_of, rows_of, written
from central.repertoire.store import require_work
from central.venues.accounts import require_production
from central.venues.cues import keep_keys
from central.venues.declarations import Kind, Told, pieces_of, put_declaration
from central.venues.programme import (
    COLUMNS,
    CUE_COLUMNS,
    CUE_EXAMPLE,
    EXAMPLE,
    Piece,
    piece_of,
    rows_by_name,
)
from central.venues.store import require_event

# What cue sheets call the columns; those that say nothing we keep are read over.
HEADINGS = {column: column for column in (*COLUMNS, *CUE_COLUMNS)} | {
    "cue title": "title",
    "music title": "title",
    "song title": "title",
    "work title": "title",
    "composer": "composers",
    "composer(s)": "composers",
    "artist": "performer",
    "length": "duration",
    "cue duration": "duration",
    "time in": "start",
    "tc in": "start",
    "start time": "start",
    "time out": "end",
    "tc out": "end",
    "end time": "end",
    "usage": "role",
    "usage type": "role",
    "type of use": "role",
    "cue": "",
    "cue #": "",
    "cue name": "",
    "cue number": "",
    "seq #": "",
    "publisher": "",
    "publisher(s)": "",
}


@dataclass(frozen=True, slots=True)
class RefusedRow:
    """A row that was not taken, as a spreadsheet counts, and why."""

    row: int
    reason: str


@dataclass(frozen=True, slots=True)
class Answer:
    """What became of a declaration."""

    id: int
    taken: int
    refused: tuple[RefusedRow, ...]


def template() -> bytes:
    """An empty programme with its heading and an example, as CSV."""
    return written([COLUMNS, *EXAMPLE], "csv")


def cue_template() -> bytes:
    """An empty cue sheet with its heading and an example, as CSV."""
    return written([CUE_COLUMNS, *CUE_EXAMPLE], "csv")


def take_programme(
    connection: Connection, event_id: int, content: bytes, *, name: str, by: str, at: datetime
) -> Answer:
    """Take in the programme of an event: CSV, XLSX or JSON.

    Raises:
        Unknown: no such event.
        Unacceptable: the file is none of these, or lacks the template's columns.
    """
    require_event(connection, event_id)
    sheet = _Sheet(COLUMNS, name, by, at)
    told, pieces, refused = _read(connection, content, sheet)
    number = put_declaration(connection, told, pieces, event_id=event_id)
    return Answer(number, len(pieces), refused)


def take_cue_sheet(
    connection: Connection, production_id: int, content: bytes, *, name: str, by: str, at: datetime
) -> Answer:
    """Take in the cue sheet of a production: CSV, XLSX or JSON.

    Raises:
        Unknown: no such production.
        Unacceptable: the file is none of these, or lacks a column of titles.
    """
    production = require_production(connection, production_id)
    sheet = _Sheet(CUE_COLUMNS, name, by, at)
    told, pieces, refused = _read(connection, content, sheet)
    number = put_declaration(connection, told, pieces, production_id=production_id)
    keep_keys(connection, production, pieces_of(connection, number))
    return Answer(number, len(pieces), refused)


@dataclass(frozen=True, slots=True)
class _Sheet:
    """What is known of a sheet beside its bytes; `columns` are those of the answer to it."""

    columns: tuple[str, ...]
    name: str
    by: str
    at: datetime


def _read(
    connection: Connection, content: bytes, sheet: _Sheet
) -> tuple[Told, list[Piece], tuple[RefusedRow, ...]]:
    kind: Kind = "json" if content.lstrip()[:1] in (b"{", b"[") else kind_of(content)
    table = _of_json(content) if kind == "json" else rows_of(content)
    pieces: list[Piece] = []
    refused: list[RefusedRow] = []
    answers: list[list[str]] = []
    for line, cells in rows_by_name(table, HEADINGS):
        reason = ""
        try:
            pieces.append(_registered(connection, piece_of(cells)))
        except (Unacceptable, Unknown) as wrong:
            reason = str(wrong)
            refused.append(RefusedRow(line, reason))
        shown = [cells.get(column, "") for column in sheet.columns]
        answers.append([*shown, str(line), "refused" if reason else "taken", reason])
    heading = (*sheet.columns, "row", "result", "reason")
    back = written([heading, *answers], "xlsx" if kind == "xlsx" else "csv")
    told = Told(kind, sheet.name, content, back, len(refused), sheet.by, sheet.at)
    return told, pieces, tuple(refused)


def _registered(connection: Connection, piece: Piece) -> Piece:
    if piece.work_id is not None:
        require_work(connection, piece.work_id)
    return piece


def _of_json(content: bytes) -> Sequence[Sequence[str]]:
    """A list of pieces, or an object with such a list under `pieces` or `cues`, as a table."""
    try:
        said = json.loads(content)
    except (ValueError, RecursionError) as e:
        raise Unacceptable(f"the file is not JSON: {e}") from e
    if isinstance(said, dict):
        said = said.get("pieces", said.get("cues"))
    if not isinstance(said, list) or not all(isinstance(one, dict) for one in said):
        raise Unacceptable("the JSON is no list of pieces, nor has it one under 'pieces' or 'cues'")
    names = list(dict.fromkeys(str(name) for one in said for name in one))
    rows = [["" if one.get(name) is None else str(one[name]) for name in names] for one in said]
    return [names, *rows]
