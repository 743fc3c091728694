"""Recordings that share sound: the file is whole or refused, and both sides tell the same."""

import pytest
from hypothesis import given
from hypothesis import strategies as some

from edge.errors import BadCatalogue
from edge.matcher.detect import Detection
from edge.matcher.recipe import RECIPE, Frame, Recipe
from edge.matcher.siblings import MOST, Common, Siblings, write_siblings

SECOND = RECIPE.frame(1.0)
ALBUM, SINGLE, REMIX = "album-ә", "single", "remix"

frames = some.integers(0, 2**20)
names = some.sampled_from(["a", "b", "c", "ұзақ", "e"])
common = some.builds(
    Common,
    one=names,
    other=names,
    first=frames,
    there=frames,
    frames=some.integers(1, 2**20),
    speed=some.sampled_from([1.0, 0.96, 25 / 24]),
)


def heard(recording_id, first_seconds, seconds, speed=1.0):
    """A detection of so many seconds of a recording."""
    end = RECIPE.frame(100.0 + seconds)
    return Detection(recording_id, RECIPE.frame(100.0), end, first_seconds, speed, 0.99)


def of(path, *stretches):
    """The siblings that share these stretches: one, other, first, there, length in seconds."""
    shared = [
        Common(one, other, first * SECOND, there * SECOND, length * SECOND, 1.0)
        for one, other, first, there, length in stretches
    ]
    write_siblings(path, shared)
    return Siblings.open(path)


@pytest.fixture
def path(tmp_path):
    return tmp_path / "some.qsib"


def test_a_recording_that_shares_nothing_is_told_from_all_others(path):
    siblings = of(path, (ALBUM, SINGLE, 0, 0, 60))

    assert siblings.alternatives(heard(REMIX, 0, 30)) == ()
    assert Siblings.none().alternatives(heard(ALBUM, 0, 30)) == ()


def test_within_what_two_share_neither_is_told_from_the_other(path):
    siblings = of(path, (ALBUM, SINGLE, 10, 0, 60))
    (there,) = siblings.alternatives(heard(ALBUM, 20, 30))
    (back,) = siblings.alternatives(heard(SINGLE, 10, 30))

    assert (there.recording_id, round(there.reference_start_seconds)) == (SINGLE, 10)
    assert (back.recording_id, round(back.reference_start_seconds)) == (ALBUM, 20)


def test_what_only_one_of_them_has_decides(path):
    siblings = of(path, (ALBUM, SINGLE, 0, 0, 60))

    assert siblings.alternatives(heard(ALBUM, 30, 33)) != ()
    assert siblings.alternatives(heard(ALBUM, 30, 40)) == ()
    assert siblings.alternatives(heard(ALBUM, 56, 5)) != ()
    assert siblings.alternatives(heard(ALBUM, 58, 5)) == ()


def test_an_edit_explains_what_runs_over_its_cut(path):
    siblings = of(path, (SINGLE, ALBUM, 0, 0, 20), (SINGLE, ALBUM, 20, 35, 25))
    (other,) = siblings.alternatives(heard(SINGLE, 5, 38))

    assert (other.recording_id, round(other.reference_start_seconds)) == (ALBUM, 20)


def test_speeds_are_multiplied(path):
    write_siblings(path, [Common(ALBUM, SINGLE, 0, 0, 60 * SECOND, 1.04)])
    (other,) = Siblings.open(path).alternatives(heard(ALBUM, 10, 30, speed=1.02))

    assert (round(other.speed, 4), round(other.reference_start_seconds, 1)) == (1.0608, 10.4)


def test_those_that_share_most_are_named_first_and_not_too_many(path):
    many = [(ALBUM, f"copy-{n:02}", 0, 0, 57 if n % 2 else 60) for n in range(40)]
    found = of(path, *many).alternatives(heard(ALBUM, 0, 60))

    assert [one.recording_id for one in found] == [f"copy-{n:02}" for n in range(0, 32, 2)]
    assert len(found) == MOST


@given(some.lists(common, max_size=8), some.randoms())
def test_the_order_of_stretches_changes_nothing(tmp_path_factory, shared, dice):
    folder = tmp_path_factory.mktemp("siblings")
    shuffled = [*shared, *shared]
    dice.shuffle(shuffled)
    for name, stretches in (("one", shared), ("two", shuffled)):
        write_siblings(folder / name, stretches)

    assert (folder / "one").read_bytes() == (folder / "two").read_bytes()


@given(some.data())
def test_an_altered_or_torn_file_is_refused(tmp_path_factory, data):
    path = tmp_path_factory.mktemp("siblings") / "a.qsib"
    write_siblings(path, data.draw(some.lists(common, min_size=1, max_size=4)))
    whole = path.read_bytes()
    at = data.draw(some.integers(0, len(whole) - 1))
    other = whole[at] ^ data.draw(some.integers(1, 255))
    torn = data.draw(some.booleans())
    path.write_bytes(whole[:at] if torn else whole[:at] + bytes([other]) + whole[at + 1 :])

    with pytest.raises(BadCatalogue, match=r"a\.qsib"):
        Siblings.open(path)


def test_a_file_of_another_recipe_or_none_is_refused(path):
    of(path, (ALBUM, SINGLE, 0, 0, 60))

    with pytest.raises(BadCatalogue, match="recipe"):
        Siblings.open(path, recipe=Recipe(version=2))
    with pytest.raises(BadCatalogue, match="missing"):
        Siblings.open(path.with_name("missing"))


@pytest.mark.parametrize("wrong", [{"frames": 0}, {"first": -1}, {"speed": 3.0}])
def test_what_is_no_stretch_is_not_written(path, wrong):
    good = Common(ALBUM, SINGLE, 0, 0, int(Frame(SECOND)), 1.0)

    with pytest.raises(ValueError, match="no stretch"):
        write_siblings(path, [good._replace(**wrong)])
