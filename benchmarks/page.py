"""The page with the tables: words by hand, everything between its marks out of the results."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from benchmarks import tables
from benchmarks.targets import read_targets

_MARK = re.compile(r"(<!-- (\w+) -->\n).*?(<!-- /\2 -->)", re.DOTALL)
CATALOGUES = ("development", "national")


def render(page: Path, figures: Mapping[str, Any]) -> None:
    """Put the results between the marks of a page; what was not measured keeps what it says."""
    fill(page, sections(figures))


def fill(page: Path, parts: Mapping[str, str]) -> None:
    """Put parts between the marks of a page that have their names."""
    text = page.read_text(encoding="utf-8")
    page.write_text(_MARK.sub(lambda found: _filled(found, parts), text), encoding="utf-8")


def sections(figures: Mapping[str, Any]) -> dict[str, str]:
    """The tables that can be made of what was measured, by the name of their mark."""
    targets, parts = read_targets(), {}
    for name in CATALOGUES:
        if clips := figures.get(f"clips_{name}"):
            parts[f"clips_{name}"] = tables.clips_table(targets, clips, name)
            parts[f"conditions_{name}"] = tables.conditions_table(targets, clips)
        if seen := figures.get(f"evenings_{name}"):
            parts[f"evenings_{name}"] = tables.evenings_table(targets, seen)
    if "moments" in figures:
        parts["moments"] = tables.moments_table(figures["moments"])
    if costs := figures.get("cost"):
        parts["cost"] = tables.cost_table(costs)
    if "foreign" in figures:
        parts["foreign"] = tables.foreign_table(figures["foreign"])
    return parts


def _filled(found: re.Match[str], parts: Mapping[str, str]) -> str:
    if found[2] not in parts:
        return found[0]
    return f"{found[1]}{parts[found[2]]}\n{found[3]}"
