"""A card that is full or read-only: on a real small file system where one can be mounted."""

import errno
import os
import random
import subprocess
from contextlib import contextmanager
from datetime import timedelta

import pytest

from edge.durable import Card
from edge.errors import Unwritable
from edge.sync import journal
from edge.sync.outbox import Outbox
from edge.sync.wire import BatchReceipt
from tests.fakes.evenings import SEVEN, checkpoint, folder_in_memory, heard

SIZE = 2 << 20  # bytes


class SmallCard(Card):
    """A card with so many bytes, that can turn read-only while files are open, as dying ones do."""

    def __init__(self, folder):
        super().__init__()
        self.folder, self.read_only = folder, False

    def write(self, path, content, *, at):
        grows = not path.exists() or at + len(content) > path.stat().st_size
        if self.read_only:
            raise OSError(errno.EROFS, os.strerror(errno.EROFS))
        if grows and taken(self.folder) + len(content) > SIZE:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        super().write(path, content, at=at)


def taken(folder):
    return sum(one.stat().st_size for one in folder.iterdir())


@contextmanager
def small_card():
    """A tmpfs of two megabytes; where nothing may be mounted, a card that counts."""
    with folder_in_memory() as folder:
        mount = ["mount", "-t", "tmpfs", "-o", f"size={SIZE}", "qulaq-test", folder]
        if subprocess.run(mount, capture_output=True, check=False).returncode:
            yield folder, SmallCard(folder)
            return
        try:
            yield folder, Card()
        finally:
            subprocess.run(["umount", "--lazy", folder], check=True)


@pytest.fixture
def box():
    with small_card() as (folder, card):
        outbox = Outbox.open(folder / "outbox.db", card=card)
        yield outbox, folder
        outbox.close()


def at(seq):
    return checkpoint(until=SEVEN + timedelta(seconds=seq), unfinished=[heard(seq + 1)])


def fill(folder):
    """Takes all room of the card."""
    filler = folder / "filler"
    file = os.open(filler, os.O_WRONLY | os.O_CREAT)
    try:
        while taken(folder) < SIZE:
            os.write(file, bytes(512))
    except OSError as e:
        if e.errno != errno.ENOSPC:
            raise
    finally:
        os.close(file)
    return filler


def put_until_refused(outbox, first):
    """Tell one record after another, each refused one again with the next, as an ear does."""
    dice, seq, told = random.Random(first), first, []
    while True:
        told.append(heard(seq, recording=f"{dice.getrandbits(128):x}"))
        try:
            outbox.put(told, at(seq))
        except Unwritable as e:
            return told, seq, str(e)
        told, seq = [], seq + 1


def test_a_full_card_is_named_and_nothing_that_was_written_is_lost(box):
    outbox, folder = box
    outbox.put([heard(1)], at(1))
    fill(folder)

    told, seq, said = put_until_refused(outbox, 2)

    assert "No space left on device" in said
    assert list(range(1, seq)) == [r.seq for r in told_in(folder)]
    assert [seq] == [r.seq for r in told]


def told_in(folder):
    return [one.record for entry in journal.read(folder, "main") for one in entry.told]


def test_when_there_is_room_again_all_that_was_remembered_is_written(box):
    outbox, folder = box
    outbox.put([heard(1)], at(1))
    filler = fill(folder)
    told, seq, _ = put_until_refused(outbox, 2)
    filler.unlink()

    outbox.put([*told, heard(seq + 1)], at(seq + 1))

    assert list(range(1, seq + 2)) == sorted(r.seq for r in outbox.records())
    assert outbox.left("main").losses == ()


def test_what_a_full_card_refused_survives_a_power_cut_in_the_place_of_the_checkpoints(box):
    outbox, folder = box
    outbox.put([heard(1)], at(1))
    filler = fill(folder)
    told, seq, _ = put_until_refused(outbox, 2)
    filler.unlink()  # somebody makes room while the box is off

    again = Outbox.open(folder / "outbox.db")
    left = again.left("main")
    again.put(left.unfinished, at(seq + 2))

    assert told[0] in list(again.records())
    assert (left.listened_until, left.losses) == (at(seq).listened_until, ())
    assert journal.latest(folder, "main").told == ()  # it has found its place in the journal
    again.close()


def test_room_is_made_of_what_central_has_and_never_of_what_it_has_not(box, monkeypatch):
    monkeypatch.setattr(journal, "FILE_BYTES", 8192)
    outbox, folder = box
    for seq in range(1, 61):
        outbox.put([heard(seq)], at(seq))
    delivered = [heard(seq) for seq in range(1, 31)]
    outbox.settle(delivered, BatchReceipt(accepted=30, duplicates=0), at=SEVEN)
    fill(folder)
    before = {r.seq for r in outbox.records()}

    _, seq, _ = put_until_refused(outbox, 61)

    now = {record.seq for record in told_in(folder)}
    assert set(range(31, seq)) <= now
    assert not {1, 2, 3} & now
    assert before >= set(range(1, 61))


def test_a_card_that_turns_read_only_is_named_and_goes_on_when_it_is_writable_again():
    with folder_in_memory() as folder:
        card = SmallCard(folder)
        outbox = Outbox.open(folder / "outbox.db", card=card)
        outbox.put([heard(1)], at(1))
        card.read_only = True

        with pytest.raises(Unwritable, match="Read-only file system"):
            outbox.put([heard(2)], at(2))
        with pytest.raises(Unwritable, match="Read-only file system"):
            outbox.put([], at(3))  # no sign of life either

        card.read_only = False
        outbox.put([heard(2), heard(3)], at(3))
        assert [1, 2, 3] == [r.seq for r in outbox.records()]
        assert outbox.left("main").losses == ()
        outbox.close()
