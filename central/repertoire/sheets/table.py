"""A sheet as rows of text, from CSV or XLSX and back; bounded before it is opened."""

import csv
import io
import zipfile
from collections.abc import Iterable, Sequence
from typing import Literal

from openpyxl import Workbook, load_workbook
from openpyxl.utils.exceptions import InvalidFileException

from central.errors import Unacceptable

Kind = Literal["csv", "xlsx"]
MOST_ROWS = 200_000
MOST_COLUMNS = 50
LARGEST_UNPACKED = 300_000_000  # bytes; a small XLSX can unpack to anything


def kind_of(content: bytes) -> Kind:
    """Whether this is a workbook or text."""
    return "xlsx" if content.startswith(b"PK") else "csv"


def rows_of(content: bytes) -> list[list[str]]:
    """The rows of a sheet, its heading first; of a workbook, those of its first sheet.

    Raises:
        Unacceptable: neither CSV in UTF-8 nor XLSX, or larger than a sheet may be.
    """
    rows = _of_workbook(content) if kind_of(content) == "xlsx" else _of_text(content)
    kept: list[list[str]] = []
    for row in rows:
        if len(kept) >= MOST_ROWS:
            raise Unacceptable(f"the sheet has more than {MOST_ROWS} rows; send it in parts")
        kept.append([str(cell).strip() for cell in row[:MOST_COLUMNS]])
    return kept


def written(rows: Iterable[Sequence[str]], kind: Kind) -> bytes:
    """Rows as a file of that kind."""
    return _workbook(rows) if kind == "xlsx" else _text(rows)


def _of_text(content: bytes) -> Iterable[list[str]]:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as e:
        raise Unacceptable(f"the sheet is not UTF-8 text ({e}); save it as CSV UTF-8") from e
    first = text.partition("\n")[0]
    between = max(",;\t", key=first.count)  # as spreadsheets of different countries write it
    try:
        yield from csv.reader(io.StringIO(text, newline=""), delimiter=between, strict=True)
    except csv.Error as e:
        raise Unacceptable(f"the sheet is not CSV: {e}") from e


def _of_workbook(content: bytes) -> Iterable[list[str]]:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as parts:
            size = sum(part.file_size for part in parts.infolist())
        if size > LARGEST_UNPACKED:
            raise Unacceptable(f"the workbook unpacks to {size} bytes; send it in parts")
        book = load_workbook(io.BytesIO(content), read_only=True, data_only=True)
        sheet = book.worksheets[0]
        rows = sheet.iter_rows(max_row=MOST_ROWS + 1, max_col=MOST_COLUMNS, values_only=True)
        yield from ([_cell(cell) for cell in row] for row in rows)
    except (zipfile.BadZipFile, InvalidFileException, KeyError, IndexError, ValueError) as e:
        raise Unacceptable(f"the workbook cannot be read: {e}") from e


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))  # spreadsheets keep 50 as 50.0
    return str(value)


def _text(rows: Iterable[Sequence[str]]) -> bytes:
    file = io.StringIO(newline="")
    csv.writer(file).writerows([_harmless(cell) for cell in row] for row in rows)
    return file.getvalue().encode("utf-8-sig")  # by the mark spreadsheets know UTF-8


def _workbook(rows: Iterable[Sequence[str]]) -> bytes:
    book = Workbook(write_only=True)
    sheet = book.create_sheet("works")
    for row in rows:
        sheet.append([_harmless(cell) for cell in row])
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def _harmless(cell: str) -> str:
    # What begins like a formula would be calculated when the file is opened.
    return f"'{cell}" if cell.startswith(("=", "+", "-", "@", "\t")) else cell
