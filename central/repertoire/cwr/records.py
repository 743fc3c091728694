"""From the bytes of a CWR file to its records, field by field; nothing is judged here."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from central.errors import Unacceptable
from central.repertoire.cwr.layout import FIELDS, NON_ROMAN, width

Severity = Literal["ER", "GR", "TR", "RR", "FR"]

MOST_RECORDS = 2_000_000
LONGEST_RECORD = 4_000  # bytes; the widest record has 663 characters
# What the header may call the letters of the file, and what Python calls them.
_ENCODINGS = {
    "": "utf-8",
    "ASCII": "utf-8",
    "UTF-8": "utf-8",
    "BIG5": "big5",
    "GB": "gb18030",
    "CP1251": "cp1251",
    "WINDOWS-1251": "cp1251",
    "ISO-8859-1": "latin-1",
    "LATIN1": "latin-1",
}


@dataclass(frozen=True, slots=True)
class Record:
    """One line of a file: its number from 1, its kind, what it says, and its fields, stripped."""

    line: int
    kind: str
    text: str
    fields: Mapping[str, str]

    def __getitem__(self, name: str) -> str:
        """The value of a field; empty where the line is shorter than that."""
        return self.fields.get(name, "")

    def number(self, name: str) -> int | None:
        """A field as a number; None where it is none."""
        value = self[name]
        return int(value) if value.isascii() and value.isdecimal() else None


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with a file, group, transaction, record or field.

    Attributes:
        severity: what is refused: ER the file, GR the group, TR the transaction, RR the record,
            FR the field.
        edit: three characters that name the check; they are in docs/formats/cwr.md.
        line, kind, sequence: of the record it was found in.
        field: the field refused; empty for what is more than a field.
    """

    severity: Severity
    edit: str
    line: int
    kind: str
    sequence: str
    text: str
    field: str = ""


def fault(record: Record, severity: Severity, edit: str, text: str, *, field: str = "") -> Fault:
    """A fault found in a record."""
    return Fault(severity, edit, record.line, record.kind, record["sequence"], text, field)


def read_records(content: bytes) -> list[Record]:
    """The records of a file, whatever they say.

    Raises:
        Unacceptable: too many records, or one longer than any record is.
    """
    lines = [line for line in content.replace(b"\r", b"\n").split(b"\n") if line.strip(b" \x1a")]
    if len(lines) > MOST_RECORDS:
        raise Unacceptable(f"{len(lines)} records; send at most {MOST_RECORDS} in one file")
    longest = max(map(len, lines), default=0)
    if longest > LONGEST_RECORD:
        raise Unacceptable(
            f"a line of {longest} bytes; no CWR record is longer than 663 characters"
        )
    encoding = encoding_of(lines[0]) if lines else "utf-8"
    return [_record(number, line, encoding) for number, line in enumerate(lines, start=1)]


def encoding_of(header: bytes) -> str:
    """How the letters of a file are written, by its header; UTF-8 if it does not say."""
    named = header[FIELDS["HDR"]["character_set"]].decode("latin-1").strip().upper()
    return _ENCODINGS.get(named, "utf-8")


def _record(number: int, line: bytes, encoding: str) -> Record:
    kind = line[:3].decode("latin-1")
    text = _decoded(line, encoding)
    places = FIELDS.get(kind, {})
    if kind in NON_ROMAN and len(line) == width(kind) != len(text):
        # Some senders count bytes and some characters; a full line shows which.
        parts = {name: _decoded(line[place], encoding) for name, place in places.items()}
    else:
        parts = {name: text[place] for name, place in places.items()}
    return Record(number, kind, text, {name: part.strip() for name, part in parts.items()})


def _decoded(line: bytes, encoding: str) -> str:
    try:
        return line.decode(encoding)
    except UnicodeDecodeError:
        return line.decode("latin-1")
