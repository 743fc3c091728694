"""The allocation table of a FAT file system: which cluster follows which, and which are free."""

import struct
from collections.abc import Iterator, Sequence

from edge.errors import BadStick
from edge.stick.disk import Disk
from edge.stick.geometry import Geometry

FREE = 0
_CHUNK_BYTES = 1 << 16  # how much of the table is read at once when looking for room
_SEARCHED_BYTES = 1 << 26  # as much of the table as is searched: 16 million clusters
_SUMMARY = struct.Struct("<II")  # free clusters, where to look next
_SUMMARY_OFFSET = 488
_SUMMARY_MARK = b"rrAa"
_UNKNOWN = 0xFFFFFFFF


class Table:
    """The table and its copies on one disk."""

    def __init__(self, disk: Disk, geometry: Geometry) -> None:
        self._disk = disk
        self._geometry = geometry
        self._mask = (1 << min(geometry.bits, 28)) - 1  # FAT32 uses 28 of its 32 bits
        self._last = self._mask  # what the last cluster of a chain carries
        self._first_mark = self._mask - 8  # from here on: bad cluster, or end of chain

    def chain(self, first: int, *, most: int) -> list[int]:
        """The clusters of a file or folder, in order.

        Args:
            first: its first cluster.
            most: how many clusters there may be; a ring of clusters has no end.

        Raises:
            BadStick: the chain leaves the medium, meets a free cluster, or is too long.
        """
        found: list[int] = []
        cluster = first
        while cluster <= self._first_mark:
            if len(found) == most:
                raise BadStick(f"the chain of clusters from {first} is longer than {most}")
            self._geometry.cluster_start(cluster)
            found.append(cluster)
            cluster = self._entry(cluster)
        return found

    def allocate(self, count: int) -> list[int]:
        """Take `count` free clusters and link them into a chain.

        Raises:
            BadStick: there are not that many.
        """
        taken: list[int] = []
        for cluster in self._free():
            if len(taken) == count:
                break
            taken.append(cluster)
        if len(taken) < count:
            raise BadStick("the stick is full; delete what is not needed")
        for cluster, after in zip(taken, [*taken[1:], self._last], strict=True):
            self._put(cluster, after)
        self._account(-count)
        return taken

    def link(self, cluster: int, after: int) -> None:
        """Let the chain that ends with `cluster` go on with `after`."""
        self._put(cluster, after)

    def release(self, clusters: Sequence[int]) -> None:
        """Give clusters back."""
        for cluster in clusters:
            self._put(cluster, FREE)
        self._account(len(clusters))

    def _free(self) -> Iterator[int]:
        if self._geometry.bits == 12:
            yield from (c for c in range(2, self._geometry.clusters + 2) if self._entry(c) == FREE)
            return
        width = self._geometry.bits // 8
        end = min((self._geometry.clusters + 2) * width, _SEARCHED_BYTES)
        for start in range(0, end, _CHUNK_BYTES):
            chunk = self._disk.read(
                self._geometry.table_start + start, min(_CHUNK_BYTES, end - start)
            )
            entries = struct.unpack(f"<{len(chunk) // width}{'H' if width == 2 else 'I'}", chunk)
            for index, entry in enumerate(entries, start // width):
                if entry & self._mask == FREE and index >= 2:
                    yield index

    def _place(self, cluster: int) -> tuple[int, int]:
        """Byte in the table where the entry of a cluster begins, and how many bytes hold it."""
        if self._geometry.bits == 12:
            return cluster + cluster // 2, 2
        width = self._geometry.bits // 8
        return cluster * width, width

    def _entry(self, cluster: int) -> int:
        offset, width = self._place(cluster)
        raw = int.from_bytes(self._disk.read(self._geometry.table_start + offset, width), "little")
        if self._geometry.bits == 12 and cluster % 2:
            raw >>= 4  # odd entries lie in the upper twelve bits
        return raw & self._mask

    def _put(self, cluster: int, value: int) -> None:
        self._geometry.cluster_start(cluster)
        offset, width = self._place(cluster)
        shift = 4 if self._geometry.bits == 12 and cluster % 2 else 0
        for copy in range(self._geometry.tables):
            start = self._geometry.table_start + copy * self._geometry.table_bytes + offset
            raw = int.from_bytes(self._disk.read(start, width), "little")
            raw = raw & ~(self._mask << shift) | value << shift
            self._disk.write(start, raw.to_bytes(width, "little"))

    def _account(self, change: int) -> None:
        """Keep FAT32's count of free clusters true, if the stick carries one."""
        summary = self._geometry.summary_start
        if summary == 0 or self._disk.read(summary + 484, 4) != _SUMMARY_MARK:
            return
        free, following = _SUMMARY.unpack(self._disk.read(summary + _SUMMARY_OFFSET, 8))
        if free == _UNKNOWN or not 0 <= free + change <= self._geometry.clusters:
            free, change = _UNKNOWN, 0
        self._disk.write(summary + _SUMMARY_OFFSET, _SUMMARY.pack(free + change, following))
