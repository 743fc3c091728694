"""The results as pictures: what is found in each condition, at which price, in what catalogue."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib import rcParams
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from benchmarks.null import MINUTES_A_MONTH, Tail
from benchmarks.targets import Targets

_OURS, _PEER, _FLOOR = "#d1495b", "#b8c0cc", "#1b2a41"
_SELDOM = 1e-4  # false answers a month: the left edge of the picture
Row = dict[str, Any]

rcParams["svg.hashsalt"] = "qulaq"  # the same picture is the same file


def recall(targets: Targets, clips: Sequence[Row], into: Path) -> None:
    """Found at ten seconds in every group of conditions, beside the best other system."""
    figure = Figure(figsize=(9, 5.4), layout="constrained")
    ax = figure.subplots()
    for place, group in enumerate(reversed(targets.groups)):
        own = [r for r in clips if r["condition"] in group.conditions and r["seconds"] == 10]
        known = sum(row["known"] for row in own)
        ours = 100 * sum(row["found"] for row in own) / known if known else 0
        ax.barh(place + 0.2, ours, 0.4, color=_OURS)
        ax.barh(place - 0.2, max(group.peers), 0.4, color=_PEER)
        if 10 in group.development:
            ax.plot([group.development[10][0]] * 2, [place, place + 0.42], color=_FLOOR, lw=2)
    ax.set_yticks(range(len(targets.groups)), [group.name for group in reversed(targets.groups)])
    ax.set_xlabel("clips of 10 s whose recording is named first and believed, %")
    ax.set_title("red: this ear; grey: the best other system; line: the floor", fontsize=10)
    _plain(ax)
    figure.savefig(into, metadata={"Date": None})


def operating_point(
    known: Sequence[tuple[bool, float]], tails: Mapping[str, Tail], certain: float, into: Path
) -> None:
    """How many clips are found at every number of false answers a month, and where the ear stands.

    Args:
        known: of each clip of known music, whether its best answer is right, and its log odds.
        tails: of the surest of each foreign minute, by what is foreign there.
        certain: log odds the ear demands.
        into: the file to write.
    """
    figure = Figure(figsize=(7, 4.4), layout="constrained")
    ax = figure.subplots()
    for colour, (name, tail) in zip((_OURS, _FLOOR), tails.items(), strict=False):
        asked = np.linspace(tail.threshold, certain + 6, 400)
        false = np.array([MINUTES_A_MONTH * tail.beyond(odds) for odds in asked])
        found = np.array([_found(known, odds) for odds in asked])
        shown = false > _SELDOM
        ax.plot(false[shown], found[shown], color=colour, label=name)
        now = max(MINUTES_A_MONTH * tail.beyond(certain), _SELDOM)
        ax.plot([now], [_found(known, certain)], "o", color=colour)
    ax.axvline(0.2, color=_FLOOR, lw=1, ls=":")
    ax.set_xscale("log")
    ax.set_xlabel("false answers a month of foreign sound (dots: what the ear demands; line: 0.2)")
    ax.set_ylabel("clips of 10 s found by one search, %")
    ax.legend(frameon=False)
    _plain(ax)
    figure.savefig(into, metadata={"Date": None})


def scaling(points: Sequence[Row], into: Path) -> None:
    """Processor time, memory and file size as the catalogue grows."""
    sizes = [point["recordings"] for point in points]
    curves = {
        "ms of a core per second, unknown music": [_ms(point["unknown"]) for point in points],
        "ms of a core per second, followed": [_ms(point["followed"]) for point in points],
        "kB of index for 210 s": [p["bytes"] / p["hours"] / 3600 * 0.21 for p in points],
        "memory beside the index, MB": [point["held_mb"] for point in points],
    }
    figure = Figure(figsize=(9, 5), layout="constrained")
    for ax, (name, values) in zip(figure.subplots(2, 2).flat, curves.items(), strict=True):
        ax.plot(sizes, values, "o-", color=_OURS)
        ax.set_xscale("log")
        ax.set_ylim(0, 1.2 * max(values))
        ax.set_title(name, fontsize=10)
        ax.set_xlabel("recordings")
        _plain(ax)
    figure.savefig(into, metadata={"Date": None})


def _ms(spent: Row) -> float:
    total = spent["hearing"] + spent["judging"] + spent["detecting"]
    return float(1000 * total / spent["sound"]) if spent["sound"] else 0.0


def _found(known: Sequence[tuple[bool, float]], odds: float) -> float:
    return 100 * sum(right and own >= odds for right, own in known) / len(known)


def _plain(ax: Axes) -> None:
    for side in ("top", "right"):
        ax.spines[side].set_visible(False)
