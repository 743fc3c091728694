import os
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from edge.capture.ring import RingReader, RingShape, RingWriter, make_ring_memory

FRAMES = 8


class Both:
    """A ring with its two ends."""

    def __init__(self, slots, slot_bytes=2 * FRAMES):
        shape = RingShape(slots, slot_bytes)
        self.memory = make_ring_memory(shape)
        self.bell = os.eventfd(0, os.EFD_NONBLOCK | os.EFD_CLOEXEC)
        self.writer = RingWriter(self.memory, self.bell, shape)
        self.reader = RingReader(self.memory, self.bell, shape, frame_bytes=2)

    def put(self, number, *, overflowed=False):
        pcm = number.to_bytes(2, "little") * FRAMES
        self.writer.put(memoryview(pcm), FRAMES, came_ns=number, overflowed=overflowed)

    def close(self):
        self.reader.close()
        self.writer.close()
        os.close(self.memory)
        os.close(self.bell)


@given(st.lists(st.booleans(), max_size=60), st.integers(1, 5))
def test_what_is_put_in_comes_out_in_order_and_what_has_no_room_is_counted(reads, slots):
    ring, grabs = Both(slots), []
    for number, read in enumerate([*reads, True]):
        ring.put(number)
        grabs += ring.reader.take() if read else ()
    ring.close()

    for grab in grabs:
        assert grab.first == FRAMES * grab.came_ns
        assert grab.pcm == grab.came_ns.to_bytes(2, "little") * FRAMES
    assert sorted(g.came_ns for g in grabs) == [g.came_ns for g in grabs]
    due = [min(slots, run) for run in _runs([*reads, True])]
    assert sum(due) == len(grabs)


def _runs(reads):
    run = 0
    for read in reads:
        run += 1
        if read:
            yield run
            run = 0


def test_an_overflow_is_told_with_the_next_grab_that_has_room():
    ring = Both(1)
    ring.put(0)
    ring.put(1, overflowed=True)
    first = list(ring.reader.take())
    ring.put(2)
    ring.put(3)

    assert [(0, False), (2, True)] == [
        (g.came_ns, g.overflowed) for g in [*first, *ring.reader.take()]
    ]
    assert list(ring.reader.take()) == []
    ring.close()


def test_more_sound_than_a_slot_holds_is_not_kept():
    ring = Both(4, slot_bytes=2)
    ring.put(7)

    assert list(ring.reader.take()) == []
    ring.close()


def test_a_ring_takes_memory_only_for_what_was_written():
    ring = Both(150, slot_bytes=300_000)
    for number in range(300):
        ring.put(number)
        list(ring.reader.take())

    assert os.fstat(ring.memory).st_blocks * 512 <= 151 * os.sysconf("SC_PAGESIZE")
    ring.close()


def test_the_memory_has_no_name_in_any_file_system():
    memory = make_ring_memory(RingShape(2, 100))

    place = Path(f"/proc/self/fd/{memory}").readlink()
    assert place.as_posix().startswith("/memfd:")
    assert not place.exists()
    assert os.fstat(memory).st_nlink == 0
    os.close(memory)
