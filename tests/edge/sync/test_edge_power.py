"""Power fails at any act of SQLite and the journal, on cards that keep their word and that lie."""

import random
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import apsw
import pytest

from edge.sync.outbox import Outbox
from edge.sync.wire import BatchReceipt
from tests.fakes.evenings import SEVEN, checkpoint, folder_in_memory, heard
from tests.fakes.power import Film, FilmedCard, FilmedFiles, cut_off, filmed_queue

CUTS_OF_A_FILM = 50
STEPS = 25
LYING = 0.3  # share of syncs


class Evenings:
    """What a hearing and a speaking process do to an outbox, run after run."""

    def __init__(self, outbox, film, dice):
        self.outbox, self.film, self.dice = outbox, film, dice
        self.runs, self.seconds = 0, 0
        self.start()

    def start(self):
        self.runs += 1
        self.boot, self.seq = UUID(int=self.runs), 0
        left = self.outbox.left("main")
        self.write([] if left is None else list(left.unfinished))

    def write(self, left=()):
        """A checkpoint with a few records, of which some were going on at the last one."""
        self.seconds += 10
        count = self.dice.choice([0, 0, 1, 1, 2, 5])
        records = [self.record(self.seq + n) for n in range(1, count + 1)]
        self.seq += count
        going_on = [self.record(self.seq + n) for n in (1, 2)]
        until = SEVEN + timedelta(seconds=self.seconds)
        at = checkpoint(until=until, unfinished=going_on, boot=self.boot)
        self.film.promise("offered", until)
        self.outbox.put([*left, *records], at)
        self.film.promise("kept", [*left, *records], until)

    def record(self, seq):
        """No two are alike, as none are in a hall."""
        name = f"rec-{self.dice.getrandbits(64):x}"
        return heard(seq, boot=self.boot, recording=name)

    def deliver(self):
        batch = self.outbox.next_batch(self.dice.randint(1, 10))
        if batch:
            receipt = BatchReceipt(accepted=len(batch), duplicates=0)
            self.outbox.settle(batch, receipt, at=SEVEN)
            self.film.promise("delivered", [(r.boot, r.seq) for r in batch])

    def go_on(self):
        for _ in range(STEPS):
            self.dice.choices([self.write, self.deliver, self.start], [6, 3, 1])[0]()


def filmed(seed):
    """A film of some evenings, and the folder as it was before them."""
    with folder_in_memory() as folder:
        Outbox.open(folder / "outbox.db").close()
        before = {path.name: path.read_bytes() for path in folder.iterdir()}
        film = Film(folder)
        files = FilmedFiles(film)
        outbox = Outbox.open(
            folder / "outbox.db", card=FilmedCard(film), opener=filmed_queue(film, files)
        )
        Evenings(outbox, film, random.Random(seed)).go_on()
        outbox.close()
        files.unregister()
    return film, before


class Found:
    """A box after the power came back, and what it then knows."""

    def __init__(self, contents):
        with folder_in_memory() as folder:
            for name, content in contents.items():
                (folder / name).write_bytes(content)
            outbox = Outbox.open(folder / "outbox.db")
            self.left = outbox.left("main")
            self.was_torn = any(folder.glob("*.torn-*"))
            latest = outbox._journal("main").latest
            self.end = None if latest is None else (latest.checkpoint.boot, latest.seq)
            self.records = {(r.boot, r.seq): r for r in outbox.records()}
            self.waiting = {(r.boot, r.seq) for r in outbox.next_batch(500)}
            self.go_on(outbox)
            outbox.close()

    def go_on(self, outbox):
        """The next run settles what was left, writes on, and nothing of it is missing after."""
        boot = UUID(int=999)
        told = [*(self.left.unfinished if self.left else ()), heard(1, boot=boot)]
        outbox.put(told, replace(checkpoint(), boot=boot))
        after = {(r.boot, r.seq): r for r in outbox.records()}
        assert self.records.items() <= after.items()
        assert all(after[r.boot, r.seq] == r for r in told)
        assert numbers_of(outbox.left("main")) == numbers_of(self.left)

    def is_accounted_for(self, record):
        """Whether it is here, in a hole that is told, or beyond where its run is known to end."""
        key = (record.boot, record.seq)
        if self.records.get(key) == record:
            return True
        if self.left is None or self.end is None:
            return True  # nothing is left of the journal: its chain begins anew
        for loss in self.left.losses:
            reaches = loss.last is None or record.seq <= loss.last
            if loss.boot == record.boot and loss.first <= record.seq and reaches:
                return True
            if loss.last is None and loss.boot.int < record.boot.int < self.next_run(loss):
                return True  # whole runs after it
        return self.is_beyond_the_end(record)

    def next_run(self, loss):
        runs = {boot.int for boot, _ in self.records} | {self.end[0].int}
        return min((run for run in runs if run > loss.boot.int), default=loss.boot.int)

    def is_beyond_the_end(self, record):
        boot, seq = self.end
        if record.boot == boot:
            return record.seq > seq
        return record.boot.int > boot.int


