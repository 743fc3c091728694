"""What was measured of works played live, as tables."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from benchmarks.tables import percent, table

Row = Mapping[str, Any]
_GROUPS = ("piano", "other instruments", "ensembles")
_FIRST = {10: "", 20: "95 → 98", 30: "97 → 99", 60: "99", 120: ""}
_TOLD = {30: "", 60: "90 → 95", 120: "95 → 98"}
_NEAR = 3.0  # s by which a boundary may be off


def sections(figures: Mapping[str, Any]) -> dict[str, str]:
    """The tables that can be made, by the name of their mark."""
    parts = {}
    if pieces := figures.get("pieces"):
        parts["live_pieces"] = pieces_table(pieces)
    if evenings := figures.get("evenings"):
        parts["live_evenings"] = evenings_table(evenings)
    if cost := figures.get("cost"):
        parts["live_cost"] = cost_table(cost)
    return parts


def pieces_table(pieces: Sequence[Row]) -> str:
    """Right first answers and works told, by seconds and group; and what was told falsely."""
    groups = [[p for p in pieces if p["listed"] and p["group"] == name] for name in _GROUPS]
    head = ["", "target", *(f"{g} ({len(p)})" for g, p in zip(_GROUPS, groups, strict=True))]
    rows: list[list[str]] = []
    for seconds, target in _FIRST.items():
        own = [_share([p["rank"][str(seconds)] == 1 for p in g]) for g in groups]
        rows.append([f"first answer right after {seconds} s, %", target, *own])
    rows.append(["mean reciprocal rank after 10 s", "", *(_reciprocal(g) for g in groups)])
    for seconds, target in _TOLD.items():
        own = [_share([p["work"] in p["told"][str(seconds)] for p in g]) for g in groups]
        rows.append([f"accepted within {seconds} s, %", target, *own])
    wrong = [str(sum(_beside(p) for p in g)) for g in groups]
    rows.append(["pieces of which another work is told", "0", *wrong])
    foreign = [[p for p in pieces if not p["listed"] and p["group"] == g] for g in _GROUPS]
    names = [f"{sum(bool(p['told']['120']) for p in some)} of {len(some)}" for some in foreign]
    rows.append(["pieces not in the list of which a work is told", "≤ 1 in 100", *names])
    return table(head, rows)


def evenings_table(evenings: Sequence[Row]) -> str:
    """Works, their boundaries and minutes, over all evenings."""
    found = [one for evening in evenings for one in _works(evening)]
    right = [told for _, told in found if told]
    edges = [
        abs(a - b) <= _NEAR
        for work, told in found if told
        for a, b in ((told[0], work["start"]), (told[1], work["end"]))
    ]  # fmt: skip
    whole = [
        abs(told[0] - work["start"]) <= _NEAR and abs(told[1] - work["end"]) <= _NEAR
        for work, told in found if told
    ]  # fmt: skip
    played = sum(work["end"] - work["start"] for work, _ in found)
    heard = sum(told[2] for told in right)
    false = sum(len(_false(evening)) for evening in evenings)
    hours = sum(evening["truth"][-1]["end"] for evening in evenings) / 3600
    rows = [
        ["evenings, hours, works played", "", f"{len(evenings)}, {hours:.1f}, {len(found)}"],
        [
            "works told for more than half of their time, %",
            "≥ 98",
            percent(len(right) / len(found)),
        ],
        [f"boundaries within {_NEAR:g} s, %", "≥ 90", _share(edges)],
        [f"… works with both within {_NEAR:g} s, %", "", _share(whole)],
        ["minutes told of those played, %", "99 to 101", percent(heard / played)],
        ["works told that were not played", "0", str(false)],
    ]
    return table(["", "target", "ours"], rows)


def cost_table(cost: Row) -> str:
    """Processor time and memory."""
    hours = f"{cost['works']:,} works, {cost['hours']:.0f} h"
    rows = [
        [f"ms a second of sound, {hours}", "≤ 10", f"{cost['ms_a_second']:.1f}"],
        ["… in the quietest four seconds", "", f"{cost['quietest_ms_a_second']:.1f}"],
        ["MB", "≤ 150", f"{cost['mb']:.0f}"],
    ]
    return table(["", "target", "ours"], rows)


def _works(evening: Row) -> Iterator[tuple[Row, tuple[float, float, float] | None]]:
    """Each work that was played; from when to when it was told, and how many seconds of it."""
    for one in evening["truth"]:
        if one["work"]:
            told = [s for s in evening["told"] if s["work"] == one["work"] and _both(s, one) > 1]
            both = sum(_both(s, one) for s in told)
            most = 2 * both > one["end"] - one["start"]
            yield one, ((told[0]["start"], told[-1]["end"], _long(told)) if most else None)


def _false(evening: Row) -> list[Row]:
    """What was told and did not sound, for the most part."""
    return [
        s for s in evening["told"]
        if 2 * sum(_both(s, one) for one in evening["truth"] if one["work"] == s["work"])
        < s["end"] - s["start"]
    ]  # fmt: skip


def _long(told: Sequence[Row]) -> float:
    return float(sum(one["end"] - one["start"] for one in told))


def _both(one: Row, other: Row) -> float:
    both = min(one["end"], other["end"]) - max(one["start"], other["start"])
    return max(0.0, float(both))


def _reciprocal(pieces: Sequence[Row]) -> str:
    return f"{sum(1 / p['rank']['10'] for p in pieces) / len(pieces):.2f}" if pieces else ""


def _beside(piece: Row) -> bool:
    return bool(set(piece["told"]["120"]) - {piece["work"]})


def _share(right: Sequence[bool]) -> str:
    return percent(sum(right) / len(right)) if right else ""
