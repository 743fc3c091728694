"""Central is asked over HTTP, and only orders for the box that asked are taken."""

import socket

import pytest

from edge.errors import BadSeal, Refused, Unreachable
from edge.sync import seal
from edge.sync.wire import Sealed
from provisioning.enrol import enrol, enrolment, orders_in

TOKEN = "a-token-from-the-office"


def test_a_token_buys_signed_orders_once(central, box):
    letter = enrolment(TOKEN, box.identity)
    sealed, bundle = enrol(central.address, letter)

    assert (bundle.device, bundle.serial) == (box.device, 1)
    assert sealed.signer == "central"
    with pytest.raises(Refused, match=r"403.*used"):
        enrol(central.address, letter)


def test_an_address_may_end_with_a_slash_and_a_token_with_a_newline(central, box):
    _, bundle = enrol(f"{central.address}/", enrolment(f"{TOKEN}\n", box.identity))

    assert bundle.device == box.device


def test_a_central_that_is_down_is_not_a_refusal(central, box):
    letter = enrolment(TOKEN, box.identity)
    central.broken = True
    with pytest.raises(Unreachable, match="503"):
        enrol(central.address, letter)
    central.broken = False

    assert enrol(central.address, letter)[1].device == box.device


def test_an_answer_garbled_on_its_way_is_no_answer(central, box):
    central.headers = {"Content-Encoding": "gzip"}

    with pytest.raises(Unreachable, match="did not answer"):
        enrol(central.address, enrolment(TOKEN, box.identity))


def test_nobody_at_the_address_is_said_with_the_address(box):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{taken.getsockname()[1]}"
        with pytest.raises(Unreachable, match=address):
            enrol(address, enrolment(TOKEN, box.identity))


@pytest.mark.parametrize(
    "address", ["central.example", "ftp://central.example", "http://", "http://a..b"]
)
def test_what_is_no_address_is_said_so(address, box):
    with pytest.raises(Unreachable, match="check the address"):
        enrol(address, enrolment(TOKEN, box.identity))


def test_a_token_too_short_is_not_sent(box):
    with pytest.raises(Refused, match="this one 5"):
        enrolment("short", box.identity)


def test_an_identity_with_anothers_key_is_not_sent(box, new_box):
    mixed = box.identity.model_copy(update={"public_key": new_box().identity.public_key})
    with pytest.raises(Refused, match=box.device):
        enrolment(TOKEN, mixed)


def test_orders_for_another_box_are_not_taken(central, box):
    answer = central.orders("qb-0123456789abcdef").model_dump_json()
    with pytest.raises(BadSeal, match="qb-0123456789abcdef"):
        orders_in(answer, device=box.device)


def test_orders_not_signed_with_the_key_they_name_are_not_taken(central, box):
    stranger = seal.public_pem(seal.new_key())
    answer = central.orders(box.device, central_key=stranger).model_dump_json()
    with pytest.raises(BadSeal, match="does not fit"):
        orders_in(answer, device=box.device)


@pytest.mark.parametrize(
    "answer",
    [
        "",
        "<html>log in</html>",
        Sealed(payload="{}", signer="central", signature="").model_dump_json(),
        " " * ((1 << 20) + 1),
    ],
)
def test_what_is_not_orders_is_not_taken(answer, box):
    with pytest.raises(BadSeal, match="central's answer"):
        orders_in(answer, device=box.device)
