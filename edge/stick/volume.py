"""The folder QULAQ of a FAT file system: its files are read and written without mounting it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import islice

from edge.errors import BadStick
from edge.stick.disk import Disk
from edge.stick.folder import (
    ARCHIVE,
    FOLDER,
    Entry,
    changed_entry,
    dots,
    entries,
    free_slots,
    new_entry,
)
from edge.stick.geometry import BOOT_SECTOR_BYTES, SLOT_BYTES, read_geometry
from edge.stick.table import Table

INBOX = "QULAQ"
_FOLDER_LIMIT_BYTES = 1 << 19  # 16,384 slots; a folder that claims more is a trap or a mistake


@dataclass(frozen=True, slots=True)
class _Folder:
    """A folder as read: its clusters (none for a fixed root) and its bytes."""

    cluster: int
    clusters: tuple[int, ...]
    raw: bytes


class Volume:
    """The files in QULAQ/ on one disk.

    What is written reaches the medium in an order that a pulled stick survives: content, then
    the table, then the one slot that makes it visible; only then is the old content given back.
    """

    def __init__(self, disk: Disk, *, now: datetime) -> None:
        """Read the layout.

        Raises:
            BadStick: there is no FAT file system on the disk, or a broken one.
        """
        self._disk = disk
        self._now = now
        self._geometry = read_geometry(disk.read(0, BOOT_SECTOR_BYTES), size_bytes=disk.size_bytes)
        self._table = Table(disk, self._geometry)

    def names(self, *, most: int) -> list[str]:
        """Names of the first `most` files in QULAQ/; empty when there is no such folder."""
        inbox = self._inbox()
        return [] if inbox is None else [e.name for e in islice(self._files(inbox), most)]

    def read(self, name: str, *, limit: int) -> bytes:
        """The content of a file.

        Args:
            name: of a file in QULAQ/, in any case of letters.
            limit: most bytes it may have; checked before anything is read.

        Raises:
            BadStick: there is no such file, it is too large, or its clusters do not hold it.
        """
        return b"".join(self.pieces(name, limit=limit))

    def pieces(self, name: str, *, limit: int) -> Iterator[bytes]:
        """The same, cluster by cluster.

        Raises:
            BadStick: see `read`; before the first piece is given.
        """
        inbox = self._inbox()
        entry = inbox and self._find(inbox, name)
        if not entry:
            raise BadStick(f"there is no {INBOX}/{name} on the stick")
        if entry.size_bytes > limit:
            raise BadStick(f"{INBOX}/{name} has {entry.size_bytes} bytes, more than {limit}")
        clusters, size = self._clusters_of(entry), self._geometry.cluster_bytes
        if (there := len(clusters) * size) < entry.size_bytes:
            raise BadStick(f"{INBOX}/{name} is torn: {there} of {entry.size_bytes} bytes")
        for at, cluster in enumerate(clusters):
            piece = self._disk.read(self._geometry.cluster_start(cluster), size)
            yield piece[: entry.size_bytes - at * size]

    def write(self, name: str, content: bytes) -> None:
        """Put a file into QULAQ/, which is made if need be, or replace its content.

        Raises:
            BadStick: no room, a folder of that name, or the medium refuses.
        """
        inbox = self._inbox() or self._make_inbox()
        entry = self._find(inbox, name)
        old = self._clusters_of(entry) if entry else []
        cluster = self._put_content(content)
        if entry is None:
            self._add(inbox, name, attributes=ARCHIVE, cluster=cluster, size_bytes=len(content))
        else:
            start = self._slot_start(inbox, entry.slot)
            short = changed_entry(
                inbox.raw[entry.slot * SLOT_BYTES : (entry.slot + 1) * SLOT_BYTES],
                cluster=cluster,
                size_bytes=len(content),
                now=self._now,
            )
            self._disk.write(start, short)
        self._disk.flush()
        self._table.release(old)
        self._disk.flush()

    def _inbox(self) -> _Folder | None:
        for entry in entries(self._root().raw):
            if entry.name.upper() == INBOX:
                if not entry.is_folder:
                    raise BadStick(f"{INBOX} on the stick is a file; it must be a folder")
                return self._open(entry.cluster)
        return None

    def _make_inbox(self) -> _Folder:
        cluster = self._put_content(b"\0" * self._geometry.cluster_bytes)
        self._disk.write(self._geometry.cluster_start(cluster), dots(cluster, 0, self._now))
        self._disk.flush()
        self._add(self._root(), INBOX, attributes=FOLDER, cluster=cluster, size_bytes=0)
        self._disk.flush()
        return self._open(cluster)

    def _root(self) -> _Folder:
        if self._geometry.root_cluster:
            return self._open(self._geometry.root_cluster)
        raw = self._disk.read(self._geometry.root_start, self._geometry.root_bytes)
        return _Folder(cluster=0, clusters=(), raw=raw)

    def _open(self, cluster: int) -> _Folder:
        most = max(1, _FOLDER_LIMIT_BYTES // self._geometry.cluster_bytes)
        clusters = self._table.chain(cluster, most=most)
        return _Folder(cluster=cluster, clusters=tuple(clusters), raw=self._content(clusters))

    def _files(self, folder: _Folder) -> Iterator[Entry]:
        return (entry for entry in entries(folder.raw) if not entry.is_folder)

    def _find(self, folder: _Folder, name: str) -> Entry | None:
        for entry in entries(folder.raw):
            if entry.name.upper() == name.upper():
                if entry.is_folder:
                    raise BadStick(f"{INBOX}/{name} on the stick is a folder; it must be a file")
                return entry
        return None

    def _clusters_of(self, entry: Entry) -> list[int]:
        if entry.cluster == 0:
            return []
        count = -(-entry.size_bytes // self._geometry.cluster_bytes)
        return self._table.chain(entry.cluster, most=max(count, 1))

    def _content(self, clusters: list[int]) -> bytes:
        size = self._geometry.cluster_bytes
        return b"".join(self._disk.read(self._geometry.cluster_start(c), size) for c in clusters)

    def _put_content(self, content: bytes) -> int:
        """Write content to free clusters; the first of them, or 0 for no content."""
        size = self._geometry.cluster_bytes
        if not content:
            return 0
        clusters = self._table.allocate(-(-len(content) // size))
        for index, cluster in enumerate(clusters):
            piece = content[index * size : (index + 1) * size]
            self._disk.write(self._geometry.cluster_start(cluster), piece.ljust(size, b"\0"))
        self._disk.flush()
        return clusters[0]

    def _add(
        self, folder: _Folder, name: str, *, attributes: int, cluster: int, size_bytes: int
    ) -> None:
        taken = frozenset(e.alias for e in entries(folder.raw))
        slots = new_entry(
            name,
            taken=taken,
            attributes=attributes,
            cluster=cluster,
            size_bytes=size_bytes,
            now=self._now,
        )
        count = len(slots) // SLOT_BYTES
        first = free_slots(folder.raw, count)
        while (first + count) * SLOT_BYTES > len(folder.raw):
            folder = self._longer(folder)
        # The slot with the short name comes last: until it stands, the long ones mean nothing.
        for index in range(count):
            self._disk.write(
                self._slot_start(folder, first + index),
                slots[index * SLOT_BYTES : (index + 1) * SLOT_BYTES],
            )

    def _longer(self, folder: _Folder) -> _Folder:
        if not folder.clusters:
            raise BadStick("the stick's root folder is full; delete what is not needed")
        empty = self._put_content(b"\0" * self._geometry.cluster_bytes)
        self._table.link(folder.clusters[-1], empty)
        return self._open(folder.cluster)

    def _slot_start(self, folder: _Folder, slot: int) -> int:
        offset = slot * SLOT_BYTES
        if not folder.clusters:
            return self._geometry.root_start + offset
        index, rest = divmod(offset, self._geometry.cluster_bytes)
        return self._geometry.cluster_start(folder.clusters[index]) + rest
