"""A reader of other people's EDI: it knows the layout table, and forgives nothing."""

import tomllib
from pathlib import Path

LAYOUTS = Path(__file__).parents[2] / "central" / "exchange" / "layouts"


class Spoilt(Exception):
    """A file no society would take; the text says where."""


def read(content, name):
    """The groups of a file: their sums, and their transactions as lists of (kind, fields)."""
    told = tomllib.loads((LAYOUTS / f"{name}.toml").read_text("utf-8"))["records"]
    text = content.decode("utf-8")
    if not text.endswith("\r\n"):
        raise Spoilt("the last record has no end")
    records = [_record(line, told, n) for n, line in enumerate(text[:-2].split("\r\n"), start=1)]
    if [records[0][0], records[-1][0]] != ["HDR", "TRL"]:
        raise Spoilt("HDR and TRL do not hold the file")
    groups = list(_groups(records[1:-1]))
    trailer = records[-1][1]
    told_and_there = [
        (trailer["groups"], len(groups)),
        (trailer["transactions"], sum(len(g["transactions"]) for g in groups)),
        (trailer["records"], len(records)),
    ]
    if any(said != there for said, there in told_and_there):
        raise Spoilt(f"TRL counts wrongly: {told_and_there}")
    return groups


def _record(line, told, number):
    kind = line[:3]
    if kind not in told:
        raise Spoilt(f"line {number}: {kind} is unknown")
    fields, at = {}, 0
    for field in told[kind]["fields"]:
        name, width, sort = field.split()
        piece = line[at : at + int(width)]
        at += int(width)
        fields[name] = _value(piece, int(width), sort, number)
    if at != len(line):
        raise Spoilt(f"line {number}: {kind} is {len(line)} long, not {at}")
    return kind, fields


def _value(piece, width, sort, number):
    if len(piece) != width:
        raise Spoilt(f"line {number} ends too soon")
    if sort in "NS":
        digits = piece[1:] if sort == "S" else piece
        if not (digits.isascii() and digits.isdigit()) or (sort == "S" and piece[0] not in "+-"):
            raise Spoilt(f"line {number}: {piece!r} is no number")
        return int(piece)
    if sort == "A" and not all(" " <= c <= "~" and c == c.upper() for c in piece):
        raise Spoilt(f"line {number}: {piece!r} is not in capitals of ASCII")
    return piece.rstrip()


def _groups(records):
    group = None
    for kind, fields in records:
        if kind == "GRH":
            group = {"header": fields, "transactions": [], "records": 2}
        elif kind == "GRT":
            said = fields["transactions"], fields["records"]
            if said != (len(group["transactions"]), group["records"]):
                raise Spoilt(f"GRT counts wrongly: {fields}")
            yield group | {"currency": fields["currency"], "value": fields["value"]}
            group = None
        else:
            _place(group, kind, fields)
    if group is not None:
        raise Spoilt("a group has no trailer")


def _place(group, kind, fields):
    group["records"] += 1
    if kind == group["header"]["transactions_of"]:
        group["transactions"].append([])
    rows = group["transactions"][-1]
    if (fields["transaction"], fields["sequence"]) != (len(group["transactions"]) - 1, len(rows)):
        raise Spoilt(f"{kind} is out of its place: {fields}")
    rows.append((kind, fields))
