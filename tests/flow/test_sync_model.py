"""Whatever line, card, clock and backup do: the office has the set union, each record once."""

import errno
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from itertools import count
from uuid import UUID

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule
from structlog.testing import capture_logs

from central.ingest.judgement import content_of
from edge.config import Settings
from edge.durable import Card
from edge.errors import Unreachable, Unwritable
from edge.sync import identity as keys
from edge.sync.asking import Asking
from edge.sync.errands import Desk, change_keys, deliver, one_round, take_stock
from edge.sync.outbox import Outbox
from edge.sync.protocol import Answer
from edge.sync.seal import seal
from edge.sync.shelf import Shelf
from edge.sync.trust import Anchor
from edge.sync.wire import DetectionBatch
from tests.fakes.evenings import SEVEN, checkpoint, folder_in_memory, heard
from tests.flow.in_process import InProcess

NO_CATALOGUE = Anchor(root="", central_key="")
SHORT_RUNS, PARTS = 500, 20  # ten thousand; each run costs a processor a twentieth of a second
FATES = ("ok", "ok", "request lost", "answer lost", "sent twice", "busy", "late")


class FullCard(Card):
    """A card that may be full."""

    is_full = False

    def write(self, path, content, *, at):
        if self.is_full:
            raise OSError(errno.ENOSPC, "No space left on device")
        super().write(path, content, at=at)


class Line:
    """Loses, doubles, holds back and repeats what a box sends."""

    def __init__(self, answer):
        self._answer = answer
        self.fates = iter(())
        self.sent = []  # all that ever went by
        self.late = []  # what arrives when nobody expects it any more

    def send(self, request):
        self.sent.append(request)
        fate = next(self.fates, "ok")
        if fate == "busy":
            return Answer(503, b"", {"retry-after": "7"})
        if fate == "late":
            self.late.append(request)
        if fate in ("late", "request lost"):
            raise Unreachable("cut before the office")
        answer = self._answer(request)
        if fate == "sent twice":
            answer = self._answer(request)
        if fate == "answer lost":
            raise Unreachable("cut behind the office")
        return answer


BOXES = count(1)


