"""A pack with single figures changed, to try what would be if they were."""

import copy
import difflib
from collections.abc import Iterator, Mapping
from typing import Any

from central.royalties.rules.pack import PackError


def changed(rows: Mapping[str, Any], changes: Mapping[str, str], *, file: str) -> dict[str, Any]:
    """The tables of a pack with other values; each changed figure says what it was.

    Args:
        rows: as TOML gives them.
        changes: value by key, as `packs explain` prints keys: `deductions.retention.percent`.
        file: the name of the pack, for errors.

    Raises:
        PackError: there is no figure under that key.
    """
    made = copy.deepcopy(dict(rows))
    figures = dict(_figures(made, ""))
    for key, value in changes.items():
        figure = figures.get(key)
        if figure is None:
            near = difflib.get_close_matches(key, figures, n=3)
            hint = f"; did you mean {', '.join(near)}?" if near else ""
            raise PackError(f"{file}: there is no figure {key} to be changed{hint}")
        before = figure["value"]
        figure.clear()
        figure |= {"value": _exact(value), "assumed": f"changed on trial, was {before}"}
    return made


def _exact(value: str) -> str:
    # A decimal comma is what people here type; a fraction such as 1/3 is read like any text.
    return value.strip().replace(",", ".")


def _figures(table: Mapping[str, Any], path: str) -> Iterator[tuple[str, dict[str, Any]]]:
    for name, inner in table.items():
        key = f"{path}.{name}" if path else name
        if isinstance(inner, dict):
            yield from [(key, inner)] if "value" in inner else _figures(inner, key)
        elif isinstance(inner, list):
            for row in inner:
                if isinstance(row, dict):
                    number = row.get("name", inner.index(row) + 1)
                    yield from _figures(row, f"{key}.{number}")
