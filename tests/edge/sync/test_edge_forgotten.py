"""What was forgotten because central has it is no loss, wherever it lay."""

import os
from datetime import timedelta

from edge.sync import journal
from edge.sync.outbox import Outbox
from edge.sync.wire import BatchReceipt
from tests.fakes.evenings import SEVEN, checkpoint, heard


def test_a_file_forgotten_between_two_that_stay_is_no_loss(tmp_path, monkeypatch):
    monkeypatch.setattr(journal, "FILE_BYTES", 1)  # each entry has a file of its own
    outbox = Outbox.open(tmp_path / "outbox.db")
    for seq in (1, 2, 3, 4):
        outbox.put([heard(seq)], checkpoint())
    for file in tmp_path.glob("*.journal"):
        os.utime(file, (0, 0))
    long_ago = SEVEN - timedelta(days=40)
    outbox.settle([heard(2)], BatchReceipt(accepted=1, duplicates=0), at=long_ago)
    outbox.forget(SEVEN - timedelta(days=30))
    outbox.close()
    outbox = Outbox.open(tmp_path / "outbox.db")
    left = outbox.left("main")
    outbox.close()

    assert [1, 3, 4] == [number for number, _ in journal.files(tmp_path, "main")]
    assert () == left.losses
