"""The money's way through a distribution, drawn as ribbons: fee, plays, works, rightholders.

Everything here is plain data in the units of one drawing; a template only places it. Thickness is
in proportion to money for the eye; the exact amounts are written beside it.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from central.royalties.closed import REASONS_TOLD, ClosedEvent
from central.royalties.distribution import Allocation, PlayUsed
from central.royalties.money import Money, sums_by
from central.web.words import HUES, length_text

Kind = Literal["event", "play", "work", "rightholder", "suspense", "deduction"]

COLUMNS = ("Licence fee", "Plays", "Works", "Rightholders")
MOST_NODES = 20  # of a column; the smallest beyond that are drawn as one
_COLUMN_WIDTH = 290
_LAST_COLUMN_WIDTH = 330  # names end here and are not cut short by a next column
_NODE_WIDTH = 12
_TOP = 44
_SLOT = 46  # room for the two lines of writing beside a node
_MONEY_HEIGHT = 420


@dataclass(frozen=True, slots=True)
class Station:
    """Where money passes or ends."""

    kind: Kind
    key: str
    title: str


@dataclass(frozen=True, slots=True)
class Way:
    """One allocation: the four stations it passes, and how much it is."""

    stations: tuple[Station, Station, Station, Station]
    amount: Money


@dataclass(frozen=True, slots=True)
class Node:
    """A station as drawn: its bar, and the writing beside it; plays and works have colours."""

    kind: Kind
    hue: int | None
    x: int
    y: float
    width: int
    height: float
    title: str
    amount: str


@dataclass(frozen=True, slots=True)
class Ribbon:
    """Money between two stations, as the outline of a closed path."""

    hue: int | None
    outline: str
    says: str


@dataclass(frozen=True, slots=True)
class Trail:
    """The whole picture, in one currency."""

    width: int
    height: float
    headings: tuple[tuple[int, str], ...]
    nodes: tuple[Node, ...]
    ribbons: tuple[Ribbon, ...]


def ways_of(events: Iterable[ClosedEvent], *, names: Mapping[int, str]) -> list[Way]:
    """The way of every allocation of these events.

    Args:
        events: of one currency.
        names: what the rightholders are called, by number.
    """
    ways = []
    for event in events:
        plays = {play.id: play for play in event.plays}  # by time, as the books give them
        place = {play_id: number for number, play_id in enumerate(plays)}
        in_time = sorted(event.allocations, key=lambda part: place.get(part.play_id or "", 0))
        ways += [Way(_stations(event, part, plays, names), part.amount) for part in in_time]
        ways += [Way(_taken(event, name), amount) for name, amount in event.deductions()]
    return ways


def _taken(event: ClosedEvent, name: str) -> tuple[Station, Station, Station, Station]:
    start = Station("event", str(event.event_id), event.title)
    before = Station("play", f"taken/{event.event_id}", "taken before division")
    no_work = Station("work", f"taken/{event.event_id}", "no work")
    return start, before, no_work, Station("deduction", name, f"deduction: {name}")


def _stations(
    event: ClosedEvent,
    part: Allocation,
    plays: Mapping[str, PlayUsed],
    names: Mapping[int, str],
) -> tuple[Station, Station, Station, Station]:
    start = Station("event", str(event.event_id), event.title)
    end = (
        Station("suspense", part.reason, f"suspense: {REASONS_TOLD[part.reason]}")
        if part.party_id is None
        else Station("rightholder", str(part.party_id), names[part.party_id])
    )
    if part.play_id is None:
        key = f"none/{event.event_id}"
        return start, Station("play", key, "nothing heard"), Station("work", key, "no work"), end
    play = plays[part.play_id]
    heard = Station("play", f"{event.event_id}/{play.id}", _play_title(play))
    work = (
        Station("work", "unknown", "unknown work")
        if play.work_id is None
        else Station("work", str(play.work_id), play.work_title)
    )
    return start, heard, work, end


def _play_title(play: PlayUsed) -> str:
    title = play.recording_title or play.work_title or "Unregistered recording"
    return f"{title}, {length_text(play.milliseconds)}"


def draw(ways: Iterable[Way]) -> Trail:
    """Lay out the way of the money, left to right.

    Args:
        ways: of one currency; zero amounts are left out of the picture.

    Raises:
        MixedCurrencies: the ways are of more than one currency.
    """
    paid = _folded([way for way in ways if way.amount.minor > 0])
    columns = [_totals(paid, column) for column in range(4)]
    hues = _hues(paid)
    height = max((_height(column) for column in columns), default=0) + _TOP
    nodes: dict[Station, Node] = {}
    for number, column in enumerate(columns):
        nodes |= _column(column, number=number, height=height, hues=hues)
    return Trail(
        width=_COLUMN_WIDTH * 3 + _LAST_COLUMN_WIDTH,
        height=height,
        headings=tuple((n * _COLUMN_WIDTH, words) for n, words in enumerate(COLUMNS)),
        nodes=tuple(nodes.values()),
        ribbons=tuple(_ribbons(paid, nodes)),
    )


def _folded(ways: Sequence[Way]) -> list[Way]:
    """The ways, with the smallest stations of an overfull column put together."""
    replaced: dict[Station, Station] = {}
    for column in range(4):
        totals = _totals(ways, column)
        # What waits in suspense is never hidden among others, however small.
        by_size = sorted(totals, key=lambda s: (s.kind != "suspense", -totals[s].minor))
        small = by_size[MOST_NODES - 1 :] if len(by_size) > MOST_NODES else []
        if small:
            others = Station(small[0].kind, f"others/{column}", f"{len(small)} others")
            replaced |= dict.fromkeys(small, others)
    return [_through(way, replaced) for way in ways]


def _through(way: Way, replaced: dict[Station, Station]) -> Way:
    first, second, third, fourth = (replaced.get(s, s) for s in way.stations)
    return Way((first, second, third, fourth), way.amount)


def _totals(ways: Sequence[Way], column: int) -> dict[Station, Money]:
    """The stations of a column, suspense last, each with the money that passes it."""
    suspense_last = sorted(ways, key=lambda way: way.stations[column].kind == "suspense")
    return sums_by((way.stations[column], way.amount) for way in suspense_last)


def _hues(ways: Sequence[Way]) -> dict[Station, int | None]:
    """A work and its plays share a colour; what nobody can be paid for has none."""
    works = [way.stations[2] for way in ways if way.stations[3].kind == "rightholder"]
    turn = {work: n % HUES for n, work in enumerate(dict.fromkeys(works))}
    hues: dict[Station, int | None] = {}
    for way in ways:
        _, play, work, _ = way.stations
        hues |= {play: turn.get(work), work: turn.get(work)}
    return hues


def _bar_height(amount: Money, column: dict[Station, Money]) -> float:
    whole = sum(money.minor for money in column.values())
    return round(max(amount.minor * _MONEY_HEIGHT / whole, 1.5), 2)


def _height(column: dict[Station, Money]) -> float:
    return sum(max(_bar_height(amount, column) + 10, _SLOT) for amount in column.values())


def _column(
    column: dict[Station, Money], *, number: int, height: float, hues: dict[Station, int | None]
) -> dict[Station, Node]:
    y = _TOP + (height - _TOP - _height(column)) / 2
    nodes = {}
    for station, amount in column.items():
        bar = _bar_height(amount, column)
        nodes[station] = Node(
            kind=station.kind,
            hue=hues.get(station),
            x=number * _COLUMN_WIDTH,
            y=round(y, 2),
            width=_NODE_WIDTH,
            height=bar,
            title=station.title,
            amount=amount.text(),
        )
        y += max(bar + 10, _SLOT)
    return nodes


def _ribbons(ways: Sequence[Way], nodes: dict[Station, Node]) -> Iterable[Ribbon]:
    for column in range(3):
        left_used: dict[Station, float] = {}
        right_used: dict[Station, float] = {}
        flows = _flows(ways, column)
        for (left, right), amount in sorted(
            flows.items(), key=lambda flow: (nodes[flow[0][0]].y, nodes[flow[0][1]].y)
        ):
            whole = sum(money.minor for money in flows.values())
            thick = amount.minor * _MONEY_HEIGHT / whole
            y_left = nodes[left].y + left_used.get(left, 0.0)
            y_right = nodes[right].y + right_used.get(right, 0.0)
            left_used[left] = left_used.get(left, 0.0) + thick
            right_used[right] = right_used.get(right, 0.0) + thick
            yield Ribbon(
                hue=(nodes[left] if column == 2 else nodes[right]).hue,
                outline=_outline(nodes[left], nodes[right], y_left, y_right, thick),
                says=f"{left.title} to {right.title}: {amount.text()}",
            )


def _flows(ways: Sequence[Way], column: int) -> dict[tuple[Station, Station], Money]:
    return sums_by(((way.stations[column], way.stations[column + 1]), way.amount) for way in ways)


def _outline(left: Node, right: Node, y_left: float, y_right: float, thick: float) -> str:
    start, end = left.x + left.width, right.x
    middle = (start + end) // 2
    return (
        f"M{start} {y_left:.2f}C{middle} {y_left:.2f} {middle} {y_right:.2f} {end} {y_right:.2f}"
        f"V{y_right + thick:.2f}C{middle} {y_right + thick:.2f} {middle} {y_left + thick:.2f}"
        f" {start} {y_left + thick:.2f}Z"
    )
