"""What the tables keep of a record: which table tells its kind, and what stands in its columns."""

from collections.abc import Callable
from operator import attrgetter
from typing import Any

from sqlalchemy import Table

from central.ingest.judgement import AnyRecord
from central.ingest.tables import coverage, detections, holes, unknown_music, works_heard
from edge.sync.wire import Alternative, Level

_BOOK_OF = {
    "detection": detections,
    "work": works_heard,
    "unknown_music": unknown_music,
    "coverage": coverage,
    "hole": holes,
}
PLACE = ("device", "boot", "seq", "hall_id")  # what stands before what the record says
_FIGURES = tuple(Level.model_fields)
_figures_of = attrgetter(*_FIGURES)
_UNTOLD = (None,) * len(_FIGURES)
_ALTERNATIVE = tuple(Alternative.model_fields)

Said = Callable[[Any], tuple[object, ...]]

# What the columns keep in another form than the record has it.
_OTHERWISE: dict[str, tuple[tuple[str, ...], Said]] = {
    "detection": (("alternatives",), lambda it: ([_by_name(one) for one in it.alternatives],)),
    "coverage": (_FIGURES, lambda it: _figures_of(it.level) if it.level else _UNTOLD),
    "hole": (("lost_boot",), lambda it: (str(it.lost_boot),)),
}


def _by_name(alternative: Alternative) -> dict[str, object]:
    return {name: getattr(alternative, name) for name in _ALTERNATIVE}


def _columns_of(kind: str) -> tuple[tuple[str, ...], Said, Said]:
    otherwise, change = _OTHERWISE.get(kind, ((), lambda _: ()))
    names = (column.name for column in _BOOK_OF[kind].columns)
    plain = tuple(name for name in names if name not in (*PLACE, *otherwise))
    return (*plain, *otherwise), attrgetter(*plain), change


_COLUMNS = {kind: _columns_of(kind) for kind in _BOOK_OF}


def book_of(kind: str) -> Table:
    """The table in which records of this kind are told."""
    return _BOOK_OF[kind]


def columns_of(kind: str) -> tuple[str, ...]:
    """The columns of that table beside the place, in the order of `said_by`."""
    return _COLUMNS[kind][0]


def said_by(record: AnyRecord) -> tuple[object, ...]:
    """What the books keep of what a record says.

    The letter keeps the box's own time; the books keep what is asked for.
    """
    _, plain, otherwise = _COLUMNS[record.kind]
    return plain(record) + otherwise(record)


def row_of(record: AnyRecord) -> dict[str, object]:
    """The same by the names of the columns."""
    return dict(zip(columns_of(record.kind), said_by(record), strict=True))
