"""A ring of memory from the driver's callback to the ear: one writes, one reads, nobody waits."""

import mmap
import os
import struct
from collections.abc import Iterator
from dataclasses import dataclass

_COUNTS = struct.Struct("=q")  # slots read, by the reader alone
_HEAD = struct.Struct("=qqqq")  # of a slot: first frame, arrival ns, bytes, overflowed
_PAGE = mmap.PAGESIZE


@dataclass(frozen=True, slots=True)
class Grab:
    """What one call of the driver brought.

    Attributes:
        first: frames the stream counted before this one; a jump is what the ring had no room for.
        frames: in this grab.
        came_ns: when the driver brought it, on the monotonic clock, ns.
        overflowed: the driver says it threw frames away before this grab, not how many.
        pcm: interleaved little-endian int16.
    """

    first: int
    frames: int
    came_ns: int
    overflowed: bool
    pcm: bytes


@dataclass(frozen=True, slots=True)
class RingShape:
    """How large a ring is; both ends must agree.

    Attributes:
        slots: grabs it holds at most.
        slot_bytes: sound in the largest grab.
    """

    slots: int
    slot_bytes: int

    @property
    def stride(self) -> int:
        """Bytes from one slot to the next: whole pages, so a slot never used costs no memory."""
        return -(-(_HEAD.size + self.slot_bytes) // _PAGE) * _PAGE

    @property
    def size_bytes(self) -> int:
        """Of the whole ring; memory is taken only for what is written."""
        return _PAGE + self.slots * self.stride


def make_ring_memory(shape: RingShape) -> int:
    """Memory without a name, in no file system; returns its descriptor."""
    descriptor = os.memfd_create("qulaq-ring", os.MFD_CLOEXEC)
    os.ftruncate(descriptor, shape.size_bytes)
    return descriptor


class RingWriter:
    """The driver's end, in the process of the card."""

    def __init__(self, memory: int, bell: int, shape: RingShape) -> None:
        """Write into `memory` and ring `bell`, an eventfd, for every grab."""
        self._map = mmap.mmap(memory, shape.size_bytes)
        self._view = memoryview(self._map)
        self._bell = bell
        self._shape = shape
        self._written = 0
        self._counted = 0
        self._overflowed = False

    def put(self, pcm: memoryview, frames: int, *, came_ns: int, overflowed: bool) -> None:
        """Copy and return. Without room it only counts: the next grab begins later."""
        first, self._counted = self._counted, self._counted + frames
        self._overflowed |= overflowed
        (read,) = _COUNTS.unpack_from(self._view, 0)
        size = pcm.nbytes
        if self._written - read >= self._shape.slots or size > self._shape.slot_bytes:
            return
        at = _PAGE + self._written % self._shape.slots * self._shape.stride
        _HEAD.pack_into(self._view, at, first, came_ns, size, self._overflowed)
        self._view[at + _HEAD.size : at + _HEAD.size + size] = pcm
        self._written += 1
        self._overflowed = False
        # The bell also orders memory between the two processes: what was written before it
        # rang is seen by whoever heard it.
        os.eventfd_write(self._bell, 1)

    def close(self) -> None:
        """Give the memory back."""
        self._view.release()
        self._map.close()


class RingReader:
    """The ear's end."""

    def __init__(self, memory: int, bell: int, shape: RingShape, *, frame_bytes: int) -> None:
        """Read what a writer with the same memory and bell puts in."""
        self._map = mmap.mmap(memory, shape.size_bytes)
        self._bell = bell
        self._shape = shape
        self._frame_bytes = frame_bytes
        self._read = 0

    def take(self) -> Iterator[Grab]:
        """What has come since the last time, oldest first; nothing, when nothing has."""
        try:
            came = os.eventfd_read(self._bell)
        except BlockingIOError:
            return
        for _ in range(came):
            at = _PAGE + self._read % self._shape.slots * self._shape.stride
            first, came_ns, size, overflowed = _HEAD.unpack_from(self._map, at)
            pcm = self._map[at + _HEAD.size : at + _HEAD.size + size]
            self._read += 1
            _COUNTS.pack_into(self._map, 0, self._read)  # the slot may be used again
            yield Grab(first, size // self._frame_bytes, came_ns, bool(overflowed), pcm)

    def close(self) -> None:
        """Give the memory back."""
        self._map.close()
