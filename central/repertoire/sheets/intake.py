"""A filled sheet from its bytes to the books, and back with an answer to each of its rows."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection

from central.repertoire.imports import Counts, earlier, put_import
from central.repertoire.intake import take_work
from central.repertoire.sheets.table import Kind, kind_of, rows_of, written
from central.repertoire.sheets.works import (
    COLUMNS,
    EXAMPLE,
    Row,
    by_work,
    fault_in,
    filled,
    work_of,
)

ANSWERED = (*COLUMNS, "row", "result", "reason", "work_id")


def template(kind: Kind) -> bytes:
    """An empty sheet with its heading and an example of one work."""
    return written([COLUMNS, *EXAMPLE], kind)


def take_sheet(
    connection: Connection, content: bytes, *, file_name: str, source: str, at: datetime
) -> int:
    """Take in a sheet; answers the number of the import. The same file again is the same import.

    A work with a refused row is refused whole: half of its shares would be another claim.

    Raises:
        Unacceptable: it is no sheet, or not made from the template.
    """
    before = earlier(connection, content)
    if before is not None:
        return before
    kind = kind_of(content)
    states: list[str] = []
    answers: list[list[str]] = []
    for rows in by_work(filled(rows_of(content))):
        state, said = _take(connection, rows, source=source, at=at)
        states.append(state)
        answers += said
    taken = sum(state != "refused" for state in states)
    return put_import(
        connection,
        kind=kind,
        source=source,
        file_name=file_name,
        content=content,
        acknowledgement=written([ANSWERED, *answers], kind),
        counts=Counts(taken, states.count("held"), len(states) - taken),
        at=at,
    )


def _take(
    connection: Connection, rows: Sequence[Row], *, source: str, at: datetime
) -> tuple[str, list[list[str]]]:
    faults = {row.line: fault_in(row) for row in rows}
    if wrong := [line for line, reason in faults.items() if reason]:
        also = f"row {wrong[0]} of the same work is refused"
        return "refused", [_answer(row, "refused", faults[row.line] or also) for row in rows]
    outcome = take_work(connection, work_of(rows), source=source, at=at)
    state = "refused" if outcome.state == "conflict" else outcome.state
    number = str(outcome.work_id or "")
    return state, [_answer(row, state, outcome.reason, number) for row in rows]


def _answer(row: Row, state: str, reason: str, number: str = "") -> list[str]:
    return [*(row[column] for column in COLUMNS), str(row.line), state, reason, number]
