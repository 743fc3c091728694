"""Requests are signed whole; where central does not believe the box's clock, by what it says."""

from datetime import UTC, datetime

import pytest

from edge.errors import BadSeal, Refused
from edge.sync import identity as keys
from edge.sync.asking import Asking
from edge.sync.errands import change_keys
from edge.sync.letters import BoxIdentity
from edge.sync.protocol import Answer, Request
from edge.sync.seal import device_id, unseal
from edge.sync.signing import named, sign, verify
from edge.sync.wire import Handover, Sealed
from tests.fakes.evenings import SEVEN

NONCE = "1796000000." + "0" * 32


@pytest.fixture
def path(tmp_path):
    return tmp_path / "keys" / "identity.pem"


@pytest.fixture
def box(path):
    return keys.load_or_make(path)


def lower(headers):
    return {name.lower(): said for name, said in headers.items()}


def signed_by(box, method="POST", path="/v1/x", body=b"words"):
    return lower(sign(method, path, body, device=box.device, key=box.key, created=SEVEN))


def test_a_signature_names_the_box_and_says_when(box):
    headers = signed_by(box)
    found = verify("POST", "/v1/x", b"words", headers, public_key=box.public_key)

    assert box.device == named(headers)
    assert (SEVEN, "") == (found.created, found.nonce)


@pytest.mark.parametrize(
    "other", [("GET", "/v1/x", b"words"), ("POST", "/v1/y", b"words"), ("POST", "/v1/x", b"Words")]
)
def test_method_path_and_body_are_signed(box, other):
    with pytest.raises(BadSeal, match="does not fit"):
        verify(*other, signed_by(box), public_key=box.public_key)


def test_every_letter_of_a_signature_counts(box):
    for name, said in signed_by(box).items():
        for place in range(len(said)):
            other = chr(ord(said[place]) ^ 1)
            headers = signed_by(box) | {name: said[:place] + other + said[place + 1 :]}
            with pytest.raises(BadSeal):
                verify("POST", "/v1/x", b"words", headers, public_key=box.public_key)


def test_what_nobody_signed_names_nobody(box):
    assert named({}) == ""
    with pytest.raises(BadSeal):
        verify("GET", "/v1/x", b"", {}, public_key=box.public_key)


def test_a_box_without_the_time_signs_by_what_central_says(box):
    asked = []

    def send(request):
        asked.append(request)
        found = verify("GET", "/", b"", lower(request.headers), public_key=box.public_key)
        if found.nonce == NONCE:
            return Answer(200, str(int(found.created.timestamp())).encode())
        return Answer(401, b"", {"www-authenticate": f'Signature nonce="{NONCE}"'})

    asking = Asking(send, box, lambda: datetime(1970, 1, 1, tzinfo=UTC))
    first, second = asking.send(Request("GET", "/")), asking.send(Request("GET", "/"))

    assert [b"1796000000", b"1796000000"] == [first.body, second.body]
    assert 3 == len(asked)  # once in vain, and never again


def test_a_box_that_is_not_believed_at_all_does_not_ask_for_ever(box):
    refusal = Answer(401, b"no", {"www-authenticate": f'Signature nonce="{NONCE}"'})
    asked = []

    def send(request):
        asked.append(request)
        return refusal

    assert refusal == Asking(send, box, lambda: SEVEN).send(Request("GET", "/"))
    assert 2 == len(asked)


def test_the_key_that_follows_is_used_once_central_has_it_and_the_name_stays(box, path):
    keys.renew(path)
    following = keys.successor_of(path)
    heard = []

    def send(request):
        heard.append(request)
        return Answer(204, b"")

    now = change_keys(box, path, send)

    assert box.device == now.device == keys.load(path).device
    assert box.device != device_id(now.public_key)
    assert following.private_numbers() == now.key.private_numbers()
    assert keys.successor_of(path) is None
    assert ["/v1/keys"] == [request.path for request in heard]


def test_until_central_has_the_key_that_follows_the_old_one_is_used(box, path):
    keys.renew(path)

    with pytest.raises(Refused):
        change_keys(box, path, lambda _: Answer(409, b"no"))

    assert box.public_key == keys.load(path).public_key
    assert keys.successor_of(path) is not None


def test_asked_to_renew_twice_there_is_one_key_that_follows(box, path):
    keys.renew(path)
    first = keys.successor_of(path).private_numbers()
    keys.renew(path)

    assert first == keys.successor_of(path).private_numbers()


def test_both_keys_say_that_one_follows_the_other(box, path):
    from edge.sync.packing import unpack

    keys.renew(path)
    heard = []
    now = change_keys(box, path, lambda request: heard.append(request) or Answer(204, b""))
    sealed = Sealed.model_validate_json(unpack(heard[0].body, longest=10_000))
    told = unseal(sealed, Handover, signer=box.device, public_key=box.public_key)
    own = unseal(told.successor, BoxIdentity, signer=box.device, public_key=now.public_key)

    assert (box.device, now.public_key) == (own.device, own.public_key)
