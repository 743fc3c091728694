from collections import Counter, defaultdict
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from matcher_sounds import RATE_HZ, listen, play

from edge.errors import BadCatalogue
from edge.matcher.fingerprint import Fingerprint, Landmarks, fingerprint
from edge.matcher.index import GUARD_FRAMES, Index
from edge.matcher.landmarks import join, query_hashes, reference_hashes
from edge.matcher.layout import HEAD_BYTES
from edge.matcher.match import vote
from edge.matcher.postings import REGION_BUCKETS
from edge.matcher.recipe import Frame, Recipe
from edge.matcher.write import FAN, HASHED_PER_SECOND, write_segment


@pytest.fixture(scope="module")
def tiny(tmp_path_factory):
    path = tmp_path_factory.mktemp("tiny") / "tiny.qseg"
    write_segment(path, [("first", fingerprint(play(1, 2), RATE_HZ))])
    return path


@pytest.fixture(scope="module")
def tracks():
    return [(name, fingerprint(play(seed, 3), RATE_HZ)) for seed, name in enumerate("әбвгд")]


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


def naive_votes(prints, hashes, anchors):
    """Bands and votes for each place and its next neighbour, by place."""
    voters = defaultdict(Counter)
    start = 0
    for print_ in prints:
        marks = print_.landmarks.strongest(HASHED_PER_SECOND)
        known = zip(*(column.tolist() for column in reference_hashes(marks, FAN)), strict=True)
        for key, step in {(key, place // 4) for key, place in known}:
            for h, anchor in zip(hashes.tolist(), anchors.tolist(), strict=True):
                if h == key:
                    voters[(start + 4 * step - anchor) // 4][key // REGION_BUCKETS] += 1
        start += (print_.landmarks.until + GUARD_FRAMES + 3) // 4 * 4
    both = {b: votes + voters.get(b + 1, Counter()) for b, votes in voters.items()}
    return {4 * b: (len(votes), votes.total()) for b, votes in both.items()}


def worths(found):
    return list(zip(found.bands.tolist(), found.votes.tolist(), strict=True))


@settings(max_examples=40, deadline=None)
@given(first=POINTS, second=POINTS, query=POINTS)
def test_the_index_finds_what_a_naive_search_finds(tmp_path_factory, first, second, query):
    prints = [Fingerprint(landmarks_of(points, 430)) for points in (first, second)]
    path = tmp_path_factory.mktemp("naive") / "naive.qseg"
    write_segment(path, [("a", prints[0]), ("b", prints[1])])
    hashes, anchors, _ = query_hashes(landmarks_of(query, 430), 12)
    found = vote(Index.open([path]).segments[0], hashes, anchors, limit=1_000)

    assert naive_votes(prints, hashes, anchors) == dict(
        zip(found.diagonals.tolist(), worths(found), strict=True)
    )


def test_the_best_candidates_are_among_all_however_few_are_wanted(index, songs):
    hashes, anchors, _ = query_hashes(join(listen(songs["song-2"])).between(400, 830), 12)
    anchors = anchors - np.int32(400)
    for segment in index.segments:
        every = vote(segment, hashes, anchors, limit=100_000)
        for limit in (1, 3, 20, 100):
            few = vote(segment, hashes, anchors, limit=limit)

            assert worths(every)[:limit] == worths(few)
            surer = sum(worth > worths(few)[-1] for worth in worths(few))
            assert every.diagonals[:surer].tolist() == few.diagonals[:surer].tolist()


@pytest.mark.parametrize(("notes", "first"), [(1, "held"), (8, "played")])
def test_many_bands_come_before_many_votes_of_one_note(tmp_path, notes, first):
    note = [(at, 4 * 100, 20) for at in range(0, 400, 3)]
    melody = [(45 * k + late, 4 * (60 + 9 * k), 30) for k in range(notes) for late in (0, 4)]
    held, played = (Fingerprint(landmarks_of(points, 430)) for points in (note, melody))
    write_segment(tmp_path / "two.qseg", [("held", held), ("played", played)])
    (segment,) = Index.open([tmp_path / "two.qseg"]).segments
    hashes, anchors, _ = query_hashes(landmarks_of(note + melody, 430), 12)
    found = vote(segment, hashes, anchors, limit=1)

    assert first == segment.recordings[segment.recording_at(int(found.diagonals[0]) + 200)]


def test_worth_falls_and_the_best_points_to_the_song(index, songs):
    hashes, anchors, _ = query_hashes(join(listen(songs["song-2"])).between(400, 830), 12)
    found = vote(index.segments[0], hashes, anchors - np.int32(400), limit=10)
    place = int(found.diagonals[0])
    start = int(index.segments[0].starts[index.segments[0].recordings.index("song-2")])

    assert all(a >= b for a, b in pairwise(worths(found)))
    assert start + 400 - 11 <= place <= start + 400


def test_of_too_many_votes_those_that_promise_most_are_counted(tmp_path, tracks):
    write_segment(tmp_path / "all.qseg", tracks)
    (segment,) = Index.open([tmp_path / "all.qseg"]).segments
    hashes, anchors, _ = query_hashes(tracks[2][1].landmarks, 12)
    likely = hashes < 110 * REGION_BUCKETS  # no block has others, too
    wanted = vote(segment, hashes[likely], anchors[likely], limit=100_000)
    chances = np.where(likely, 1, 1e-9).astype(np.float32)
    room = votes_of([one for _, one in tracks], hashes[likely])
    found = vote(segment, hashes, anchors, chances, limit=100_000, most=room)

    assert 0 < room < votes_of([one for _, one in tracks], hashes)
    assert wanted.votes.tolist() == found.votes.tolist()
    assert wanted.diagonals.tolist() == found.diagonals.tolist()


@pytest.mark.parametrize("rounds", [2, 3, 7])
def test_counted_part_by_part_a_timeline_has_the_same_candidates(tmp_path, tracks, rounds):
    write_segment(tmp_path / "all.qseg", tracks)
    (segment,) = Index.open([tmp_path / "all.qseg"]).segments
    hashes, anchors, chances = query_hashes(tracks[1][1].landmarks, 12)
    whole, parts = (
        vote(segment, hashes, anchors, chances, limit=40, rounds=n) for n in (1, rounds)
    )

    assert whole.votes[0] == parts.votes[0] > 40
    assert abs(whole.votes - parts.votes).max() <= 2  # where two parts meet
    assert len({*whole.diagonals.tolist()} ^ {*parts.diagonals.tolist()}) <= 4 * (rounds - 1)


def votes_of(prints, hashes):
    known = Counter()
    for print_ in prints:
        keys, places = reference_hashes(print_.landmarks.strongest(HASHED_PER_SECOND), FAN)
        known.update(key for key, _ in {*zip(keys.tolist(), (places // 4).tolist(), strict=True)})
    return sum(known[key] for key in hashes.tolist())


def test_recordings_come_back_in_the_order_of_their_ids(index, songs):
    assert tuple(songs) == index.recordings


def test_the_order_of_references_changes_nothing(tmp_path, tracks):
    write_segment(tmp_path / "one.qseg", tracks)
    write_segment(tmp_path / "two.qseg", tracks[::-1])
    write_segment(tmp_path / "again.qseg", tracks)
    one, two, again = ((tmp_path / f"{name}.qseg").read_bytes() for name in ("one", "two", "again"))

    assert one == two == again


def test_landmarks_come_back_where_they_were(tmp_path):
    prints = [fingerprint(play(seed, 60), RATE_HZ) for seed in (1, 2)]
    write_segment(tmp_path / "x.qseg", [("екі", prints[0]), ("один", prints[1])])
    segment = Index.open([tmp_path / "x.qseg"]).segments[0]
    start = int(segment.starts[1])
    places, quarters = segment.landmarks_between(start, start + 10_000)
    marks = prints[1].landmarks

    assert ["екі", "один"] == list(segment.recordings)
    assert marks.frames.tolist() == (places - start).tolist()
    assert (np.floor(marks.bins * 2) * 2).tolist() == quarters.tolist()
    assert [0, 1] == [segment.recording_at(place) for place in (start - 1, start)]
    for first, until in ((0, 700), (1000, 1100), (2040, 2060), (-50, 3), (700, 700)):
        inside = (marks.frames >= first) & (marks.frames < until)
        found, _ = segment.landmarks_between(start + first, start + until)
        assert marks.frames[inside].tolist() == (found - start).tolist()


def test_an_empty_catalogue_opens_and_finds_nothing(tmp_path):
    write_segment(tmp_path / "none.qseg", [])
    index = Index.open([tmp_path / "none.qseg"])
    hashes, anchors, _ = query_hashes(join(listen(play(1, 3))), 12)

    assert () == index.recordings
    assert 0 == len(vote(index.segments[0], hashes, anchors, limit=10).votes)
    assert 0 == len(index.segments[0].landmarks_between(0, 1000)[0])


def test_what_a_newer_segment_has_or_removes_is_hidden_in_older_ones(tmp_path, tracks):
    write_segment(tmp_path / "1.qseg", tracks[:4])
    write_segment(tmp_path / "2.qseg", [tracks[1], tracks[4]], removed=["г", "unheard of"])
    index = Index.open([tmp_path / "1.qseg", tmp_path / "2.qseg"])
    older, newer = index.segments
    marks = tracks[1][1].landmarks
    hashes, anchors, _ = query_hashes(marks, 12)

    assert ("в", "ә", "б", "д") == index.recordings
    assert [True, False, True, False] == older.hidden.tolist()
    assert not newer.hidden.any()
    for place in vote(older, hashes, anchors, limit=50).diagonals.tolist():
        assert not older.hidden[older.recording_at(place + int(anchors.max()))]
    assert 0 < len(vote(newer, hashes, anchors, limit=50).votes)


def test_a_recording_removed_can_come_again(tmp_path, tracks):
    write_segment(tmp_path / "1.qseg", tracks[:2])
    write_segment(tmp_path / "2.qseg", [], removed=["ә"])
    write_segment(tmp_path / "3.qseg", tracks[:1])
    index = Index.open([tmp_path / f"{number}.qseg" for number in (1, 2, 3)])

    assert ("б", "ә") == index.recordings


def test_two_recordings_of_one_id_are_refused(tmp_path, tracks):
    with pytest.raises(ValueError, match="2 recordings"):
        write_segment(tmp_path / "x.qseg", [tracks[0], tracks[0]])
    with pytest.raises(ValueError, match="1 recordings"):
        write_segment(tmp_path / "x.qseg", tracks[:1], removed=["ә"])


def test_a_segment_replaces_an_older_one_whole(tmp_path):
    path = tmp_path / "x.qseg"
    path.write_bytes(b"older")
    write_segment(path, [("new", fingerprint(play(2, 2), RATE_HZ))])

    assert ("new",) == Index.open([path]).recordings
    assert [path] == list(tmp_path.iterdir())


def test_a_segment_torn_anywhere_is_refused(tmp_path, tiny):
    content, torn = tiny.read_bytes(), tmp_path / "torn.qseg"
    for size in {*range(HEAD_BYTES + 40), *range(0, len(content), 41), len(content) - 1}:
        torn.write_bytes(content[:size])
        with pytest.raises(BadCatalogue, match=r"torn\.qseg"):
            Index.open([torn])


def test_a_header_altered_anywhere_is_refused(tmp_path, tiny):
    content, altered = tiny.read_bytes(), tmp_path / "altered.qseg"
    for at in range(HEAD_BYTES):
        altered.write_bytes(content[:at] + bytes([content[at] ^ 1]) + content[at + 1 :])
        with pytest.raises(BadCatalogue):
            Index.open([altered])


def test_a_foreign_file_is_refused(tmp_path):
    for rubbish in (b"", b"Q", b"QSEG", b"QSEG" + bytes(200), bytes(range(200))):
        (tmp_path / "foreign.qseg").write_bytes(rubbish)
        with pytest.raises(BadCatalogue, match=r"foreign\.qseg"):
            Index.open([tmp_path / "foreign.qseg"])


def test_a_missing_file_is_refused_by_name(tmp_path):
    with pytest.raises(BadCatalogue, match="gone"):
        Index.open([tmp_path / "gone.qseg"])


def test_another_recipes_segment_is_refused(tiny):
    with pytest.raises(BadCatalogue, match="recipe"):
        Index.open([tiny], recipe=Recipe(version=2))
