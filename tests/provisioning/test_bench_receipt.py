"""A receipt counts only when the box itself signed it."""

from datetime import UTC, datetime

import pytest

from edge.stick.labels import receipt_name
from edge.stick.medium import open_medium
from edge.sync import seal
from edge.sync.letters import StickReceipt
from provisioning.receipt import answers


def signed(device, key, *, speaks_for=None, applied=True):
    receipt = StickReceipt(
        device=speaks_for or device,
        applied=applied,
        serial=3,
        reason="applied",
        written_at=datetime(2026, 3, 5, 19, 0, tzinfo=UTC),
    )
    return seal.seal(receipt, signer=device, key=key).model_dump_json().encode()


@pytest.fixture
def answer_to(stick, box):
    """What the bench makes of a receipt file with this content."""

    def answer_to(content):
        with open_medium(stick) as medium:
            medium.write_file(receipt_name(box.device), content)
            return answers(medium, [box.identity])[0]

    return answer_to


@pytest.mark.parametrize("applied", [True, False])
def test_a_boxs_own_receipt_is_believed(answer_to, box, applied):
    answer = answer_to(signed(box.device, box.key, applied=applied))

    assert answer.receipt is not None
    assert (answer.receipt.applied, answer.receipt.serial, answer.fault) == (applied, 3, "")


def test_a_box_that_has_not_answered_yet_is_told_apart(stick, box):
    with open_medium(stick) as medium:
        answer = answers(medium, [box.identity])[0]

    assert answer.receipt is None
    assert "plug the stick into the box" in answer.fault


def test_a_receipt_another_signed_is_not_believed(answer_to, box, new_box):
    assert answer_to(signed(box.device, new_box().key)).receipt is None


def test_a_receipt_that_speaks_for_another_is_not_believed(answer_to, box):
    answer = answer_to(signed(box.device, box.key, speaks_for="qb-0123456789abcdef"))

    assert answer.receipt is None
    assert "qb-0123456789abcdef" in answer.fault


def test_what_is_no_receipt_is_not_believed(answer_to):
    assert answer_to(b"{").receipt is None
