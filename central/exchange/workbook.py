"""A report as an XLSX workbook: the table, and a second sheet with what it is about."""

import re
import tempfile
import zipfile
from decimal import Decimal
from typing import Any, BinaryIO

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.xml.functions import tostring

from central.exchange.report import Cell, Report, said
from central.exchange.tongues import word
from central.royalties.money import Money

_UNWRITABLE = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]"
)  # XML 1.0 has no place for them
_EXACT_MINOR = 10**15  # a spreadsheet keeps 15 digits of a number; more must be text
_SAME_DAY = (1980, 1, 1, 0, 0, 0)  # the first a ZIP can name
_BUFFER_BYTES = 1 << 20


def write_xlsx(report: Report, out: BinaryIO) -> None:
    """Write the workbook; rows pass through a temporary file, so memory does not grow with them.

    The date in it is the report's: the same report is the same bytes.
    """
    book = Workbook(write_only=True)
    _write_table(book.create_sheet(_sheet_name(report.title)), report)
    _write_about(book.create_sheet(word("about", report.tongue)), report)
    book.properties.creator = "Qulaq"
    book.properties.created = report.dated.replace(tzinfo=None)
    with tempfile.TemporaryFile() as draft:
        book.save(draft)
        book.properties.modified = report.dated.replace(tzinfo=None)
        _repack(draft, tostring(book.properties.to_tree()), out)


def _write_table(sheet: Any, report: Report) -> None:  # noqa: ANN401 - openpyxl has no types
    sheet.freeze_panes = "A2"
    sheet.append([_cell(sheet, column.heading) for column in report.columns])
    for row in report.rows:
        sheet.append([_cell(sheet, cell) for cell in row])


def _write_about(sheet: Any, report: Report) -> None:  # noqa: ANN401 - openpyxl has no types
    sheet.append([_cell(sheet, report.title)])
    for name, text in report.facts:
        sheet.append([_cell(sheet, name), _cell(sheet, text)])
    for name, amount in report.totals:
        sheet.append([_cell(sheet, name), _cell(sheet, amount), _cell(sheet, amount.currency)])
    for note in report.notes:
        sheet.append([_cell(sheet, note)])


def _cell(sheet: Any, cell: Cell) -> Any:  # noqa: ANN401 - openpyxl has no types
    if isinstance(cell, Money) and abs(cell.minor) < _EXACT_MINOR:
        number = WriteOnlyCell(sheet, value=Decimal(cell.decimal_text()))
        number.number_format = "#,##0.00" if "." in cell.decimal_text() else "#,##0"
        return number
    if isinstance(cell, int) or cell is None:
        return WriteOnlyCell(sheet, value=cell)
    plain = cell.decimal_text() if isinstance(cell, Money) else said(cell, "en")
    text = WriteOnlyCell(sheet, value=_UNWRITABLE.sub("\ufffd", plain))
    text.data_type = "s"  # a title that looks like a formula is a title
    return text


def _sheet_name(title: str) -> str:
    return re.sub(r"[\\/*?:\[\]]", " ", title)[:31]


def _repack(draft: Any, properties: bytes, out: BinaryIO) -> None:  # noqa: ANN401 - a file
    """Copy the parts of a workbook, each dated alike, with other properties."""
    with zipfile.ZipFile(draft) as parts, zipfile.ZipFile(out, "w") as packed:
        for part in parts.infolist():
            entry = zipfile.ZipInfo(part.filename, _SAME_DAY)
            entry.compress_type = zipfile.ZIP_DEFLATED
            if part.filename == "docProps/core.xml":
                packed.writestr(entry, properties)
                continue
            with parts.open(part) as source, packed.open(entry, "w") as target:
                while piece := source.read(_BUFFER_BYTES):
                    target.write(piece)
