"""Everything an input heard, written once and never changed: the truth behind the outbox."""

import errno
import json
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from edge.durable import SECTOR_BYTES, Card
from edge.sync.chain import BEGINNING
from edge.sync.entry import Checkpoint, Entry
from edge.sync.frame import decode, encode
from edge.sync.wire import AnyRecord

FILE_BYTES = 1 << 20  # a file that has grown to this gets a successor
SLOTS = 4
SLOT_BYTES = 4096


class Journal:
    """The journal of one input, open for its one writer."""

    def __init__(self, folder: Path, input_name: str, *, card: Card) -> None:
        """Find the end of what is there; a torn end is left as a scar and written after.

        Args:
            folder: where it lies; it exists.
            input_name: the input's name.
            card: how it is written.

        Raises:
            OSError: the card cannot be read.
        """
        self._folder, self._input, self._card = folder, input_name, card
        self._number = max((number for number, _ in files(folder, input_name)), default=1)
        self._slots = _slots_file(folder, input_name)
        self.latest = latest(folder, input_name)
        self._turn = self.latest.turn if self.latest else 0
        self._unfiled = _unfiled(folder, input_name)
        if self.latest is not None and self._unfiled:
            self.latest = replace(self.latest, records=())

    def goes_on(self, head: bytes, seq: int) -> None:
        """Others have kept what this journal lost at its end: go on after that.

        Args:
            head: where the chain stands after it.
            seq: the number of its last record.
        """
        if self.latest is not None:
            self.latest = replace(self.latest, before=head, seq=seq, records=())

    def append(self, records: Sequence[AnyRecord], checkpoint: Checkpoint) -> Entry:
        """Write records and how far listening has come, all or nothing.

        Raises:
            OSError: the card is full, read-only or dying; tell the same again, with what is new.
                On a full card the place kept for checkpoints holds the records so long, if they
                are few.
        """
        words = tuple(r.model_dump_json() for r in records)
        entry = self._next(self._unfiled + words, checkpoint)
        self._turn = entry.turn
        frame = encode(entry)
        filed = bool(entry.records) or len(frame) > SLOT_BYTES
        if filed:
            self._file_or_keep(entry, frame)
        try:
            self._keep(replace(entry, before=entry.head, records=()))
        except OSError:
            if not filed:  # else the journal has the checkpoint too
                raise
        self.latest, self._unfiled = entry, ()
        return entry

    def _next(self, records: tuple[str, ...], checkpoint: Checkpoint) -> Entry:
        last, seq = self.latest, 0
        if last is not None and last.checkpoint.boot == checkpoint.boot:
            seq = last.seq
        for words in records:
            said = json.loads(words)
            seq = said["seq"] if said["boot"] == str(checkpoint.boot) else seq
        before = BEGINNING if last is None else last.head
        return Entry(self._turn + 1, before, seq, records, checkpoint)

    def _file_or_keep(self, entry: Entry, frame: bytes) -> None:
        try:
            self._file(frame)
        except OSError as e:
            if e.errno == errno.ENOSPC:
                with suppress(OSError):
                    self._keep(entry)
            raise

    def _file(self, frame: bytes) -> None:
        path = _file(self._folder, self._input, self._number)
        at = _end(path)
        if at >= FILE_BYTES:
            self._number += 1
            path, at = _file(self._folder, self._input, self._number), 0
        self._card.write(path, frame, at=at)

    def _keep(self, entry: Entry) -> None:
        frame = encode(entry)
        if len(frame) > SLOT_BYTES:
            return
        if not self._slots.exists():
            self._card.write(self._slots, bytes(SLOTS * SLOT_BYTES), at=0)
        self._card.write(self._slots, frame, at=entry.turn % SLOTS * SLOT_BYTES)


def inputs(folder: Path) -> list[str]:
    """The inputs of which there is anything, by name."""
    names = {path.name.rsplit(".", 2)[0] for path in folder.glob("*.journal")}
    return sorted(names | {path.name.rsplit(".", 1)[0] for path in folder.glob("*.checkpoint")})


def files(folder: Path, input_name: str) -> list[tuple[int, Path]]:
    """The files of an input's journal with their numbers, the oldest first."""
    parts = [(path.name.rsplit(".", 2), path) for path in folder.glob("*.journal")]
    mine = [(number, path) for (name, number, _), path in parts if name == input_name]
    return sorted((int(number), path) for number, path in mine if number.isdigit())


