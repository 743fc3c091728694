"""Power that fails anywhere: what is done to files is filmed, and the film cut where one likes.

The model of a card: it writes sectors of 512 bytes whole. What was written and not synced may be
there or not, sector by sector. An honest sync keeps all that was written to its file before; a
sync that lies keeps nothing and says it did.
"""

from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path

import apsw

from edge.durable import SECTOR_BYTES, Card
from edge.sync.queue import Queue


@dataclass
class Film:
    """Acts upon the files of one folder, in order, and what was promised in between."""

    folder: Path
    acts: list = field(default_factory=list)

    def shoot(self, act, path, *what):
        self.acts.append((act, Path(path).name, *what))

    def promise(self, *what):
        """From here on this must be true whenever power fails."""
        self.acts.append(("promise", "", *what))

    def promises_before(self, cut):
        return [what for act, _, *what in self.acts[:cut] if act == "promise"]


class FilmedCard(Card):
    """Writes to the real disk, and on the film."""

    def __init__(self, film):
        super().__init__()
        self._film = film

    def write(self, path, content, *, at):
        padded = content.ljust(-(-len(content) // SECTOR_BYTES) * SECTOR_BYTES, b"\0")
        self._film.shoot("write", path, at, padded)
        super().write(path, content, at=at)
        self._film.shoot("sync", path)

    def remove(self, path):
        super().remove(path)
        self._film.shoot("remove", path)


class FilmedFiles(apsw.VFS):
    """The real SQLite's way to the disk, filmed."""

    def __init__(self, film):
        self.film, self.name = film, f"filmed-{id(film)}"
        super().__init__(self.name, base="")

    def xOpen(self, name, flags):
        return _FilmedFile(self.film, name, flags)

    def xDelete(self, name, sync):
        super().xDelete(name, sync)
        self.film.shoot("remove", name)


class _FilmedFile(apsw.VFSFile):
    def __init__(self, film, name, flags):
        self._film = film
        self._path = name.filename() if isinstance(name, apsw.URIFilename) else name
        super().__init__("", name, flags)

    def xWrite(self, content, at):
        self._film.shoot("write", self._path, at, bytes(content))
        super().xWrite(content, at)

    def xSync(self, flags):
        super().xSync(flags)
        self._film.shoot("sync", self._path)

    def xTruncate(self, size):
        super().xTruncate(size)
        self._film.shoot("truncate", self._path, size)


def filmed_queue(film, files, *, synchronous="FULL", checkpoint_pages=25):
    """Opens queues that are filmed; the database must have its shape already."""

    def opener(path):
        connection = apsw.Connection(str(path), vfs=files.name)
        connection.execute(f"PRAGMA synchronous = {synchronous}")
        connection.execute(f"PRAGMA wal_autocheckpoint = {checkpoint_pages}").fetchall()
        return Queue(connection)

    return opener


class _CutFile:
    def __init__(self, content=b""):
        self.now, self.kept, self.dirty = bytearray(content), bytearray(content), set()

    def write(self, at, content):
        self.now.extend(bytes(max(0, at + len(content) - len(self.now))))
        self.now[at : at + len(content)] = content
        self.dirty.update(range(at // SECTOR_BYTES, -(-(at + len(content)) // SECTOR_BYTES)))

    def truncate(self, size):
        del self.now[size:]
        self.dirty.add(-1)

    def sync(self):
        self.kept = bytearray(self.now)
        self.dirty.clear()

    def after_the_cut(self, survives):
        if -1 in self.dirty and survives():
            del self.kept[len(self.now) :]
        for sector in sorted(self.dirty - {-1}):
            begin = sector * SECTOR_BYTES
            piece = self.now[begin : begin + SECTOR_BYTES]
            if piece and survives():
                self.kept.extend(bytes(max(0, begin + len(piece) - len(self.kept))))
                self.kept[begin : begin + len(piece)] = piece
        return bytes(self.kept)


def cut_off(film, before, cut, *, survives, lies):
    """What a folder holds after power failed.

    Args:
        film: what was done.
        before: name → content, safe on the card when the film began.
        cut: how many acts were done.
        survives: asked for each sector that was not synced.
        lies: asked at each sync.
    """
    files = defaultdict(_CutFile, {name: _CutFile(content) for name, content in before.items()})
    for act, name, *what in film.acts[:cut]:
        match act:
            case "write":
                files[name].write(*what)
            case "truncate":
                files[name].truncate(*what)
            case "sync" if not lies():
                files[name].sync()
            case "remove":
                files.pop(name, None)
    return {name: file.after_the_cut(survives) for name, file in files.items()}
