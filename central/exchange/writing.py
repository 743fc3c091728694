"""The forms a report can take, and a report put into one of them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import BinaryIO, Literal

from central.exchange.csv_file import write_csv
from central.exchange.json_file import write_json
from central.exchange.pdf_file import write_pdf
from central.exchange.report import Report
from central.exchange.workbook import write_xlsx

Form = Literal["csv", "xlsx", "pdf", "json"]


@dataclass(frozen=True, slots=True)
class Maker:
    """What writes a form, and what the web calls it."""

    write: Callable[[Report, BinaryIO], None]
    media_type: str


MAKERS: Mapping[str, Maker] = {
    "csv": Maker(write_csv, "text/csv; charset=utf-8"),
    "xlsx": Maker(write_xlsx, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    "pdf": Maker(write_pdf, "application/pdf"),
    "json": Maker(write_json, "application/json"),
}
