"""A report on paper: PDF with letters of every tongue spoken here, Kazakh among them."""

from importlib.resources import files
from typing import BinaryIO

from fpdf import FPDF
from fpdf.enums import TableBordersLayout, XPos, YPos
from fpdf.fonts import FontFace

from central.errors import Unacceptable
from central.exchange.report import Column, Report

MOST_LINES = 5_000  # a document of that length is in memory whole; longer ones are for machines
_FONT = "Roboto"
_GREY = 110


def write_pdf(report: Report, out: BinaryIO) -> None:
    """Write the report as an A4 document, lying.

    Raises:
        Unacceptable: it is made for machines only, or has more lines than paper is good for.
    """
    columns, lines = _printed(report)
    paper = _Paper(report)
    _head(paper, report)
    _table(paper, columns, lines)
    _foot(paper, report)
    paper.output(out)


def _printed(report: Report) -> tuple[list[Column], list[list[str]]]:
    """The columns that go on paper, and the words in them line by line."""
    places = [place for place, column in enumerate(report.columns) if column.width]
    if not places:
        raise Unacceptable(f"{report.name} is not made for paper; take csv, xlsx or json")
    columns = [report.columns[place] for place in places]
    lines: list[list[str]] = []
    for row in report.rows:
        if len(lines) == MOST_LINES:
            raise Unacceptable(
                f"{report.name} has more than {MOST_LINES} lines; take csv, xlsx or json"
            )
        cells = [(report.columns[place], row[place]) for place in places]
        lines.append([column.shown(cell, report.tongue) for column, cell in cells])
    return columns, lines


class _Paper(FPDF):
    """A4, lying, in one family of letters; bears the report's date and no other."""

    def __init__(self, report: Report) -> None:
        super().__init__(orientation="landscape", format="A4")
        letters = files("font_roboto") / "files"
        self.add_font(_FONT, "", str(letters / "Roboto-Regular.ttf"))
        self.add_font(_FONT, "B", str(letters / "Roboto-Bold.ttf"))
        self.set_creation_date(report.dated)
        self.set_title(report.title)
        self.set_lang(report.tongue)
        self.set_producer("Qulaq")
        self.set_auto_page_break(True, margin=15)
        self.bottom_line = report.title
        self.add_page()

    def footer(self) -> None:
        """The page's number, under every page."""
        self.set_y(-12)
        self.set_font(_FONT, "", 8)
        self.set_text_color(_GREY)
        self.cell(0, 6, f"{self.bottom_line} · {self.page_no()}", align="R")
        self.set_text_color(0)

    def line_of(self, text: str, *, size: int, bold: bool = False) -> None:
        """A paragraph over the whole width."""
        self.set_font(_FONT, "B" if bold else "", size)
        self.multi_cell(0, size * 0.5, text, new_x=XPos.LMARGIN, new_y=YPos.NEXT)


def _head(paper: _Paper, report: Report) -> None:
    paper.line_of(report.title, size=16, bold=True)
    paper.ln(2)
    for name, text in report.facts:
        paper.line_of(f"{name}: {text}", size=9)
    paper.ln(3)


def _table(paper: _Paper, columns: list[Column], lines: list[list[str]]) -> None:
    paper.set_font(_FONT, "", 8)
    with paper.table(
        col_widths=tuple(column.width for column in columns),
        text_align=tuple("RIGHT" if column.number else "LEFT" for column in columns),
        borders_layout=TableBordersLayout.HORIZONTAL_LINES,
        headings_style=FontFace(emphasis="BOLD"),
        line_height=4.5,
    ) as table:
        table.row([column.heading for column in columns])
        for line in lines:
            table.row(line)


def _foot(paper: _Paper, report: Report) -> None:
    paper.ln(3)
    for name, amount in report.totals:
        paper.line_of(f"{name}: {amount.text(report.tongue)}", size=10, bold=True)
    paper.ln(2)
    for note in report.notes:
        paper.line_of(note, size=8)
