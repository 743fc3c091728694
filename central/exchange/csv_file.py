"""A report as CSV: keys as header, plain decimals, nothing a spreadsheet would run."""

import csv
import io
from datetime import datetime
from typing import BinaryIO

from central.exchange.report import Cell, Report
from central.royalties.money import Money

_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def write_csv(report: Report, out: BinaryIO) -> None:
    """Write the rows as RFC 4180 says, in UTF-8; instants carry the hall's offset."""
    text = io.TextIOWrapper(out, encoding="utf-8", newline="", write_through=True)
    writer = csv.writer(text)
    writer.writerow([column.key for column in report.columns])
    for row in report.rows:
        writer.writerow([_plain(cell) for cell in row])
    text.detach()


def harmless(text: str) -> str:
    """A text that stays a text in a spreadsheet, which would run a title that is a formula."""
    begins = text.startswith(_FORMULA_STARTS) or text.lstrip().startswith(_FORMULA_STARTS)
    return f"'{text}" if begins else text


def _plain(cell: Cell) -> str | int:
    if isinstance(cell, Money):
        return cell.decimal_text()
    if isinstance(cell, datetime):
        return cell.isoformat()
    return harmless(cell) if isinstance(cell, str) else "" if cell is None else cell