def read_file(path: Path) -> Iterator[Entry]:
    """The entries of one file, in order; what is torn is stepped over, sector by sector."""
    content = memoryview(path.read_bytes())
    at = 0
    while at < len(content):
        found = decode(content[at:])
        if found is None:
            at += SECTOR_BYTES
        else:
            yield found[0]
            at += -(-found[1] // SECTOR_BYTES) * SECTOR_BYTES


def read(folder: Path, input_name: str) -> Iterator[Entry]:
    """Every entry of an input's journal, in order, each once; the newest checkpoint comes last."""
    for _, entries in stretches(folder, input_name):
        yield from entries


def stretches(folder: Path, input_name: str) -> Iterator[tuple[bytes | None, Iterator[Entry]]]:
    """The entries in stretches that hang together: files between two were forgotten in their time.

    Returns:
        Where the chain stood before a stretch, None where that was forgotten; and its entries.
    """
    runs = list(_runs(files(folder, input_name))) or [[]]
    for run in runs:
        is_first = not run or run[0][0] == 1
        entries = _each_once(entry for _, path in run for entry in read_file(path))
        if run is runs[-1]:
            entries = _and_newest(entries, latest(folder, input_name))
        yield BEGINNING if is_first else None, entries


def _runs(numbered: Sequence[tuple[int, Path]]) -> Iterator[list[tuple[int, Path]]]:
    """Files with consecutive numbers belong together."""
    run: list[tuple[int, Path]] = []
    for number, path in numbered:
        if run and number != run[-1][0] + 1:
            yield run
            run = []
        run.append((number, path))
    if run:
        yield run


def _each_once(every: Iterable[Entry]) -> Iterator[Entry]:
    """An entry that follows the same link as the one before it is that one told again, whole.

    The card had refused it the first time, or seemed to.
    """
    pending: Entry | None = None
    for entry in every:
        if pending is not None and not (pending.records and entry.before == pending.before):
            yield pending
        pending = entry
    if pending is not None:
        yield pending


def _and_newest(entries: Iterable[Entry], newest: Entry | None) -> Iterator[Entry]:
    turn = 0
    for entry in entries:
        turn = entry.turn
        yield entry
    if newest is not None and newest.turn > turn:
        yield replace(newest, records=())  # what is in no file yet comes when it is in one


def latest(folder: Path, input_name: str) -> Entry | None:
    """The newest entry that can be read, from the journal and from the slots of checkpoints."""
    found = [*_kept(folder, input_name), *_last_filed(folder, input_name)]
    return max(found, key=lambda entry: entry.turn, default=None)


def _last_filed(folder: Path, input_name: str) -> Iterator[Entry]:
    """Looked for from the end: a report asks for it every half minute, and files grow."""
    for _, path in reversed(files(folder, input_name)):
        content = memoryview(path.read_bytes())
        for at in reversed(range(0, len(content), SECTOR_BYTES)):
            if found := decode(content[at:]):
                yield found[0]
                return


def _unfiled(folder: Path, input_name: str) -> tuple[str, ...]:
    """Records that found no room in the journal, only among the checkpoints."""
    newest = latest(folder, input_name)
    filed = max((entry.turn for entry in _last_filed(folder, input_name)), default=0)
    return newest.records if newest is not None and newest.turn > filed else ()


def _kept(folder: Path, input_name: str) -> Iterator[Entry]:
    path = _slots_file(folder, input_name)
    content = path.read_bytes() if path.exists() else b""
    for at in range(0, len(content), SLOT_BYTES):
        if found := decode(content[at : at + SLOT_BYTES]):
            yield found[0]


def _file(folder: Path, input_name: str, number: int) -> Path:
    return folder / f"{input_name}.{number:08d}.journal"


def _slots_file(folder: Path, input_name: str) -> Path:
    return folder / f"{input_name}.checkpoint"


def _end(path: Path) -> int:
    """Where the next frame begins: the first sector after all that was ever begun."""
    size = path.stat().st_size if path.exists() else 0
    return -(-size // SECTOR_BYTES) * SECTOR_BYTES
