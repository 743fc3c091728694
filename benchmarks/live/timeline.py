"""One evening as a picture: what was declared, what the box told, and what really went on."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure

Row = Mapping[str, Any]
_TOLD, _TRUE, _DECLARED, _FALSE = "#2a6f97", "#b8c0cc", "#1b2a41", "#d1495b"
_BESIDE = {"applause": "#f2c14e", "tuning": "#8ab17d", "pause": "#eef1f5"}
_LEVEL, _UPRIGHT = 0.075, 0.025  # of the evening: a name fits from here on, as it is or turned
_LANES = {"declared": 2.0, "told by the box": 1.0, "what went on": 0.0}


def draw(evening: Row, into: Path) -> None:
    """Three lanes under each other; a line leads from each declared work to where it was heard."""
    figure = Figure(figsize=(12, 4.2), layout="constrained")
    ax = figure.subplots()
    length = evening["truth"][-1]["end"] / 60
    names = _short([*evening["declared"], *(one["work"] for one in evening["truth"])])
    _truth(ax, evening["truth"])
    _told(ax, evening, names)
    _declared(ax, evening, names, length)
    ax.set_yticks(list(_LANES.values()), list(_LANES))
    ax.set_ylim(-0.5, 2.6)
    ax.set_xlim(0, length)
    ax.set_xlabel("minutes from the beginning of the evening")
    ax.spines[["top", "right", "left"]].set_visible(False)
    ax.tick_params(left=False)
    for kind, colour in _BESIDE.items():
        ax.barh(-9, 0, color=colour, label=kind, edgecolor=_TRUE)
    ax.legend(ncols=3, frameon=False, fontsize=8, loc="lower right")
    figure.savefig(into, dpi=110, metadata={"Software": None})


def _truth(ax: Axes, truth: Sequence[Row]) -> None:
    for one in truth:
        start, end = one["start"] / 60, one["end"] / 60
        colour = _BESIDE.get(one["kind"], _TRUE)
        ax.barh(_LANES["what went on"], end - start, 0.5, start, color=colour, edgecolor="white")


def _told(ax: Axes, evening: Row, names: Mapping[str, str]) -> None:
    sounded = {one["work"] for one in evening["truth"]}
    for one in evening["told"]:
        start, end = one["start"] / 60, one["end"] / 60
        colour = _TOLD if one["work"] in sounded else _FALSE
        ax.barh(_LANES["told by the box"], end - start, 0.5, start, color=colour, edgecolor="white")
        encore = "" if one["work"] in evening["declared"] else "\nencore"
        label = names.get(one["work"], one["work"]) + encore
        share = (end - start) * 60 / evening["truth"][-1]["end"]
        if share < _UPRIGHT:
            continue  # its line leads to its name
        turned = {"rotation": 90, "fontsize": 5.5} if share < _LEVEL else {"fontsize": 7}
        middle = (start + end) / 2
        ax.text(middle, 1.0, label, ha="center", va="center", color="white", **turned)


def _declared(ax: Axes, evening: Row, names: Mapping[str, str], length: float) -> None:
    heard = {one["work"]: (one["start"] + one["end"]) / 120 for one in evening["told"]}
    step = length / len(evening["declared"])
    for number, work in enumerate(evening["declared"]):
        middle, known = (number + 0.5) * step, work in heard
        face = _DECLARED if known else "white"
        ax.barh(2.0, 0.9 * step, 0.42, middle - 0.45 * step, color=face, edgecolor=_DECLARED)
        label = names[work] if known else f"{names[work]}\nnot heard"
        ink = "white" if known else _DECLARED
        ax.text(middle, 2.0, label, ha="center", va="center", color=ink, fontsize=7)
        if known:
            ax.plot([middle, heard[work]], [1.79, 1.25], color=_DECLARED, lw=0.8)


def _short(works: Sequence[str]) -> dict[str, str]:
    """Names that fit into a picture: the composer, and below it the last words of the title."""
    return {work: _name(work) for work in works if work}


def _name(work: str) -> str:
    composer, *words = work.replace("/", " ").replace("_", " ").split()
    title = words[-1]
    for word in reversed(words[:-1]):
        if len(word) + len(title) >= 18:
            break
        title = f"{word} {title}"
    return f"{composer.capitalize()}\n{title}"
