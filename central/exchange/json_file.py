"""A report as JSON for another system: exact minor units, instants with their offset."""

import json
from collections.abc import Iterator
from datetime import datetime
from typing import Any, BinaryIO

from central.exchange.report import Cell, Report
from central.royalties.money import Money


def write_json(report: Report, out: BinaryIO) -> None:
    """Write the report as one object whose `rows` stand one to a line."""
    for piece in _pieces(report):
        out.write(piece.encode())


def _pieces(report: Report) -> Iterator[str]:
    head = {
        "report": report.name,
        "title": report.title,
        "dated": report.dated.isoformat(),
        "facts": dict(report.facts),
        "totals": [{"name": name, "amount": _plain(amount)} for name, amount in report.totals],
        "notes": list(report.notes),
    }
    yield _text(head)[:-1] + ', "rows": ['
    keys = [column.key for column in report.columns]
    before = "\n"
    for row in report.rows:
        yield before + _text({key: _plain(cell) for key, cell in zip(keys, row, strict=True)})
        before = ",\n"
    yield "\n]}\n"


def _text(value: dict[str, Any]) -> str:
    return json.dumps(value, ensure_ascii=False)


def _plain(cell: Cell) -> object:
    if isinstance(cell, Money):
        return {"minor": cell.minor, "currency": cell.currency, "text": cell.text()}
    return cell.isoformat() if isinstance(cell, datetime) else cell