def numbers_of(left):
    return [(one.boot, one.first, one.last) for one in (left.losses if left else ())]


def cuts(film, dice, many):
    return [dice.randint(0, len(film.acts)) for _ in range(many)]


def kept_until(film, cut):
    """The records that were promised, those delivered, and until when was surely listened."""
    kept, delivered, until, offered = [], set(), None, None
    for word, *what in film.promises_before(cut):
        match word:
            case "offered":
                (offered,) = what
            case "kept":
                kept += what[0]
                until = what[1]
            case "delivered":
                delivered.update(what[0])
    return kept, delivered, until, offered


def check_honest(film, before, dice):
    for cut in cuts(film, dice, CUTS_OF_A_FILM):
        contents = cut_off(film, before, cut, survives=lambda: dice.random() < 0.5, lies=bool)
        found = Found(contents)
        kept, delivered, until, offered = kept_until(film, cut)

        assert not found.was_torn
        assert all(found.records.get((r.boot, r.seq)) == r for r in kept)
        assert not delivered & found.waiting
        if until is not None:
            assert found.left.listened_until in (until, offered)
            assert found.left.losses == ()


def check_lying(film, before, dice):
    lost, torn = 0, 0
    for cut in cuts(film, dice, CUTS_OF_A_FILM):
        contents = cut_off(
            film,
            before,
            cut,
            survives=lambda: dice.random() < 0.5,
            lies=lambda: dice.random() < LYING,
        )
        found = Found(contents)
        kept, *_ = kept_until(film, cut)

        assert all(found.is_accounted_for(r) for r in kept)
        lost += any(found.records.get((r.boot, r.seq)) != r for r in kept)
        torn += found.was_torn
    return lost, torn


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(20))
def test_a_thousand_cuts_on_an_honest_card_lose_nothing(seed):
    check_honest(*filmed(seed), random.Random(seed))


@pytest.mark.slow
def test_a_thousand_cuts_on_a_card_that_lies_leave_a_proof_of_every_loss():
    results = [check_lying(*filmed(seed), random.Random(seed)) for seed in range(20)]

    lost, torn = (sum(column) for column in zip(*results, strict=True))
    assert lost > 0  # or the card did not lie
    assert torn > 0  # and databases were built anew


@pytest.mark.soak
def test_ten_thousand_cuts():
    for seed in range(100, 200):
        check_honest(*filmed(seed), random.Random(seed))
        check_lying(*filmed(seed), random.Random(seed))


def test_the_rig_tells_a_careless_database_from_a_careful_one():
    """Without syncs acknowledged rows are lost: or nothing above would prove anything."""
    lost = 0
    for seed in range(10):
        dice = random.Random(seed)
        with folder_in_memory() as folder:
            film = Film(folder)
            files = FilmedFiles(film)
            path = folder / "careless.db"
            db = apsw.Connection(str(path), vfs=files.name)
            db.execute("PRAGMA journal_mode = WAL").fetchall()
            db.execute("PRAGMA synchronous = NORMAL")
            db.execute("CREATE TABLE t (n)")
            for n in range(20):
                db.execute("INSERT INTO t VALUES (?)", [n])
                film.promise(n)
            db.close()
            files.unregister()
        cut = dice.randint(len(film.acts) // 2, len(film.acts) - 10)
        contents = cut_off(film, {}, cut, survives=lambda d=dice: d.random() < 0.5, lies=bool)
        with folder_in_memory() as folder:
            for name, content in contents.items():
                (folder / name).write_bytes(content)
            db = apsw.Connection(str(folder / "careless.db"))
            try:
                rows = {n for (n,) in db.execute("SELECT n FROM t")}
            except apsw.Error:
                rows = set()
            db.close()
        lost += not {n for (n,) in film.promises_before(cut)} <= rows
    assert lost > 0
