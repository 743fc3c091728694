from itertools import pairwise

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from edge.capture.block import AudioBlock, Hole
from edge.capture.causes import Trouble
from edge.capture.loss import NS
from edge.capture.ring import Grab
from edge.capture.timeline import Timeline

RATE_HZ = 8_000
PERIOD = 800
BORN_NS = 55 * NS


def a_grab(index, came_ns, *, overflowed=False):
    return Grab(index * PERIOD, PERIOD, came_ns, overflowed, bytes(4 * PERIOD))


def a_stream(timeline, began_ns, seconds):
    """A stream without a fault, in stereo; returns its pieces."""
    timeline.begin_stream(is_exclusive=True)
    grabs = (a_grab(i, began_ns + (i + 1) * NS // 10) for i in range(round(seconds * 10)))
    return [piece for grab in grabs for piece in timeline.feed(grab)]


@settings(max_examples=50, deadline=None)
@given(
    st.lists(st.tuples(st.floats(0.1, 9), st.floats(0, 5), st.booleans()), min_size=1, max_size=6)
)
def test_every_sample_since_the_beginning_has_one_place_over_all_streams(evening):
    timeline, now_ns, pieces = Timeline(RATE_HZ, began_ns=BORN_NS), BORN_NS, []
    for heard_seconds, outage_seconds, is_told_meanwhile in evening:
        now_ns += round(outage_seconds * NS)
        if is_told_meanwhile:
            pieces += timeline.pass_outage(now_ns)
        pieces += a_stream(timeline, now_ns, heard_seconds)
        pieces += timeline.end_stream("stalled")
        now_ns += round(heard_seconds * 10) * NS // 10
    pieces += timeline.pass_outage(now_ns)

    assert [a.end for a in pieces[:-1]] == [b.first for b in pieces[1:]]
    assert pieces[0].first == 0
    assert abs(pieces[-1].end - (now_ns - BORN_NS) * RATE_HZ / NS) <= len(evening) + 1
    for block in pieces:
        if isinstance(block, AudioBlock):
            due_ns = BORN_NS + block.first * NS // RATE_HZ
            assert abs(block.taken_ns - due_ns) <= (len(evening) + 1) * NS // RATE_HZ
    assert {"unplugged"} >= {p.state for p in pieces if isinstance(p, Hole)}


def test_without_a_beginning_the_first_sample_is_it():
    timeline = Timeline(RATE_HZ, began_ns=None)

    assert list(timeline.pass_outage(BORN_NS)) == []
    first, *_ = a_stream(timeline, BORN_NS, 1)
    assert (first.first, first.taken_ns) == (0, BORN_NS)


def test_a_hole_says_why():
    timeline = Timeline(RATE_HZ, began_ns=BORN_NS)
    a_stream(timeline, BORN_NS, 5)
    list(timeline.end_stream("busy"))

    (hole,) = timeline.pass_outage(BORN_NS + 7 * NS)

    assert Hole(5 * RATE_HZ, 7 * RATE_HZ, "unplugged", Trouble("busy")) == hole


def test_every_step_that_was_tried_in_vain_begins_a_hole_of_its_own_until_sound_comes():
    timeline = Timeline(RATE_HZ, began_ns=BORN_NS)
    a_stream(timeline, BORN_NS, 5)
    holes = list(timeline.end_stream("stalled"))
    for second, step in ((6, "rebind"), (7, "rebind"), (8, "reboot")):
        holes += timeline.try_step(step, BORN_NS + second * NS)
        holes += timeline.end_stream("stuck")  # nothing came of it
    holes += timeline.pass_outage(BORN_NS + 9 * NS)
    a_stream(timeline, BORN_NS + 9 * NS, 1)
    list(timeline.end_stream("stalled"))
    (after,) = timeline.pass_outage(BORN_NS + 11 * NS)

    troubles = [hole.trouble for hole in holes]
    assert [
        Trouble("stalled"),
        Trouble("stuck", "rebind", 1),
        Trouble("stuck", "rebind", 2),
        Trouble("stuck", "reboot", 3),
    ] == troubles
    assert [5, 6, 7, 8] == [hole.first // RATE_HZ for hole in holes]
    assert Trouble("stalled") == after.trouble


def test_frames_lost_by_the_card_and_missed_by_the_ear_are_told_apart():
    timeline = Timeline(RATE_HZ, began_ns=None)
    pieces = a_stream(timeline, BORN_NS, 5)
    after_ns = BORN_NS + 6 * NS  # one second is lost
    for index in range(50, 100):
        came_ns = after_ns + (index - 49) * NS // 10
        if not 80 <= index < 85:  # half a second finds no room
            pieces += timeline.feed(a_grab(index, came_ns, overflowed=index == 50))
    pieces += timeline.end_stream("ended")

    assert [a.end for a, b in pairwise(pieces)] == [b.first for a, b in pairwise(pieces)]
    holes = [piece for piece in pieces if isinstance(piece, Hole)]
    assert [
        Hole(5 * RATE_HZ, 6 * RATE_HZ, "lost", Trouble("overflow")),
        Hole(9 * RATE_HZ, round(9.5 * RATE_HZ), "behind"),
    ] == holes


def test_all_channels_are_heard_as_one():
    pcm = np.array([[16384, 0], [-16384, -16384]], dtype="<i2").tobytes()
    timeline = Timeline(RATE_HZ, began_ns=None)
    timeline.begin_stream(is_exclusive=True)
    (block,) = timeline.feed(Grab(0, 2, BORN_NS, False, pcm))

    assert [0.25, -0.5] == block.samples.tolist()


def test_a_sound_server_that_hoards_has_lost_nothing():
    pieces, timeline = [], Timeline(RATE_HZ, began_ns=None)
    timeline.begin_stream(is_exclusive=False)
    for index in range(300):
        hoard_ns = NS // 4 if 100 <= index < 200 else 0
        pieces += timeline.feed(a_grab(index, BORN_NS + index * NS // 10 + hoard_ns))

    assert {AudioBlock} == {type(piece) for piece in pieces}
