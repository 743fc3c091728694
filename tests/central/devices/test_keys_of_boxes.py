"""Keys of boxes expire by no clock; they follow each other, and the office may end them."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from central.database import reading
from central.devices.nonces import CLOCKS_APART, LASTS, is_fresh, mint
from central.ingest.audit import audit
from edge.sync import seal
from edge.sync.asking import Asking
from edge.sync.identity import Identity
from edge.sync.letters import BoxIdentity
from edge.sync.protocol import Answer, Request
from edge.sync.signing import sign
from edge.sync.wire import Handover

NOW = datetime(2026, 11, 28, 12, tzinfo=UTC)
MANIFEST = "/v1/catalogue/metadata/timestamp.json"


def handover(box, key, *, name=None, inner=None):
    """The letter by which a box says that another key follows."""
    device = name or box.device
    own = BoxIdentity(device=device, public_key=seal.public_pem(key))
    successor = seal.seal(own, signer=device, key=inner or key)
    return box.seal(Handover(device=box.device, successor=successor))


def ask(office, box, at, *, path=MANIFEST, clock=None):
    """Fetch something as a box whose clock says that."""

    def send(request):
        answer = office.stranger.request(request.method, request.path, headers=request.headers)
        return Answer(answer.status_code, answer.content, dict(answer.headers))

    who = Identity(box.key, seal.public_pem(box.key), box.device)
    return Asking(send, who, lambda: at).send(Request("GET", path))


@pytest.fixture
def box(office):
    return office.box(office.hall())


def test_a_key_that_follows_counts_and_retires_the_one_before_it_when_it_is_used(office, box):
    first, second = box.key, seal.new_key()
    assert 204 == box.send("/v1/keys", handover(box, second)).status_code
    assert 204 == box.send("/v1/keys", handover(box, second)).status_code  # the answer was lost
    box.receipt(box.heard(1))  # the old one counts until the new one was used
    box.key = second
    box.receipt(box.heard(2))
    box.key = first
    refused = box.deliver(box.heard(3))

    assert 403 == refused.status_code
    assert "does not fit" in refused.json()["detail"]
    with reading(office.books) as connection:
        assert [] == list(audit(connection))  # what the old one signed is evidence still


def test_nobody_hands_over_to_a_key_he_does_not_have(office, box):
    theirs = seal.new_key()
    answer = box.send("/v1/keys", handover(box, theirs, inner=seal.new_key()))

    assert 403 == answer.status_code


def test_nobody_hands_over_what_is_another_s(office, box):
    other = office.box(office.hall())
    answer = box.send("/v1/keys", handover(box, seal.new_key(), name=other.device))

    assert 422 == answer.status_code


def test_a_key_that_was_laid_down_does_not_come_back(office, box):
    first, second = box.key, seal.new_key()
    box.send("/v1/keys", handover(box, second))
    box.key = second
    box.receipt(box.heard(1))

    assert 409 == box.send("/v1/keys", handover(box, first)).status_code


def test_a_box_with_another_key_is_moved_by_a_token_as_any_other(office, box):
    second = seal.new_key()
    box.send("/v1/keys", handover(box, second))
    box.key = second
    box.identity = BoxIdentity(device=box.device, public_key=seal.public_pem(second))

    assert 200 == box.enrol(office.enrolment_token(office.hall("another"))).status_code


def test_a_revoked_box_is_refused_at_its_next_request_and_its_evidence_stays(office, box):
    box.receipt(box.heard(1))
    before = ask(office, box, datetime.now(UTC)).status
    office.http.post(f"/v1/boxes/{box.device}/revoke", json={"reason": "stolen"})
    answers = [
        box.deliver(box.heard(2)).status_code,
        box.send("/v1/keys", handover(box, seal.new_key())).status_code,
        ask(office, box, datetime.now(UTC)).status,
    ]

    assert 200 == before
    assert [403, 403, 403] == answers
    with reading(office.books) as connection:
        assert [] == list(audit(connection))


@pytest.mark.parametrize("at", [datetime(1970, 1, 1, tzinfo=UTC), datetime(2099, 1, 1, tzinfo=UTC)])
def test_a_box_without_the_time_is_let_in_by_what_the_office_says(office, box, at):
    assert 200 == ask(office, box, at).status


def test_who_signs_nothing_or_with_another_key_is_not_let_in(office, box):
    unsigned = office.stranger.get(MANIFEST)
    stranger = Identity(seal.new_key(), "", box.device)
    headers = sign(
        "GET", MANIFEST, b"", device=box.device, key=stranger.key, created=datetime.now(UTC)
    )

    assert (401, True) == (unsigned.status_code, "nonce=" in unsigned.headers["www-authenticate"])
    assert 403 == office.stranger.get(MANIFEST, headers=headers).status_code


@given(st.integers(-10_000, 10_000), st.integers(-10_000, 10_000))
def test_a_request_is_fresh_by_the_clock_or_by_the_nonce(clock, age):
    created, now = NOW + timedelta(seconds=clock), NOW + timedelta(seconds=age)
    nonce = mint(b"secret", now=NOW)

    assert is_fresh(b"secret", "", created=created, now=NOW) == (
        abs(clock) <= CLOCKS_APART.total_seconds()
    )
    assert is_fresh(b"secret", nonce, created=created, now=now) == (
        abs(age) <= LASTS.total_seconds()
    )
    assert not is_fresh(b"another", nonce, created=NOW, now=NOW)
    assert not is_fresh(b"secret", "9" + nonce, created=NOW, now=NOW)


@pytest.mark.parametrize("nonce", ["x", ".", "1.x", "now.0", "9" * 40])
def test_what_is_no_nonce_is_not_fresh(nonce):
    assert not is_fresh(b"secret", nonce, created=NOW, now=NOW)
