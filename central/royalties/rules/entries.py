"""Taking a pack's tables apart entry by entry, so that each mistake names file, key and value."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any, NoReturn

from central.royalties.rules.figures import Figure
from central.royalties.rules.pack import PackError

_MISSING = object()


@dataclass(slots=True)
class Notes:
    """What is shared by all tables of one file: its name, its sources, the figures read so far."""

    file: str
    sources: Mapping[str, str]
    figures: list[Figure] = field(default_factory=list)


class Table:
    """One table of a pack; `close` refuses keys nobody asked for."""

    def __init__(self, rows: Mapping[str, Any], *, path: str, notes: Notes) -> None:
        self.rows = rows
        self.path = path
        self.notes = notes
        self._asked: set[str] = set()

    def refuse(self, key: str, wanted: str) -> NoReturn:
        """Say what is wrong with the value at a key.

        Raises:
            PackError: always.
        """
        place = f"{self.path}.{key}" if self.path else key
        if key not in self.rows:
            raise PackError(f"{self.notes.file}: {place} is missing; {wanted}")
        raise PackError(f"{self.notes.file}: {place} is {self.rows[key]!r}; {wanted}")

    def get(self, key: str, default: Any = None) -> Any:  # noqa: ANN401  # TOML holds anything
        """The bare value at a key."""
        self._asked.add(key)
        return self.rows.get(key, default)

    def text(self, key: str, default: str | None = None) -> str:
        """A text; required unless there is a default."""
        value = self.get(key, _MISSING)
        if value is _MISSING and default is not None:
            return default
        if not isinstance(value, str) or not value.strip():
            self.refuse(key, "a text is wanted")
        return value

    def choice(self, key: str, choices: tuple[str, ...], default: str | None = None) -> Any:  # noqa: ANN401  # one of the choices, which the caller knows as a Literal
        """One of a few words."""
        value = self.text(key, default)
        if value not in choices:
            self.refuse(key, f"one of {', '.join(choices)} is wanted")
        return value

    def flag(self, key: str) -> bool:
        """True or false; false when absent."""
        value = self.get(key, False)
        if not isinstance(value, bool):
            self.refuse(key, "true or false is wanted")
        return value

    def day(self, key: str) -> date | None:
        """A date; None when absent."""
        value = self.get(key)
        if value is not None and type(value) is not date:
            self.refuse(key, "a date like 2026-01-31 is wanted, without quotes")
        return value

    def table(self, key: str) -> "Table | None":
        """The table under a key; None when absent."""
        value = self.get(key)
        if value is None:
            return None
        if not isinstance(value, dict):
            self.refuse(key, "a table is wanted")
        return Table(value, path=self._below(key), notes=self.notes)

    def tables(self, key: str) -> "Iterator[tuple[str, Table]]":
        """Each named table under a key."""
        outer = self.table(key)
        for name in outer.rows if outer else ():
            inner = outer.table(name) if outer else None
            if inner:
                yield name, inner

    def list(self, key: str) -> "Iterator[Table]":
        """Each table of an array of tables."""
        rows = self.get(key, [])
        if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
            self.refuse(key, f"tables [[{self._below(key)}]] are wanted")
        for row in rows:
            name = row.get("name", rows.index(row) + 1)
            yield Table(row, path=f"{self._below(key)}.{name}", notes=self.notes)

    def words(self, key: str) -> tuple[str, ...]:
        """A list of texts; empty when absent."""
        value = self.get(key, [])
        if not isinstance(value, list) or not all(isinstance(word, str) for word in value):
            self.refuse(key, "a list of texts is wanted")
        return tuple(value)

    def percent(self, key: str) -> Figure:
        """A figure in percent, as a fraction of one, from 0 to 1."""
        figure = self.figure(key, Fraction(1, 100))
        if not 0 <= figure.value <= 1:
            self.refuse(key, "0 to 100 is wanted")
        return figure

    def money(self, key: str) -> Figure:
        """A figure in currency units, as minor units."""
        return self.figure(key, Fraction(100))

    def seconds(self, key: str) -> Figure:
        """A figure in seconds, as milliseconds."""
        return self.figure(key, Fraction(1000))

    def number(self, key: str) -> Figure:
        """A bare figure: a factor, a count, points."""
        return self.figure(key, Fraction(1))

    def figures(self, key: str, *, percent: bool = False) -> dict[str, Figure]:
        """Each figure of a table of figures."""
        inner = self.table(key)
        if inner is None:
            return {}
        read = inner.percent if percent else inner.number
        return {name: read(name) for name in inner.rows}

    def figure(self, key: str, unit: Fraction) -> Figure:
        """A figure: `{ value = 7.5, source = "S1" }`, or with `assumed = "why"` in its place.

        Args:
            key: of the figure.
            unit: what one of it is in the unit the engine counts in.

        Raises:
            PackError: it is no number of 0 or more, or does not say where it is from.
        """
        row = self.get(key)
        if not isinstance(row, dict):
            self.refuse(key, 'a figure like { value = 7.5, source = "S1" } is wanted')
        wrong = set(row) - {"value", "source", "assumed"}
        if wrong:
            self.refuse(key, f"a figure has value, source or assumed, not {sorted(wrong)[0]}")
        made = Figure(
            key=self._below(key),
            value=self._exact(key, row.get("value")) * unit,
            text=str(row.get("value")),
            source=self._source(key, row),
            assumed=row.get("assumed", ""),
        )
        self.notes.figures.append(made)
        return made

    def _exact(self, key: str, value: object) -> Fraction:
        wanted = 'its value must be a number, 0 or more, or a fraction as text: "1/3"'
        if isinstance(value, bool) or not isinstance(value, int | Decimal | str):
            self.refuse(key, wanted)
        try:
            exact = Fraction(value)
        except (ValueError, ZeroDivisionError, OverflowError):
            self.refuse(key, wanted)
        if exact < 0:
            self.refuse(key, wanted)
        return exact

    def _source(self, key: str, row: Mapping[str, Any]) -> str:
        source, assumed = row.get("source", ""), row.get("assumed", "")
        if bool(source) == bool(assumed) or not isinstance(assumed, str):
            self.refuse(key, "it must say where it was read (source) or why not (assumed)")
        if source and source not in self.notes.sources:
            self.refuse(key, f"its source {source!r} is not in [sources]")
        return self.notes.sources[source] if source else ""

    def close(self) -> None:
        """Refuse what nobody asked for: a misspelt key would silently rule nothing.

        Raises:
            PackError: a key is unknown.
        """
        for key in self.rows:
            if key not in self._asked:
                wanted = ", ".join(sorted(self._asked)) or "nothing"
                self.refuse(key, f"this key is not known here (known: {wanted})")

    def _below(self, key: str) -> str:
        return f"{self.path}.{key}" if self.path else key
