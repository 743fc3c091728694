from contextlib import ExitStack, contextmanager
from datetime import timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.stateful import Bundle as Known
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from edge.errors import Refused
from edge.sync.outbox import Outbox
from edge.sync.queue import Tally
from edge.sync.wire import BatchReceipt, Rejection
from tests.fakes.evenings import BOOT, SEVEN, checkpoint, folder_in_memory, heard


@pytest.fixture
def outbox(tmp_path):
    box = Outbox.open(tmp_path / "outbox" / "outbox.db")
    yield box
    box.close()


@contextmanager
def fresh_outbox():
    with folder_in_memory() as folder:
        outbox = Outbox.open(folder / "outbox.db")
        yield outbox
        outbox.close()


def accept(batch):
    return BatchReceipt(accepted=len(batch), duplicates=0)


def test_records_come_out_as_they_went_in_and_in_that_order(outbox):
    records = [heard(1), heard(2, state="heard"), heard(3)]
    outbox.put(records, checkpoint())

    assert records == outbox.next_batch(10)
    assert records[-2:] == outbox.next_batch(2)  # the newest first, each batch in order


def test_what_central_has_is_not_sent_again(outbox):
    outbox.put([heard(n) for n in (1, 2, 3)], checkpoint())
    batch = outbox.next_batch(2)

    outbox.settle(batch, accept(batch), at=SEVEN)

    assert [heard(1)] == outbox.next_batch(10)
    assert Tally(waiting=1, delivered=2, rejected=0) == outbox.tally()


def test_duplicates_count_as_delivered(outbox):
    outbox.put([heard(1)], checkpoint())

    outbox.settle([heard(1)], BatchReceipt(accepted=0, duplicates=1), at=SEVEN)

    assert outbox.next_batch(10) == []


def test_a_rejected_record_is_kept_with_its_reason_and_not_sent_again(outbox):
    outbox.put([heard(1), heard(2)], checkpoint())
    no = Rejection(boot=BOOT, seq=2, reason="from the future")

    outbox.settle(
        outbox.next_batch(2), BatchReceipt(accepted=1, duplicates=0, rejected=[no]), at=SEVEN
    )

    assert outbox.next_batch(10) == []
    assert [(heard(2), "from the future")] == outbox.rejections()


@pytest.mark.parametrize(
    "receipt",
    [
        BatchReceipt(accepted=1, duplicates=0),
        BatchReceipt(accepted=3, duplicates=0),
        BatchReceipt(
            accepted=1, duplicates=0, rejected=[Rejection(boot=BOOT, seq=9, reason="not ours")]
        ),
        BatchReceipt(
            accepted=0, duplicates=0, rejected=[Rejection(boot=BOOT, seq=1, reason="twice")] * 2
        ),
    ],
)
def test_a_receipt_that_does_not_add_up_settles_nothing(outbox, receipt):
    outbox.put([heard(1), heard(2)], checkpoint())

    with pytest.raises(Refused, match="2 were sent"):
        outbox.settle(outbox.next_batch(2), receipt, at=SEVEN)

    assert Tally(2, 0, 0) == outbox.tally()


def test_a_taken_number_writes_nothing_of_the_whole_checkpoint(outbox):
    outbox.put([heard(1)], checkpoint(until=SEVEN))

    with pytest.raises(ValueError, match="told differently"):
        outbox.put([heard(2), heard(1, recording="rec-2")], checkpoint(until=SEVEN.max))

    assert [heard(1)] == outbox.next_batch(10)
    assert [checkpoint(until=SEVEN)] == outbox.checkpoints()


def test_each_input_has_one_checkpoint_its_last(outbox):
    later = SEVEN + timedelta(seconds=10)
    outbox.put([], checkpoint(until=SEVEN, unfinished=[heard(1), heard(2, state="heard")]))
    outbox.put([], checkpoint(until=later, unfinished=[heard(3)]))
    outbox.put([], checkpoint(until=SEVEN, input_name="foyer"))

    expected = [
        checkpoint(until=SEVEN, input_name="foyer"),
        checkpoint(until=later, unfinished=[heard(3)]),
    ]
    assert expected == outbox.checkpoints()


