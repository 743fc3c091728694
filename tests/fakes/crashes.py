"""What a folder may hold after power failed at any call that a real process made to the kernel.

The calls are read from strace. The model of a file system is the least that POSIX promises: what
was written to a file is there for sure after the file was synced, and a name after its folder
was; between, sectors may be there or not, and names come back in the order they were given.
"""

import re
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

SECTOR_BYTES = 512
CALLS = "openat,close,write,pwrite64,ftruncate,fsync,fdatasync,rename,unlink"
_CALL = re.compile(r"^\d+ +(\w+)\((.*)\) += (-?\d+)")
_TEXT = re.compile(r'"((?:\\x[0-9a-f]{2})*)"')


@dataclass(eq=False)
class _File:
    now: bytearray = field(default_factory=bytearray)
    kept: bytes = b""

    def write(self, at, content):
        self.now.extend(bytes(max(0, at + len(content) - len(self.now))))
        self.now[at : at + len(content)] = content

    def sync(self):
        self.kept = bytes(self.now)

    def after(self, survives):
        """What was synced, and of the rest what survives, sector by sector."""
        found = bytearray(self.kept)
        if len(self.now) < len(found) and survives():
            del found[len(self.now) :]
        for at in range(0, len(self.now), SECTOR_BYTES):
            piece = self.now[at : at + SECTOR_BYTES]
            if piece != found[at : at + SECTOR_BYTES] and survives():
                found.extend(bytes(max(0, at + len(piece) - len(found))))
                found[at : at + len(piece)] = piece
        return bytes(found)


@dataclass
class _Open:
    file: _File
    at: int
    appends: bool
    syncs: bool


class Disk:
    """A folder as a running process sees it, and as it would be after a cut."""

    def __init__(self, folder):
        self._folder = folder
        self._now, self._kept = {}, {}
        self._pending = []  # changes of names, not yet synced: each path → file or None
        self._open = {}
        for path in folder.rglob("*"):
            if path.is_file():
                file = _File(bytearray(path.read_bytes()))
                file.sync()
                self._now[path] = self._kept[path] = file

    def do(self, call, words, answer):
        """One call that succeeded; tells whether it could change anything."""
        match call:
            case "openat":
                return self._opened(*_names(words), words, answer)
            case "close":
                self._open.pop(int(words), None)
            case "write" | "pwrite64" if int(words.split(",", 1)[0]) in self._open:
                self._written(call, words, answer)
                return True
            case "ftruncate":
                number, size = (int(word) for word in words.split(", "))
                file = self._open[number].file
                del file.now[size:]
                file.now.extend(bytes(size - len(file.now)))
                return True
            case "fsync" | "fdatasync":
                self._synced(self._open[int(words)])
                return True
            case "rename" if self._is_inside((names := _names(words))[1]):
                self._name({names[0]: None, names[1]: self._now[names[0]]})
                return True
            case "unlink" if self._is_inside((names := _names(words))[0]):
                self._name({names[0]: None})
                return True
        return False

    def after_a_cut(self, *, names, survives):
        """Name → content.

        Args:
            names: how many of the pending changes of names are there, of all.
            survives: asked for each sector that was not synced.
        """
        there = dict(self._kept)
        for change in self._pending[: round(names * len(self._pending))]:
            _rename(there, change)
        return {path: file.after(survives) for path, file in there.items()}

    def _is_inside(self, path):
        return self._folder in path.parents

    def _opened(self, path, words, number):
        if path.is_dir() or path == self._folder or self._folder not in path.parents:
            self._open[number] = _Open(path, 0, appends=False, syncs=False)
            return False
        is_new = path not in self._now
        if is_new:
            self._name({path: _File()})
        file = self._now[path]
        if "O_TRUNC" in words:
            del file.now[:]
        self._open[number] = _Open(file, 0, "O_APPEND" in words, "SYNC" in words)
        return is_new or "O_TRUNC" in words

    def _written(self, call, words, count):
        door = self._open[int(words.split(",", 1)[0])]
        content = b"".join(_plain_bytes(text) for text in _TEXT.findall(words))[:count]
        if call == "pwrite64":
            at = int(words.rsplit(", ", 1)[1])
        else:
            at = len(door.file.now) if door.appends else door.at
            door.at = at + count
        door.file.write(at, content)
        if door.syncs:
            door.file.sync()

    def _synced(self, door):
        if isinstance(door.file, _File):
            door.file.sync()
            return
        for change in self._pending:
            for path in [path for path in change if path.parent == door.file]:
                _rename(self._kept, {path: change.pop(path)})
        self._pending = [change for change in self._pending if change]

    def _name(self, change):
        _rename(self._now, change)
        self._pending.append(change)


def _rename(names, change):
    for path, file in change.items():
        if file is None:
            names.pop(path, None)
        else:
            names[path] = file


def watch(command, folder, **options) -> tuple["Disk", list]:
    """Run a command; the folder as it was before it, and the calls it made that succeeded."""
    disk = Disk(folder)
    calls = folder.parent / f"{folder.name}.calls"
    subprocess.run(
        ["strace", "-f", "-xx", "-s", "10000000", "-e", f"trace={CALLS}", "-e", "signal=none",
         "-o", calls, *command],
        check=True,
        **options,
    )  # fmt: skip
    found = (_CALL.match(line) for line in calls.read_text(errors="replace").splitlines())
    return disk, [(one[1], one[2], int(one[3])) for one in found if one and one[3][0] != "-"]


def cuts(disk, calls, dice) -> Iterator[tuple[list, dict]]:
    """Every point at which power can fail: what was promised by then, and what there is after.

    What the process says on standard output, in a line each, is a promise. At each point: all
    that was not synced is lost; all of it is there; names without what was written; any of it.
    """
    promised = []
    for call, words, answer in calls:
        if call == "write" and words.startswith("1, "):
            promised += _plain_bytes("".join(_TEXT.findall(words))).decode().splitlines()
        elif disk.do(call, words, answer):
            for names, survives in (
                (0, lambda: False),
                (1, lambda: True),
                (1, lambda: False),
                (dice.random(), lambda: dice.random() < 0.5),
            ):
                yield list(promised), disk.after_a_cut(names=names, survives=survives)


def lay(contents, folder, into):
    """Put what a folder held after a cut into another."""
    for path, content in contents.items():
        there = into / path.relative_to(folder)
        there.parent.mkdir(parents=True, exist_ok=True)
        there.write_bytes(content)


def _names(words):
    return [Path(_plain_bytes(name).decode()) for name in _TEXT.findall(words)]


def _plain_bytes(escaped):
    return bytes.fromhex(escaped.replace("\\x", ""))
