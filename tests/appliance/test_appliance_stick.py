"""A hall without a network: what the box heard goes to central in somebody's pocket."""

import json

import pytest

from edge.errors import Refused
from edge.stick.blank import make_blank
from edge.stick.medium import open_medium
from edge.sync.post import Closed, PostReceipt, open_
from edge.sync.seal import letter_digest, seal, unseal
from edge.sync.wire import CENTRAL, BatchReceipt, DetectionBatch, Sealed
from provisioning.carry import carry, posts
from tests.appliance.test_appliance import (
    assert_adds_up,
    await_told,
    has,
    lines_told,
    told_to,
    until,
)

EXCHANGED = "journalctl -b -u qulaq-stick -o cat | grep post_exchanged"
TAKEN = "journalctl -b -u qulaq-speak -o cat | grep answer_taken"


@pytest.fixture
def stick(tmp_path):
    path = tmp_path / "stick.img"
    make_blank(path, volume_number=1)
    return path


def carried(stick, central):
    """Take a stick to the bench, whose way to central is short, and bring its answer back."""

    def ask(path, content, longest):
        if path != "/v1/post":
            raise Refused("no catalogue today")
        closed = Closed.model_validate_json(content)
        posted = open_(closed, central.key)
        box = central.boxes[closed.device]
        batch = unseal(posted.letter, DetectionBatch, signer=closed.device, public_key=box)
        taken = BatchReceipt.model_validate_json(central.take(batch).body)
        receipt = PostReceipt(
            device=closed.device,
            nonce=posted.nonce,
            letter=letter_digest(posted.letter),
            receipt=taken,
        )
        answer = seal(receipt, signer=CENTRAL, key=central.key).model_dump_json().encode()
        assert len(answer) <= longest
        return answer

    with open_medium(stick) as medium:
        (name,) = posts(medium)
        return carry(medium, name, ask)


def test_a_stick_carries_what_was_heard_between_units_that_cannot_read_each_other(
    machine, microphone, office, stick
):
    machine.cable(plugged=False)
    lines_told(machine)
    machine.network_time()  # the time it has; what it hears it cannot send
    machine.plug_in(microphone)
    await_told(machine, "heard")
    microphone.pull()

    machine.plug_stick(stick)
    machine.await_(EXCHANGED)
    machine.pull_stick()
    assert not office.central.records
    first = carried(stick, office.central)
    machine.plug_stick(stick)
    machine.await_(TAKEN)
    machine.pull_stick()

    assert first.letters > 0
    went = set(office.central.records)
    assert first.accepted == len(went)
    assert json.loads(machine.run(TAKEN).splitlines()[-1])["records"] == first.accepted
    machine.cable(plugged=True)
    before = len(office.central.requests)
    assert_adds_up(told_to(office, machine, has("unplugged", after="heard")))
    until(machine, lambda: sent(office.central, before))
    assert not went & sent(office.central, before)  # it has its receipt


def sent(central, before):
    """The records that came over the network after so many requests."""
    bodies = [
        central.opened(request)
        for request in central.requests[before:]
        if request.path == "/v1/detections"
    ]
    letters = [
        DetectionBatch.model_validate_json(Sealed.model_validate_json(body).payload)
        for body in bodies
    ]
    return {(one.device, record.boot, record.seq) for one in letters for record in one.records}
