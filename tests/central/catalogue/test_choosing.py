"""What a kind of house gets: the weightiest first, never more than a box has room for."""

from hypothesis import example, given
from hypothesis import strategies as st

from central.catalogue.choosing import GROUNDS, Budget, Facts, choose, common
from central.catalogue.layers import WORN

NAMES = [f"rec-{letter}" for letter in "abcdefghijklmnop"]
SOME = st.sets(st.sampled_from(NAMES))
SIZES = st.dictionaries(st.sampled_from(NAMES), st.integers(1, 9), min_size=1)
TIMES = st.dictionaries(st.sampled_from(NAMES), st.integers(1, 100))
NEEDED = st.dictionaries(st.sampled_from(NAMES), st.sampled_from(GROUNDS[:3]))
WHAT = st.fixed_dictionaries(
    {
        "sizes": SIZES,
        "here": st.builds(Facts, NEEDED, TIMES),
        "heard": TIMES,
        "ours": SOME,
        "had": SOME,
        "budget": st.builds(Budget, st.integers(0, 20), st.integers(0, 99)),
    }
)


@given(WHAT)
def test_never_more_than_there_is_room_for_and_no_room_is_left_for_the_next(what):
    chosen, sizes, budget = choose(**what), what["sizes"], what["budget"]
    used = sum(sizes[name] for name in chosen.recordings)
    others = [size for name, size in sizes.items() if name not in chosen.recordings]

    assert len(chosen.recordings) <= budget.recordings
    assert used <= budget.size_bytes
    assert (
        not others
        or len(chosen.recordings) == budget.recordings
        or used + max(others) > budget.size_bytes
    )


@given(WHAT)
def test_every_recording_is_counted_once_by_the_ground_that_weighs_most(what):
    chosen = choose(**what)
    told = sorted([*chosen.taken.items(), *chosen.left.items()])
    all_taken = choose(**what | {"budget": Budget(99, 999)}).taken

    assert len(chosen.recordings) == sum(chosen.taken.values())
    assert len(what["sizes"]) == sum(count for _, count in told)
    for ground, count in all_taken.items():
        assert count == chosen.taken.get(ground, 0) + chosen.left.get(ground, 0)


@given(WHAT)
def test_what_weighs_less_never_takes_the_room_of_what_weighs_more(what):
    chosen = choose(**what)
    taken = [GROUNDS.index(ground) for ground in chosen.taken]
    left = [GROUNDS.index(ground) for ground in chosen.left]

    assert not taken or not left or max(taken) <= min(left)


@given(WHAT, st.integers(0, 20), st.integers(0, 99))
def test_with_more_room_nothing_goes(what, recordings, size_bytes):
    less = what["budget"]
    more = Budget(less.recordings + recordings, less.size_bytes + size_bytes)

    assert choose(**what).recordings <= choose(**what | {"budget": more}).recordings


TOO_LARGE_NOW = {
    "sizes": {"rec-a": 1, "rec-b": 1, "rec-l": 2},
    "here": Facts(),
    "heard": {},
    "ours": (),
    "had": {"rec-a", "rec-l"},
    "budget": Budget(2, 2),
}


@given(WHAT)
@example(TOO_LARGE_NOW)  # the room of what does not fit any more is given to another the next time
def test_who_has_what_was_chosen_keeps_it_and_soon_nothing_changes(what):
    first = choose(**what)
    second = choose(**what | {"had": first.recordings})
    given_up = what["had"] & what["sizes"].keys() - first.recordings

    assert first.recordings <= second.recordings
    assert first == second or given_up
    assert second == choose(**what | {"had": second.recordings})


def test_a_vote_more_changes_nothing_and_twice_as_many_do():
    what = {
        "sizes": {"a": 1, "b": 1},
        "here": Facts(),
        "ours": (),
        "had": {"b"},
        "budget": Budget(1, 9),
    }

    assert {"b"} == choose(heard={"a": 7, "b": 4}, **what).recordings
    assert {"a"} == choose(heard={"a": 8, "b": 4}, **what).recordings


@given(st.lists(SOME, min_size=1, max_size=5), SOME)
def test_what_all_get_is_common_and_nothing_that_nobody_gets(choices, before):
    found = common(choices, before)
    everybodys = set.intersection(*choices)

    assert everybodys <= found <= everybodys | (before & set.union(*choices))
    assert len(found - everybodys) <= WORN * len(found)
    assert found == common(choices, found)


def test_what_one_kind_of_house_drops_stays_common_until_it_is_much():
    hundred = frozenset(str(n) for n in range(100))
    twenty, more = (frozenset(str(n) for n in range(count)) for count in (20, 21))

    assert hundred == common([hundred, hundred - twenty], hundred)
    assert hundred - more == common([hundred, hundred - more], hundred)
