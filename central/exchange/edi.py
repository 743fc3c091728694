"""Files of fixed-width records between societies, laid out by tables of fields with sources."""

import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from importlib.resources import files
from typing import Any

from central.errors import Unacceptable
from central.exchange.latin import capitals

Value = str | int


@dataclass(frozen=True, slots=True)
class Field:
    """So many characters of capitals (A), own letters (U), digits (N), or a sign and digits (S)."""

    name: str
    width: int
    kind: str


@dataclass(frozen=True, slots=True)
class Layout:
    """Where each field of each record of a format stands.

    Attributes:
        assumed: by record, why its places are ours; empty once all were read.
    """

    name: str
    version: str
    character_set: str
    records: Mapping[str, tuple[Field, ...]]
    assumed: Mapping[str, str]

    @property
    def ending(self) -> str:
        """Of file names: a file with assumed places does not bear the format's bare name."""
        return f"{'assumed.' if self.assumed else ''}{self.name.lower()}"


def layout(name: str) -> Layout:
    """A layout that came with the office: `crd-2.0` or `up-1.1`.

    Raises:
        ValueError: a field of it is not NAME WIDTH KIND.
    """
    text = files("central.exchange").joinpath("layouts", f"{name}.toml").read_text("utf-8")
    told = tomllib.loads(text)
    head, records = told["format"], told["records"]
    return Layout(
        name=head["name"],
        version=head["version"],
        character_set=head["character_set"],
        records={
            kind: tuple(_field(one) for one in row["fields"]) for kind, row in records.items()
        },
        assumed={kind: row["assumed"] for kind, row in records.items() if "assumed" in row},
    )


def _field(text: str) -> Field:
    name, width, kind = text.split()
    if kind not in "AUNS":
        raise ValueError(f"{text!r}: the kind of a field is A, U, N or S")
    return Field(name, int(width), kind)


def record(made: Layout, kind: str, values: Mapping[str, Value]) -> str:
    """One record as a line, without its end.

    Texts that are too long are cut, as everywhere in these files; numbers never are.

    Raises:
        Unacceptable: a number does not fit its field.
    """
    everything = {"kind": kind, **values}
    return "".join(
        _said(made, kind, one, everything.get(one.name, "")) for one in made.records[kind]
    )


def _said(made: Layout, kind: str, field: Field, value: Value) -> str:
    if field.kind == "U":
        own = str(value).replace("\r", " ").replace("\n", " ")
        return f"{own[: field.width]:<{field.width}}"
    if field.kind == "A":
        return f"{capitals(str(value))[: field.width]:<{field.width}}"
    number = int(value or 0)
    sign = ("-" if number < 0 else "+") if field.kind == "S" else ""
    digits = f"{sign}{abs(number):0{field.width - len(sign)}}"
    if len(digits) > field.width or (number < 0 and not sign):
        raise Unacceptable(
            f"{made.name}: {kind} {field.name} = {number} does not fit {field.width} digits;"
            " close shorter periods, or send several files"
        )
    return digits


@dataclass(frozen=True, slots=True)
class Transaction:
    """A head with its details, and what it moves in minor units of the group's currency."""

    head: tuple[str, Mapping[str, Value]]
    details: tuple[tuple[str, Mapping[str, Value]], ...]
    value: int


@dataclass(frozen=True, slots=True)
class Group:
    """Transactions of one kind in one currency; GRT tells their sum."""

    kind: str
    currency: str
    transactions: tuple[Transaction, ...]


def written(made: Layout, header: Mapping[str, Value], groups: Iterable[Group]) -> bytes:
    """A whole file, counted and summed.

    Raises:
        Unacceptable: a sum does not fit its field.
    """
    lines = [record(made, "HDR", {"character_set": made.character_set, **header})]
    groups = list(groups)
    for number, group in enumerate(groups, start=1):
        lines += _group(made, number, group)
    counts = {
        "groups": len(groups),
        "transactions": sum(len(one.transactions) for one in groups),
        "records": len(lines) + 1,
    }
    lines.append(record(made, "TRL", counts))
    return "".join(f"{line}\r\n" for line in lines).encode()


def _group(made: Layout, number: int, group: Group) -> Iterator[str]:
    place: dict[str, Any] = {"group": number}
    yield record(made, "GRH", {**place, "transactions_of": group.kind, "version": made.version})
    lines = 0
    for transaction, one in enumerate(group.transactions):
        for sequence, (kind, values) in enumerate((one.head, *one.details)):
            prefix = {"transaction": transaction, "sequence": sequence}
            yield record(made, kind, {**prefix, **values})
            lines += 1
    told = {
        **place,
        "transactions": len(group.transactions),
        "records": lines + 2,
        "currency": group.currency,
        "value": sum(one.value for one in group.transactions),
    }
    yield record(made, "GRT", told)
