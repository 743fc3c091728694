"""What was measured of works played live, as tables."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from benchmarks.tables import percent, table

Row = Mapping[str, Any]
Found = tuple[Row, tuple[float, float, float] | None]  # a work, and what was told of it
_PLAYED = ("piano", "ensembles")  # on what they are written for
_OTHERS = "other instruments"
_HALVES = ("first", "second")
_FIRST = {10: "", 20: "95 → 98", 30: "97 → 99", 60: "99", 120: ""}
_TOLD = {30: ("", ""), 60: ("90 → 95", "85 → 95"), 120: ("95 → 98", "")}
_SLOWEST, _FASTEST = 0.6, 1.6  # times the tempo of the score: as free as tempi are to be
_NEAR = 3.0  # s by which a boundary may be off


def sections(figures: Mapping[str, Any]) -> dict[str, str]:
    """The tables that can be made, by the name of their mark."""
    parts = {}
    if pieces := figures.get("pieces"):
        parts["live_pieces"] = pieces_table(pieces)
        parts["live_halves"] = halves_table(pieces)
    if evenings := figures.get("evenings"):
        parts["live_evenings"] = evenings_table(evenings)
    if tunings := figures.get("tunings"):
        told = f"{sum(map(bool, tunings))} of {len(tunings)}"
        row = ["tunings of which a work is told, every work of the list announced", "0", told]
        parts["live_tunings"] = table(["", "target", "ours"], [row])
    if cost := figures.get("cost"):
        parts["live_cost"] = cost_table(cost)
    return parts


def pieces_table(pieces: Sequence[Row]) -> str:
    """Right first answers and works told, by seconds and group; and what was told falsely."""
    both = _of(pieces, *_PLAYED)
    groups = [both, *(_of(pieces, name) for name in _PLAYED), _of(pieces, _OTHERS)]
    both_name, *names = [
        f"{name} ({sum(one['listed'] for one in group)})"
        for name, group in zip((" and ".join(_PLAYED), *_PLAYED, _OTHERS), groups, strict=True)
    ]
    head = ["", "target", both_name, *names[:-1], "target", names[-1]]
    near = [[one for one in group if _SLOWEST <= one["tempo"] <= _FASTEST] for group in groups]
    rows = [
        _row(
            f"first answer right after {seconds} s, %", target, [_first(g, seconds) for g in groups]
        )
        for seconds, target in _FIRST.items()
    ]
    rows.append(_row("mean reciprocal rank after 10 s", "", [_reciprocal(g) for g in groups]))
    for seconds, (target, others) in _TOLD.items():
        own = [_accepted(g, seconds) for g in groups]
        rows.append(_row(f"accepted within {seconds} s, %", target, own, others))
    counts = [str(sum(one["listed"] for one in g)) for g in near]
    rows.append(_row(f"… played at {_SLOWEST} to {_FASTEST} times the score's tempo", "", counts))
    for seconds in (60, 120):
        own = [_accepted(g, seconds) for g in near]
        rows.append(_row(f"… of them accepted within {seconds} s, %", "", own))
    own = [_another(g) for g in groups]
    rows.append(_row("pieces of which another work is told", "0", own, "0"))
    own = [_false_of(g) for g in groups]
    rows.append(_row("pieces not in the list of which a work is told", "≤ 1 in 100", own))
    return table(head, rows)


def _row(name: str, target: str, cells: Sequence[str], others: str = "") -> list[str]:
    """The last cell is what other instruments reach; before it stands their own target."""
    return [name, target, *cells[:-1], others, cells[-1]]


def halves_table(pieces: Sequence[Row]) -> str:
    """The same for each half of the pieces: what was chosen was chosen on the second."""
    halves = [(half, [one for one in pieces if one["half"] == half]) for half in _HALVES]
    groups = [_of(own, *names) for names in (_PLAYED, (_OTHERS,)) for _, own in halves]
    head = ["", *(f"{' and '.join(_PLAYED)}: {half} half" for half in _HALVES)]
    head += [f"{_OTHERS}: {half} half" for half in _HALVES]
    rows = [["pieces", *(str(sum(one["listed"] for one in group)) for group in groups)]]
    for seconds in (20, 30, 60):
        own = [_first(group, seconds) for group in groups]
        rows.append([f"first answer right after {seconds} s, %", *own])
    for seconds in (60, 120):
        own = [_accepted(group, seconds) for group in groups]
        rows.append([f"accepted within {seconds} s, %", *own])
    rows.append(["pieces of which another work is told", *(_another(group) for group in groups)])
    names = [_false_of(group) for group in groups]
    rows.append(["pieces not in the list of which a work is told", *names])
    return table(head, rows)


def _of(pieces: Sequence[Row], *groups: str) -> list[Row]:
    return [one for one in pieces if one["group"] in groups]


def _first(group: Sequence[Row], seconds: int) -> str:
    return _share([one["rank"][str(seconds)] == 1 for one in group if one["listed"]])


def _accepted(group: Sequence[Row], seconds: int) -> str:
    return _share([one["work"] in one["told"][str(seconds)] for one in group if one["listed"]])


def _another(group: Sequence[Row]) -> str:
    return str(sum(_beside(one) for one in group if one["listed"]))


def _false_of(group: Sequence[Row]) -> str:
    foreign = [one for one in group if not one["listed"]]
    return f"{sum(map(_beside, foreign))} of {len(foreign)}" if foreign else ""


def evenings_table(evenings: Sequence[Row]) -> str:
    """Works, their boundaries and minutes, over all evenings: at a tempo of the score, and all."""
    found = [(evening, one) for evening in evenings for one in _works(evening)]
    near = [
        one for evening, one in found
        if _SLOWEST <= evening["tempi"][one[0]["work"]] <= _FASTEST
    ]  # fmt: skip
    hours = sum(evening["truth"][-1]["end"] for evening in evenings) / 3600
    false = str(sum(len(_false(evening)) for evening in evenings))
    columns = [_told(group) for group in (near, [one for _, one in found])]
    names = [
        ("works played", ""),
        ("works told for more than half of their time, %", "≥ 98"),
        (f"boundaries within {_NEAR:g} s, %", "≥ 90"),
        (f"… works with both within {_NEAR:g} s, %", ""),
        ("minutes told of those played, %", "99 to 101"),
    ]
    rows = [[*name, *cells] for name, *cells in zip(names, *columns, strict=True)]
    rows.append(["works told that were not played", "0", "", false])
    evening = f"{len(evenings)} evenings, {hours:.1f} h"
    at = f"at {_SLOWEST} to {_FASTEST} times the score's tempo"
    return table([evening, "target", at, "at any tempo"], rows)


def _told(found: Sequence[Found]) -> list[str]:
    """How many works, and of them in per cent: told, edges near, both near, minutes."""
    right = [(work, told) for work, told in found if told]
    near = [
        (abs(told[0] - work["start"]) <= _NEAR, abs(told[1] - work["end"]) <= _NEAR)
        for work, told in right
    ]
    played = sum(work["end"] - work["start"] for work, _ in found)
    return [
        str(len(found)),
        percent(len(right) / len(found)),
        _share([one for both in near for one in both]),
        _share([all(both) for both in near]),
        percent(sum(told[2] for _, told in right) / played),
    ]


def cost_table(cost: Row) -> str:
    """Processor time and memory."""
    hours = f"{cost['works']:,} works, {cost['hours']:.0f} h"
    rows = [
        [f"ms a second of sound, {hours}", "≤ 10", f"{cost['ms_a_second']:.1f}"],
        ["… in the quietest four seconds", "", f"{cost['quietest_ms_a_second']:.1f}"],
        ["MB", "≤ 150", f"{cost['mb']:.0f}"],
    ]
    return table(["", "target", "ours"], rows)


def _works(evening: Row) -> Iterator[Found]:
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


def _reciprocal(group: Sequence[Row]) -> str:
    listed = [one for one in group if one["listed"]]
    return f"{sum(1 / one['rank']['10'] for one in listed) / len(listed):.2f}" if listed else ""


def _beside(piece: Row) -> bool:
    return bool(set(piece["told"]["120"]) - {piece["work"]})


def _share(right: Sequence[bool]) -> str:
    return percent(sum(right) / len(right)) if right else ""
