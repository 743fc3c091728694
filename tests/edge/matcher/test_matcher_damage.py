"""Nothing that happens to a segment's bytes makes it answer wrongly, or crash who reads it."""

import random
import re
from functools import partial

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from matcher_sounds import RATE_HZ, listen, play
from mutations import answers, mutated, refused_or_the_same

from edge.errors import BadCatalogue
from edge.matcher.fingerprint import fingerprint
from edge.matcher.index import Index
from edge.matcher.landmarks import BUCKETS, join, query_hashes
from edge.matcher.match import vote
from edge.matcher.points import unpack
from edge.matcher.postings import COUNT_BITS, next_list, pack, steps_of
from edge.matcher.write import write_segment

FEW = 600


@pytest.fixture(scope="module")
def segment(tmp_path_factory):
    path = tmp_path_factory.mktemp("whole") / "whole.qseg"
    write_segment(path, [(f"song {k}", fingerprint(play(k, 8), RATE_HZ)) for k in range(3)])
    return path


@pytest.fixture(scope="module")
def query():
    return query_hashes(join(listen(play(1, 8))), 12)[:2]


def mutations_are_harmless(segment, query, where, *, seed, count):
    """Refusals of so many mutations; each must be one, or the answers must be the same."""
    content, right, dice = segment.read_bytes(), answers(segment, *query), random.Random(seed)
    path = where / "mutated.qseg"
    for _ in range(count):
        path.write_bytes(mutated(content, dice))
        yield refused_or_the_same(path, *query, right)


def test_a_segment_altered_anyhow_is_refused_or_answers_as_before(segment, query, tmp_path):
    refusals = list(mutations_are_harmless(segment, query, tmp_path, seed=1, count=FEW))

    assert len(refusals) * 0.9 < sum(map(bool, refusals))


@pytest.mark.slow
@pytest.mark.soak
def test_a_hundred_thousand_alterations_are_harmless(segment, query, tmp_path):
    refusals = mutations_are_harmless(segment, query, tmp_path, seed=2, count=100_000)

    assert 90_000 < sum(map(bool, refusals))


def test_a_damaged_block_is_named(segment, query, tmp_path):
    content, (whole,) = segment.read_bytes(), Index.open([segment]).segments
    for kind, blocks in (("postings", whole.postings), ("landmarks", whole.points)):
        for number, first in enumerate(blocks.ends[:-1].tolist()):
            at = 4 * first
            path = tmp_path / "damaged.qseg"
            path.write_bytes(content[:at] + bytes([content[at] ^ 1]) + content[at + 1 :])
            (opened,) = Index.open([path]).segments
            if kind == "landmarks":
                look = partial(opened.landmarks_between, 0, 10**6)
            else:
                every = np.arange(BUCKETS, dtype=np.uint32)
                look = partial(_vote_for, opened, every)
            with pytest.raises(BadCatalogue, match=rf"block {number} of {kind}, at byte {at},"):
                look()
            with pytest.raises(BadCatalogue, match=re.escape(str(path))):
                look()


def _vote_for(segment, hashes):
    return vote(segment, hashes, np.zeros(len(hashes), np.int32), limit=5)


@given(
    gaps=st.lists(st.integers(1, 40) | st.integers(1, 1 << 20), min_size=1, max_size=80),
    top=st.integers(0, 1 << 24),
)
def test_a_list_is_read_as_it_was_written_however_wide_its_gaps(gaps, top):
    """From one step to a gap of which the ones and zeros fill more words than one."""
    steps = (np.cumsum(gaps) + top).astype(np.uint32)
    packed = pack(np.full(len(steps), 7, np.uint32), steps)
    words = np.append(packed.words, np.full(4, 0xFFFFFFFF, np.uint32))
    read = np.empty(len(steps), np.int32)
    until = int(packed.sizes[0]) << 5
    gap, count, shift, at = next_list(words, COUNT_BITS, until)
    end = steps_of(words, at, until, shift, read)

    assert (gap, count) == (1, len(steps))
    assert read.tolist() == steps.tolist()
    assert until - 32 < end <= until


def test_readers_of_blocks_stay_inside_whatever_the_words_are():
    """A checksum can be right by chance; then the kernels themselves must hold."""
    dice = np.random.default_rng(3)
    frames, quarters, steps = np.empty(700, "i8"), np.empty(700, "u2"), np.empty(5000, "i4")
    for _ in range(3000):
        words = dice.integers(0, 2**32, 64, dtype=np.uint32) >> np.uint32(dice.integers(0, 32))
        count = unpack(words, 2, 60, 0, frames, quarters)
        _gap, listed, shift, after = next_list(words, 64, 1900)
        end = steps_of(words, after, 1900, shift, steps[: max(0, listed)])

        assert -1 <= count <= 700
        assert -1 <= listed
        assert after <= 1900
        assert -1 <= end <= 1900
