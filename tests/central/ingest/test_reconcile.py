"""Declared beside heard: every piece and every play stands in one line, whatever the order."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from central.ingest.reconcile import Line, Listed, Sounded, reconcile

EVENING = datetime(2026, 11, 21, 14, tzinfo=UTC)


def programme(*works, encores=()):
    """A programme of these works; keys count from 101."""
    return [
        Listed(
            101 + place, place, frozenset() if work is None else frozenset({work}), work in encores
        )
        for place, work in enumerate(works)
    ]


def evening(*works, minutes=5):
    """Plays of these works, named p0, p1 …, one every so many minutes, each of one minute."""
    return [
        Sounded(
            key=f"p{place}",
            work=work,
            started_at=EVENING + timedelta(minutes=place * minutes),
            ended_at=EVENING + timedelta(minutes=place * minutes + 1),
            milliseconds=60_000,
        )
        for place, work in enumerate(works)
    ]


def told(lines):
    return [(line.state, line.listed, line.heard) for line in lines]


@st.composite
def evenings(draw):
    """A programme and an evening that have something to do with each other."""
    works = st.integers(1, 5)
    meant = draw(st.lists(st.frozensets(works, max_size=2), max_size=8))
    listed = [
        Listed(100 + k, draw(st.integers(0, 9)), w, draw(st.booleans()))
        for k, w in enumerate(meant)
    ]
    heard = [
        Sounded(
            f"p{k}",
            work,
            EVENING + timedelta(seconds=at),
            EVENING + timedelta(seconds=at + long),
            long * 1000,
        )
        for k, (work, at, long) in enumerate(
            draw(
                st.lists(
                    st.tuples(st.none() | works, st.integers(0, 900), st.integers(1, 300)),
                    max_size=8,
                )
            )
        )
    ]
    same = draw(
        st.dictionaries(
            st.sampled_from([f"p{k}" for k in range(9)]), st.integers(100, 109), max_size=3
        )
    )
    return listed, heard, same


@given(evenings())
def test_nothing_is_lost_and_nothing_is_used_twice(drawn):
    listed, heard, same = drawn
    lines = reconcile(listed, heard, same=same)

    assert sorted(one.key for one in listed) == sorted(
        line.listed for line in lines if line.listed is not None
    )
    assert sorted(one.key for one in heard) == sorted(key for line in lines for key in line.heard)
    assert all(line.listed is not None or line.heard for line in lines)


@given(evenings(), st.randoms(use_true_random=False))
def test_the_order_of_the_news_changes_nothing(drawn, dice):
    listed, heard, same = drawn
    before = reconcile(listed, heard, same=same)
    dice.shuffle(listed)
    dice.shuffle(heard)

    assert before == reconcile(listed, heard, same=same)


@given(evenings())
def test_only_plays_of_its_own_work_stand_beside_a_piece(drawn):
    listed, heard, _ = drawn
    works, work = {one.key: one.works for one in listed}, {one.key: one.work for one in heard}

    for line in reconcile(listed, heard):
        assert line.listed is None or {work[key] for key in line.heard} <= works[line.listed]


@given(st.lists(st.integers(1, 4), max_size=9))
def test_an_evening_played_as_declared_is_matched_throughout(works):
    expected = [("matched", 101 + place, (f"p{place}",)) for place in range(len(works))]

    assert expected == told(reconcile(programme(*works), evening(*works)))


def test_each_state_is_called_by_its_name():
    lines = reconcile(programme(1, 2, 3, 4, 9, 5), evening(1, 3, 2, 7, None, 4, 5, 6))

    assert told(lines) == [
        ("matched", 101, ("p0",)),
        ("order swapped", 102, ("p2",)),
        ("matched", 103, ("p1",)),
        ("matched", 104, ("p5",)),
        ("declared only", 105, ()),
        ("matched", 106, ("p6",)),
        ("heard only", None, ("p3",)),
        ("not recognised", None, ("p4",)),
        ("encore", None, ("p7",)),
    ]


def test_there_is_no_encore_before_the_last_piece_was_heard():
    lines = reconcile(programme(1, 2), evening(1, 6))

    assert ["matched", "declared only", "heard only"] == [line.state for line in lines]


def test_a_declared_encore_does_not_make_the_programme_longer():
    lines = reconcile(programme(1, 8, encores={8}), evening(1, 6))

    assert ["matched", "declared only", "encore"] == [line.state for line in lines]


def test_a_piece_that_goes_on_after_a_pause_stays_one_piece():
    lines = reconcile(programme(1, 2), evening(1, 1, 2, minutes=2))

    assert [("matched", 101, ("p0", "p1")), ("matched", 102, ("p2",))] == told(lines)


def test_a_person_s_word_pairs_what_the_ear_could_not():
    lines = reconcile(programme(1, None), evening(1, 6), same={"p1": 102})

    assert [("matched", 101, ("p0",)), ("matched", 102, ("p1",))] == told(lines)


def test_without_a_programme_all_was_only_heard():
    assert [Line("heard only", None, ("p0",))] == reconcile([], evening(1))
