"""One division, two tellings: SQL on DuckDB gives what plain Python gives, bit for bit."""

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from central.errors import TooLarge, Unacceptable
from central.royalties.rules import period, shelf
from central.royalties.rules.engines import DuckEngine
from central.royalties.rules.material import Event, Material, Part, Use
from central.royalties.rules.reading import read_pack
from central.royalties.rules.settle import settle
from central.royalties.rules.weighing import lessened_uses

DAY = date(2026, 10, 1)


def without_deductions(name, *changes):
    text = (shelf.folder() / f"{name}.toml").read_text(encoding="utf-8")
    start = text.find("[[deductions]]")
    text = text[:start] + text[text.index("[weights]") :] if start >= 0 else text
    for old, new in changes:
        text = text.replace(old, new)
    return read_pack(text, file=f"{name}.toml")


PACKS = [
    without_deductions(
        "artisjus-radio", ('by = "payer"', 'by = "event"'), ("value = 100,", "value = 1,")
    ),
    without_deductions("suisa-concert"),
    without_deductions("bmi-live"),
]
events = st.lists(st.integers(-(10**12), 10**14), min_size=1, max_size=4).map(
    lambda fees: [Event(number, DAY, fee=fee) for number, fee in enumerate(fees, 1)]
)
parts = st.dictionaries(
    st.integers(1, 4),
    st.sampled_from(
        [
            (Part(1, "CA", 10_000),),
            (Part(1, "C", 3333), Part(2, "A", 3333), Part(3, "E", 3334)),
            (Part(2, "AR", 3333), Part(0, "PD", 6667)),
            (Part(2, "C", 5000), Part(2, "C", 5000)),
            (Part(1, "CA", 9_999),),
            (),
        ]
    ),
)


@st.composite
def materials(draw):
    licensed = draw(events)
    drawn = draw(
        st.lists(
            st.builds(
                Use,
                id=st.just(""),
                event_id=st.sampled_from([event.id for event in licensed]),
                work_id=st.integers(0, 4),
                milliseconds=st.integers(0, 700_000),
                state=st.sampled_from(["protected", "protected", "public-domain"]),
                genre=st.sampled_from(["", "jazz", "serious"]),
                character=st.sampled_from(["concrete", "background", "functional"]),
                placing=st.sampled_from(["full", "medley"]),
            ),
            max_size=14,
        )
    )
    uses = [
        Use(
            f"u{number:02}",
            one.event_id,
            one.work_id,
            one.milliseconds,
            "unidentified" if not one.work_id else one.state,
            one.genre,
            one.character,
            one.placing,
        )
        for number, one in enumerate(drawn)
    ]
    return Material(licensed, uses, draw(parts))


def fill(duck, pack, material):
    """Put material where each event is a pool of its own into the three tables."""
    events = {event.id: event for event in material.events}
    lessened = lessened_uses(pack.weights.degression, material.uses, events)
    duck.connection.execute(
        "CREATE OR REPLACE TABLE uses (pool BIGINT, work BIGINT, use_id VARCHAR,"
        " milliseconds BIGINT, public_domain BOOLEAN, lessened BOOLEAN, genre VARCHAR,"
        ' "character" VARCHAR, "placing" VARCHAR,'
        " use_class VARCHAR, instrumentation VARCHAR);"
        "CREATE OR REPLACE TABLE pools (pool BIGINT, amount BIGINT);"
        "CREATE OR REPLACE TABLE parts (work BIGINT, party BIGINT, role VARCHAR, basis_points INT)"
    )
    uses = [
        (
            use.event_id,
            use.work_id,
            "" if use.work_id else use.id,
            use.milliseconds,
            use.state == "public-domain",
            use.id in lessened,
            use.genre,
            use.character,
            use.placing,
            use.use_class,
            use.instrumentation,
        )
        for use in material.uses
    ]
    put(duck, "uses", uses)
    put(duck, "pools", [(event.id, event.fee) for event in material.events])
    rows = [
        (work, part.party_id, part.role, part.basis_points)
        for work, own in material.parts.items()
        for part in own
    ]
    put(duck, "parts", rows)


def put(duck, table, rows):
    if rows:
        marks = ", ".join("?" * len(rows[0]))
        duck.connection.executemany(f"INSERT INTO {table} VALUES ({marks})", rows)


def by_sql(duck, pack, material):
    fill(duck, pack, material)
    period.settle_period(duck, pack)
    return sorted(
        duck.rows(
            "SELECT pool, work, use_id, party, role, basis_points, amount, reason FROM ledger"
        )
    )


def by_hand(pack, material):
    return sorted(
        (
            int(one.pool.removeprefix("event/")),
            one.line.work_id,
            one.line.use_id,
            one.line.party_id,
            one.line.role,
            one.line.basis_points,
            one.amount,
            one.line.reason,
        )
        for one in settle(pack, material).allocations
    )


@pytest.fixture(scope="module")
def duck():
    with DuckEngine(None, memory_mib=512, threads=1) as engine:
        yield engine


@pytest.mark.parametrize("pack", PACKS, ids=lambda pack: pack.id)
@settings(max_examples=25, deadline=None)
@given(material=materials())
def test_the_engine_gives_what_plain_python_gives(duck, pack, material):
    assert by_sql(duck, pack, material) == by_hand(pack, material)


def small(*uses, fee=100):
    return Material([Event(1, DAY, fee=fee)], uses, {1: (Part(1, "CA", 10_000),)})


def test_an_engine_that_would_overflow_is_stopped_before_it_does(duck):
    fill(duck, PACKS[1], small(Use("a", 1, 1, 10**16), fee=9 * 10**18))

    with pytest.raises(TooLarge, match="exceeds 38 digits"):
        period.settle_period(duck, PACKS[1])


@pytest.mark.parametrize(
    ("use", "told"),
    [
        (Use("a", 1, 1, 1000, genre="polka"), "no factor for"),
        (Use("a", 1, 1, -1), "a use lasts -1 ms"),
    ],
)
def test_what_cannot_be_weighed_stops_the_period(duck, use, told):
    fill(duck, PACKS[0], small(use))

    with pytest.raises(Unacceptable, match=told):
        period.settle_period(duck, PACKS[0])


def test_points_of_events_are_left_to_the_small_engine():
    with pytest.raises(Unacceptable, match="points of events are reckoned by settle"):
        period.weighed_sql(shelf.pack("tono-concert").weights)
