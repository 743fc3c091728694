"""A sealed letter opens only as it was written, and only for who trusts its signer."""

import base64
from datetime import UTC, datetime

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from hypothesis import given
from hypothesis import strategies as st

from edge.errors import BadSeal
from edge.sync.letters import BoxIdentity
from edge.sync.seal import (
    device_id,
    load_private,
    load_public,
    new_key,
    private_pem,
    public_pem,
    seal,
    unseal,
)
from edge.sync.wire import Heartbeat

KEY = new_key()
PUBLIC = public_pem(KEY)
DEVICE = device_id(PUBLIC)
LETTER = Heartbeat(
    device=DEVICE,
    said_at=datetime(2026, 9, 18, 19, 0, tzinfo=UTC),
    software="0.1.0",
    catalogue_version=3,
    waiting=0,
    last_heard_at=None,
    source="Әуез линиясы",
)


def test_what_was_sealed_is_what_is_opened():
    sealed = seal(LETTER, signer=DEVICE, key=KEY)

    assert unseal(sealed, Heartbeat, signer=DEVICE, public_key=PUBLIC) == LETTER


@given(st.data())
def test_no_altered_character_goes_unnoticed(data):
    sealed = seal(LETTER, signer=DEVICE, key=KEY)
    at = data.draw(st.integers(0, len(sealed.payload) - 1))
    other = data.draw(st.characters(codec="utf-8").filter(lambda c: c != sealed.payload[at]))
    forged = sealed.model_copy(
        update={"payload": sealed.payload[:at] + other + sealed.payload[at + 1 :]}
    )

    with pytest.raises(BadSeal, match="does not fit"):
        unseal(forged, Heartbeat, signer=DEVICE, public_key=PUBLIC)


@pytest.mark.parametrize("signature", ["", "AAAA", "not base64!", "MEUCIQ=="])
def test_a_signature_that_is_none_is_refused(signature):
    forged = seal(LETTER, signer=DEVICE, key=KEY).model_copy(update={"signature": signature})

    with pytest.raises(BadSeal):
        unseal(forged, Heartbeat, signer=DEVICE, public_key=PUBLIC)


def test_another_key_is_refused():
    sealed = seal(LETTER, signer=DEVICE, key=new_key())

    with pytest.raises(BadSeal, match="does not fit"):
        unseal(sealed, Heartbeat, signer=DEVICE, public_key=PUBLIC)


def test_another_name_is_refused_even_with_the_right_key():
    sealed = seal(LETTER, signer="qb-0000000000000000", key=KEY)

    with pytest.raises(BadSeal, match="qb-0000000000000000"):
        unseal(sealed, Heartbeat, signer=DEVICE, public_key=PUBLIC)


def test_a_sealed_letter_of_another_kind_is_refused():
    sealed = seal(LETTER, signer=DEVICE, key=KEY)

    with pytest.raises(BadSeal, match="not a BoxIdentity"):
        unseal(sealed, BoxIdentity, signer=DEVICE, public_key=PUBLIC)


def test_a_key_survives_its_file():
    assert public_pem(load_private(private_pem(KEY))) == PUBLIC


def test_only_p256_keys_are_keys():
    wrong = ed25519.Ed25519PrivateKey.generate().private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    other_curve = public_pem(ec.generate_private_key(ec.SECP384R1()))

    with pytest.raises(BadSeal, match="P-256"):
        load_private(wrong)
    with pytest.raises(BadSeal, match="P-256"):
        load_public(other_curve)
    with pytest.raises(BadSeal, match="not a private key"):
        load_private(b"rubbish")
    with pytest.raises(BadSeal, match="not a public key"):
        load_public("rubbish")


def test_a_box_is_named_by_its_key():
    assert device_id(PUBLIC) == DEVICE
    assert device_id(public_pem(new_key())) != DEVICE
    assert len(DEVICE) == len("qb-") + 16


@pytest.mark.parametrize(
    "identifier", [b"\x2a\x86\x48\xce\x3d\x02\x01", b"\x2a\x86\x48\xce\x3d\x03\x01\x07"]
)
def test_a_key_of_an_unheard_of_kind_or_curve_is_no_key(identifier):
    form = serialization.PublicFormat.SubjectPublicKeyInfo
    key = KEY.public_key().public_bytes(serialization.Encoding.DER, form)
    strange = base64.encodebytes(key.replace(identifier, identifier[:-1] + b"\x55")).decode()

    with pytest.raises(BadSeal, match="not a public key"):
        load_public(f"-----BEGIN PUBLIC KEY-----\n{strange}-----END PUBLIC KEY-----\n")


def test_a_key_behind_a_password_is_no_key():
    locked = KEY.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.BestAvailableEncryption(b"a password"),
    )

    with pytest.raises(BadSeal, match="not a private key"):
        load_private(locked)