class Sync(RuleBasedStateMachine):
    """One box, its line and the office; the model is the set of all that was ever told."""

    central: InProcess
    through_the_doors: bool
    ended = 0  # runs

    def __init__(self):
        super().__init__()
        self.folder = folder_in_memory()
        self.path = self.folder.__enter__()
        self.identity = keys.load_or_make(self.path / "identity.pem")
        self.central.enrol(self.identity)
        self.answer = self.central.answer_at_the_counter
        if self.through_the_doors:
            self.answer = self.central.answer
        self.card, self.line = FullCard(), Line(self.answer)
        # Of each box by itself, as they are in the field: what two tell of one run is told once.
        self.now, self.boot, self.seq = SEVEN, next(BOXES) << 64, 0
        self.told = {}  # the model
        self.untold = []  # what a full card has not taken yet
        self.forked = set()
        self.begin()

    # ── What the box does ───────────────────────────────────────────────────────────────────────

    def begin(self):
        """A run of the hearing process, over what the last one left."""
        self.outbox = Outbox.open(self.path / "outbox.db", card=self.card)
        self.identity = keys.load(self.path / "identity.pem")
        self.desk = Desk(
            identity=self.identity,
            outbox=self.outbox,
            shelf=Shelf(self.path / "shelf"),
            settings=Settings(batch_records=3),
            now=lambda: self.now,
            stopping=lambda: False,
        )
        left = self.outbox.left("main")
        assert left is None or left.losses == ()
        self.boot, self.seq = self.boot + 1, 0

    @rule(count=st.integers(1, 4), knows_time=st.booleans())
    def hear(self, count, knows_time):
        for _ in range(count):
            self.seq += 1
            state = "heard" if self.seq % 2 else None
            record = heard(self.seq, boot=UUID(int=self.boot), state=state)
            self.untold.append(record)
        try:
            self.outbox.put(self.untold, checkpoint(boot=UUID(int=self.boot)))
        except Unwritable:
            assert self.card.is_full
        else:
            self.told |= {(str(one.boot), one.seq): one for one in self.untold}
            self.untold = []

    @rule(full=st.booleans())
    def fill_card(self, full):
        self.card.is_full = full

    @precondition(lambda self: not self.untold)
    @rule()
    def cut(self):
        """Nothing of the process is left but what is on the card."""
        self.outbox.close()
        self.begin()

    @rule(days=st.integers(-8000, 8000))
    def step_clock(self, days):
        self.now = SEVEN + timedelta(days=days)

    @rule(fates=st.lists(st.sampled_from(FATES), max_size=6), stock=st.booleans())
    def speak(self, fates, stock):
        self.line.fates = iter(fates)
        self.round(takes_stock=stock)

    @rule()
    def renew_key(self):
        keys.renew(self.path / "identity.pem")

    def round(self, *, takes_stock):
        with suppress(Unreachable):
            self.take_the_next_key()
        met = one_round(
            self.desk, self.send, anchor=NO_CATALOGUE, takes_stock=takes_stock, restocks=False
        )
        assert all(isinstance(one, Unreachable) for one in met), met

    def take_the_next_key(self):
        path = self.path / "identity.pem"
        self.identity = change_keys(self.identity, path, self.line.send)
        self.desk = replace(self.desk, identity=self.identity)

    @property
    def send(self):
        """The way to the office; at its doors a request must be signed too."""
        if self.through_the_doors:
            return Asking(self.line.send, self.identity, lambda: self.now).send
        return self.line.send

    # ── What the world does ─────────────────────────────────────────────────────────────────────

    @precondition(lambda self: self.line.late)
    @rule(luck=st.integers(0, 1000))
    def arrive_late(self, luck):
        late = self.line.late
        self.answer(late.pop(luck % len(late)))

    @precondition(lambda self: self.line.sent)
    @rule(luck=st.integers(0, 1000))
    def replay(self, luck):
        self.answer(self.line.sent[luck % len(self.line.sent)])

    @precondition(lambda self: self.told)
    @rule(luck=st.integers(0, 1000))
    def tell_differently(self, luck):
        """A copy of the card tells on in its own way; who came first is believed."""
        key = sorted(self.told)[luck % len(self.told)]
        if key not in self.central.contents(self.identity.device):
            return
        other = self.told[key].model_copy(update={"uncertainty_ms": 1})
        letter = DetectionBatch(device=self.identity.device, records=[other])
        sealed = seal(letter, signer=self.identity.device, key=self.identity.key)
        assert 0 == self.central.receipt(sealed).accepted
        self.forked.add(key)

    @precondition(lambda self: self.told)
    @rule(luck=st.sets(st.integers(0, 1000), min_size=1, max_size=3))
    def restore_a_backup(self, luck):
        """The office loses what it had; the box still knows that it had it."""
        keys = {sorted(self.told)[number % len(self.told)] for number in luck}
        self.central.lose(self.identity.device, keys - self.forked)

    # ── What holds ──────────────────────────────────────────────────────────────────────────────

    @invariant()
    def the_office_has_nothing_but_what_was_told_and_that_once(self):
        rows, books, forks = self.central.kept(self.identity.device)
        assert rows == books
        assert set(rows) <= set(self.told)
        assert self.forked == set(forks)

    def teardown(self):
        """On a quiet line, with room on the card, all is there in the end, as it was told."""
        self.card.is_full, self.line.fates = False, iter(())
        self.hear(1, True)
        self.take_the_next_key()
        deliver(self.desk, self.send)
        if take_stock(self.desk, self.send):
            deliver(self.desk, self.send)
        assert self.outbox.tally().waiting == 0
        wanted = {key: content_of(one) for key, one in self.told.items()}
        assert wanted == self.central.contents(self.identity.device)
        memory = self.central.memory(self.identity.device)
        assert (0, 0, 0, 0) == (memory.altered, memory.forks, memory.missing, memory.lost)
        self.outbox.close()
        self.folder.__exit__(None, None, None)
        Sync.ended += 1


@pytest.fixture(scope="module")
def central():
    with folder_in_memory() as folder, capture_logs():
        office = InProcess(folder / "office")
        yield office
        office.close()


def run(central, *, runs, steps, through_the_doors=False):
    class WithOffice(Sync.TestCase):
        pass

    Sync.central, Sync.through_the_doors, Sync.ended = central, through_the_doors, 0
    WithOffice.settings = settings(
        max_examples=runs, stateful_step_count=steps, deadline=None, database=None
    )
    WithOffice("runTest").debug()
    assert Sync.ended >= runs


@pytest.mark.slow
def test_whatever_happens_the_office_has_the_union_once(central):
    run(central, runs=30, steps=50, through_the_doors=True)


@pytest.mark.slow
@pytest.mark.parametrize("part", range(PARTS))
def test_whatever_happens_in_thousands_of_short_runs_the_office_has_the_union_once(central, part):
    run(central, runs=SHORT_RUNS, steps=10)


@pytest.mark.soak
def test_whatever_happens_for_long_the_office_has_the_union_once(central):
    run(central, runs=2_000, steps=50, through_the_doors=True)


@pytest.mark.soak
@pytest.mark.parametrize("part", range(20))
def test_whatever_happens_in_a_hundred_thousand_runs_the_office_has_the_union_once(central, part):
    run(central, runs=5_000, steps=10)
