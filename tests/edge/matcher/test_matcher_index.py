from collections import Counter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from matcher_sounds import RATE_HZ, listen, play

from edge.errors import BadCatalogue
from edge.matcher.fingerprint import Fingerprint, Landmarks, fingerprint
from edge.matcher.index import GUARD_FRAMES, Index, write_segment
from edge.matcher.landmarks import join, query_hashes, reference_hashes
from edge.matcher.match import vote
from edge.matcher.recipe import Frame, Recipe

HEADER_BYTES = 108


@pytest.fixture(scope="module")
def tiny(tmp_path_factory):
    path = tmp_path_factory.mktemp("tiny") / "tiny.qseg"
    write_segment(path, [("first", fingerprint(play(1, 2), RATE_HZ))])
    return path


def landmarks_of(points, until):
    frames, bins, heights = (list(column) for column in zip(*sorted(points), strict=True))
    return Landmarks(
        np.array(frames, np.int32),
        np.array(bins, np.float32) / np.float32(4),
        np.array(heights, np.float32) / np.float32(8),
        Frame(until),
    )


POINTS = st.lists(
    st.tuples(st.integers(0, 400), st.integers(4 * 33, 4 * 300), st.integers(4, 60)),
    min_size=2,
    max_size=120,
)


@settings(max_examples=40, deadline=None)
@given(first=POINTS, second=POINTS, query=POINTS)
def test_the_index_finds_what_a_naive_search_finds(tmp_path_factory, first, second, query):
    prints = [Fingerprint(landmarks_of(points, 430)) for points in (first, second)]
    path = tmp_path_factory.mktemp("naive") / "naive.qseg"
    write_segment(path, [("a", prints[0]), ("b", prints[1])])
    hashes, anchors = query_hashes(landmarks_of(query, 430), 12)
    naive = Counter()
    for number, print_ in enumerate(prints):
        start = number * (430 + GUARD_FRAMES)
        known = zip(*reference_hashes(print_.landmarks.strongest(20), 5), strict=True)
        for key, place in list(known):
            for h, anchor in zip(hashes.tolist(), anchors.tolist(), strict=True):
                naive[(start + int(place) - anchor) >> 2] += h == int(key)
    wanted = {4 * b: naive[b] + naive.get(b + 1, 0) for b in naive if naive[b]}
    segment = Index.open([path]).segments[0]
    found = vote(segment, hashes, anchors, limit=100_000)

    assert wanted == dict(zip(found.diagonals.tolist(), found.votes.tolist(), strict=True))


def test_recordings_come_back_in_their_order(index, songs):
    assert tuple(songs) == index.recordings


def test_landmarks_come_back_where_they_were(tmp_path):
    prints = [fingerprint(play(seed, 3), RATE_HZ) for seed in (1, 2)]
    write_segment(tmp_path / "x.qseg", [("один", prints[0]), ("екі", prints[1])])
    segment = Index.open([tmp_path / "x.qseg"]).segments[0]
    start = int(segment.starts[1])
    places, quarters = segment.landmarks_between(start, start + 10_000)

    assert ("один", "екі") == segment.recordings
    assert prints[1].landmarks.frames.tolist() == (places.astype(int) - start).tolist()
    assert (prints[1].landmarks.bins * 4).tolist() == quarters.tolist()
    assert [0, 1] == [segment.recording_at(place) for place in (start - 1, start)]


def test_an_empty_catalogue_opens_and_finds_nothing(tmp_path):
    write_segment(tmp_path / "none.qseg", [])
    index = Index.open([tmp_path / "none.qseg"])
    hashes, anchors = query_hashes(join(listen(play(1, 3))), 12)

    assert () == index.recordings
    assert 0 == len(vote(index.segments[0], hashes, anchors, limit=10).votes)


def test_two_recordings_of_one_id_are_refused(tmp_path):
    print_ = fingerprint(play(1, 2), RATE_HZ)

    with pytest.raises(ValueError, match="2 recordings"):
        write_segment(tmp_path / "x.qseg", [("same", print_), ("same", print_)])


def test_a_segment_replaces_an_older_one_whole(tmp_path, tiny):
    path = tmp_path / "x.qseg"
    path.write_bytes(b"older")
    write_segment(path, [("new", fingerprint(play(2, 2), RATE_HZ))])

    assert ("new",) == Index.open([path]).recordings
    assert [path] == list(tmp_path.iterdir())


def test_a_segment_torn_anywhere_is_refused(tmp_path, tiny):
    content, torn = tiny.read_bytes(), tmp_path / "torn.qseg"
    for size in {*range(HEADER_BYTES + 40), *range(0, len(content), 41), len(content) - 1}:
        torn.write_bytes(content[:size])
        with pytest.raises(BadCatalogue, match=r"torn\.qseg"):
            Index.open([torn])


def test_a_header_altered_anywhere_is_refused(tmp_path, tiny):
    content, altered = tiny.read_bytes(), tmp_path / "altered.qseg"
    for at in range(HEADER_BYTES):
        altered.write_bytes(content[:at] + bytes([content[at] ^ 1]) + content[at + 1 :])
        with pytest.raises(BadCatalogue):
            Index.open([altered])


@settings(max_examples=60, deadline=None)
@given(share=st.floats(0, 0.999), flip=st.integers(1, 255))
def test_a_body_altered_anywhere_is_refused(tmp_path_factory, tiny, share, flip):
    content = bytearray(tiny.read_bytes())
    content[HEADER_BYTES + int(share * (len(content) - HEADER_BYTES))] ^= flip
    altered = tmp_path_factory.mktemp("body") / "altered.qseg"
    altered.write_bytes(content)

    with pytest.raises(BadCatalogue):
        Index.open([altered])


def test_a_segment_with_something_after_it_is_refused(tmp_path, tiny):
    longer = tmp_path / "longer.qseg"
    longer.write_bytes(tiny.read_bytes() + b"\0")

    with pytest.raises(BadCatalogue):
        Index.open([longer])


@settings(max_examples=50, deadline=None)
@given(rubbish=st.binary(max_size=200), magic=st.booleans())
def test_a_foreign_file_is_refused(tmp_path_factory, rubbish, magic):
    path = tmp_path_factory.mktemp("foreign") / "foreign.qseg"
    path.write_bytes((b"QSEG" if magic else b"") + rubbish)

    with pytest.raises(BadCatalogue):
        Index.open([path])


def test_a_missing_file_is_refused_by_name(tmp_path):
    with pytest.raises(BadCatalogue, match="gone"):
        Index.open([tmp_path / "gone.qseg"])


def test_another_recipes_segment_is_refused(tiny):
    with pytest.raises(BadCatalogue, match="recipe"):
        Index.open([tiny], recipe=Recipe(version=2))