def test_unfinished_records_are_not_sent(outbox):
    outbox.put([], checkpoint(unfinished=[heard(1)]))

    assert outbox.next_batch(10) == []


def test_two_processes_share_one_outbox(tmp_path):
    hears, speaks = Outbox.open(tmp_path / "outbox.db"), Outbox.open(tmp_path / "outbox.db")
    hears.put([heard(1)], checkpoint())
    batch = speaks.next_batch(10)
    hears.put([heard(2)], checkpoint())

    speaks.settle(batch, accept(batch), at=SEVEN)

    assert [heard(2)] == hears.next_batch(10)
    hears.close()
    speaks.close()


@given(st.lists(st.integers(1, 40), unique=True), st.integers(1, 12))
def test_batches_carry_every_record_once_and_in_order(seqs, limit):
    records = [heard(seq) for seq in seqs]
    with fresh_outbox() as outbox:
        outbox.put(records, checkpoint())

        carried = []
        while batch := outbox.next_batch(limit):
            assert len(batch) <= limit
            carried = [*batch, *carried]  # the newest go first
            outbox.settle(batch, accept(batch), at=SEVEN)

    assert records == carried


class Delivery(RuleBasedStateMachine):
    """Whatever is lost, repeated or reordered on the way, central ends with each record once."""

    sent = Known("sent")

    def __init__(self):
        super().__init__()
        self.stack = ExitStack()
        self.outbox = self.stack.enter_context(fresh_outbox())
        self.seqs = dict.fromkeys((UUID(int=1), UUID(int=2)), 0)
        self.written = {}
        self.central = {}
        self.unwanted = set()

    @rule(boot=st.sampled_from([UUID(int=1), UUID(int=2)]), count=st.integers(0, 4))
    def write(self, boot, count):
        records = [heard(self.seqs[boot] + n, boot=boot) for n in range(1, count + 1)]
        self.seqs[boot] += count
        self.outbox.put(records, checkpoint())
        self.written |= {(r.boot, r.seq): r for r in records}

    @rule(target=sent, limit=st.integers(1, 5))
    def send(self, limit):
        """A batch leaves; whether and when it arrives is another matter."""
        return self.outbox.next_batch(limit)

    @rule(batch=sent, acknowledged=st.booleans(), dislike=st.booleans())
    def arrive(self, batch, acknowledged, dislike):
        """An earlier batch arrives, perhaps again; its receipt may be lost."""
        if not batch:
            return
        if dislike and (batch[0].boot, batch[0].seq) not in self.central:
            self.unwanted.add((batch[0].boot, batch[0].seq))
        receipt = self.take_in(batch)
        if acknowledged:
            self.outbox.settle(batch, receipt, at=SEVEN)

    def take_in(self, batch):
        accepted, duplicates, rejected = 0, 0, []
        for record in batch:
            key = (record.boot, record.seq)
            if key in self.unwanted:
                rejected.append(Rejection(boot=key[0], seq=key[1], reason="unwanted"))
            elif key in self.central:
                duplicates += 1
            else:
                self.central[key] = record
                accepted += 1
        return BatchReceipt(accepted=accepted, duplicates=duplicates, rejected=rejected)

    @invariant()
    def nothing_is_lost(self):
        waiting = {(r.boot, r.seq) for r in self.outbox.next_batch(500)}
        rejected = {(r.boot, r.seq) for r, _ in self.outbox.rejections()}
        assert self.written.keys() == waiting | rejected | self.central.keys()

    @invariant()
    def nothing_acknowledged_is_sent_again(self):
        tally = self.outbox.tally()
        assert tally.waiting == len(self.outbox.next_batch(500))
        assert len(self.written) == sum((tally.waiting, tally.delivered, tally.rejected))

    @precondition(lambda self: self.written)
    @rule()
    def settle_down(self):
        """On a quiet line everything arrives in the end."""
        while batch := self.outbox.next_batch(3):
            self.outbox.settle(batch, self.take_in(batch), at=SEVEN)
        assert self.written.keys() == self.central.keys() | self.unwanted
        assert all(self.written[key] == record for key, record in self.central.items())

    def teardown(self):
        self.stack.close()


TestDelivery = Delivery.TestCase
