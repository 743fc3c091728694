"""A report before it has a form: its columns, its rows one after another, and what they sum to."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from central.royalties.money import Money

Cell = str | int | Money | datetime | None
Row = Sequence[Cell]


def said(cell: Cell, tongue: str) -> str:
    """A cell for people: money as written in that tongue, instants by the hall's clock."""
    if isinstance(cell, Money):
        return cell.text(tongue)
    if isinstance(cell, datetime):
        return f"{cell:%Y-%m-%d %H:%M:%S}"
    return "" if cell is None else str(cell)


def length_said(cell: Cell, _tongue: str) -> str:
    """Whole milliseconds as a clock would: `2:05:09`, `3:20`; half a second counts as one."""
    return length_text(int(str(cell)))


def length_text(milliseconds: int) -> str:
    """A length to the nearest second, a half upwards: `2:05:09`, `3:20`."""
    minutes, seconds = divmod((milliseconds + 500) // 1000, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{seconds:02}" if hours else f"{minutes}:{seconds:02}"


def share_said(cell: Cell, _tongue: str) -> str:
    """Basis points as a percentage: `33.34 %`."""
    units, rest = divmod(int(str(cell)), 100)
    return f"{units}.{rest:02} %" if rest else f"{units} %"


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a report.

    Attributes:
        key: what programs call it, in every tongue the same.
        heading: what people call it.
        width: parts of the page's width on paper; 0 leaves it to the other forms.
        number: whether it stands to the right on paper.
        shown: how a cell is said on paper.
    """

    key: str
    heading: str
    width: int = 0
    number: bool = False
    shown: Callable[[Cell, str], str] = said


@dataclass(frozen=True, slots=True)
class Report:
    """Something that leaves the office, not yet in any form.

    Attributes:
        name: of its file, without ending.
        title: for people, in `tongue`.
        tongue: kk, ru or en.
        dated: the only date the file will bear; the same report is the same bytes for ever.
        columns: of the table, left to right.
        rows: as many cells each as columns; read once.
        facts: what it is about, by name.
        totals: sums of the rows, by name.
        notes: what a reader must know besides.
    """

    name: str
    title: str
    tongue: str
    dated: datetime
    columns: tuple[Column, ...]
    rows: Iterable[Row]
    facts: tuple[tuple[str, str], ...] = ()
    totals: tuple[tuple[str, Money], ...] = ()
    notes: tuple[str, ...] = ()
