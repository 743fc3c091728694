"""Laws of the picture of money: everything that enters a column leaves it, and is named exactly."""

import itertools
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from central.repertoire.shares import Share
from central.royalties.closed import ClosedEvent
from central.royalties.distribution import PlayUsed, distribute
from central.royalties.money import MixedCurrencies, Money
from central.web.trail import MOST_NODES, Station, Way, draw, ways_of

EVENING = datetime(2025, 3, 21, 14, tzinfo=UTC)


def way(play, work, party, minor, *, currency="KZT"):
    return Way(
        (
            Station("event", "1", "Evening"),
            Station("play", play, f"play {play}"),
            Station("work", work, f"work {work}"),
            Station("rightholder", party, f"party {party}"),
        ),
        Money(minor, currency),
    )


names = st.sampled_from([str(number) for number in range(40)])
many_ways = st.lists(st.builds(way, names, names, names, st.integers(0, 10**9)), max_size=60)


def columns(picture):
    by_x = {}
    for node in picture.nodes:
        by_x.setdefault(node.x, []).append(node)
    return [by_x[x] for x in sorted(by_x)]


def minor(node):
    return int(node.amount.replace("KZT\u00a0", "").replace(",", "").replace(".", ""))


@given(many_ways)
def test_every_column_carries_the_whole_sum(ways):
    whole = sum(way.amount.minor for way in ways)

    for column in columns(draw(ways)):
        assert sum(minor(node) for node in column) == whole


@given(many_ways)
def test_no_column_is_overfull(ways):
    for column in columns(draw(ways)):
        assert len(column) <= MOST_NODES


@given(many_ways)
def test_nodes_of_a_column_never_overlap_and_stay_in_the_picture(ways):
    picture = draw(ways)

    for column in columns(picture):
        for upper, lower in itertools.pairwise(column):
            assert upper.y + upper.height < lower.y
        assert column[-1].y + column[-1].height <= picture.height


def test_the_smallest_of_a_long_evening_are_drawn_as_one():
    ways = [way(str(number), "1", str(number), 1000 - number) for number in range(50)]

    _, plays, works, parties = columns(draw(ways))

    assert (len(plays), len(works), len(parties)) == (MOST_NODES, 1, MOST_NODES)
    assert [node.title for node in plays[:2]] == ["play 0", "play 1"]
    assert (plays[-1].title, minor(plays[-1])) == ("31 others", sum(range(951, 982)))


def test_what_waits_is_never_hidden_among_others():
    ways = [way(str(number), "1", str(number), 1000 - number) for number in range(50)]
    start, play, work, _ = ways[0].stations
    waiting = Station("suspense", "unknown-recording", "suspense")

    picture = draw([*ways, Way((start, play, work, waiting), Money(1, "KZT"))])

    assert [n.title for n in picture.nodes if n.kind == "suspense"] == ["suspense"]


def test_an_event_at_which_nothing_was_heard_leads_straight_to_suspense():
    fee = Money(1_000, "KZT")
    event = ClosedEvent(
        event_id=1,
        title="Evening",
        hall="Hall",
        starts_at=EVENING,
        ends_at=EVENING,
        fee=fee,
        plays=(),
        allocations=tuple(distribute(1, fee, [])),
    )

    (one,) = ways_of([event], names={})

    assert [station.title for station in one.stations] == [
        "Evening",
        "nothing heard",
        "no work",
        "suspense: no recognised music was heard at this event",
    ]


def test_nothing_to_pay_is_an_empty_picture():
    assert draw([way("1", "1", "1", 0)]).nodes == ()


def test_a_picture_has_one_currency():
    with pytest.raises(MixedCurrencies):
        draw([way("1", "1", "1", 5), way("1", "1", "1", 5, currency="EUR")])


def test_the_way_of_every_allocation_ends_with_its_rightholder_or_its_reason():
    def play(name, work_id, shares):
        return PlayUsed(
            id=name,
            recording_id=f"rec-{name}",
            recording_title=name,
            performer="",
            work_id=work_id,
            work_title="Тұнық су" if work_id else "",
            started_at=EVENING,
            ended_at=EVENING,
            milliseconds=60_000,
            confidence_per_mille=900,
            detections=(),
            shares=shares,
        )

    plays = (play("a", 1, (Share(7, "CA", 10_000),)), play("b", None, ()))
    fee = Money(1_000, "KZT")
    event = ClosedEvent(
        event_id=1,
        title="Evening",
        hall="Hall",
        starts_at=EVENING,
        ends_at=EVENING,
        fee=fee,
        plays=plays,
        allocations=tuple(distribute(1, fee, plays)),
    )

    ways = ways_of([event], names={7: "Мадина"})

    assert [[station.title for station in one.stations] for one in ways] == [
        ["Evening", "a, 1:00.0", "Тұнық су", "Мадина"],
        [
            "Evening",
            "b, 1:00.0",
            "unknown work",
            "suspense: the recording heard is not registered with any work",
        ],
    ]
    assert [node.hue for node in draw(ways).nodes if node.kind == "work"] == [0, None]
