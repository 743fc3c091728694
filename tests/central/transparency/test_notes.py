"""Signed notes agree with the examples that their specification prints."""

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from central.errors import Unacceptable
from central.transparency.notes import (
    COSIGNS,
    SIGNS,
    Checkpoint,
    Verifier,
    new_key,
    signer_of,
    verifier_of,
)
from verifier.verify import Key, decode

# As printed in C2SP signed-note, "Example".
PUBLISHED_KEY = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k"
PUBLISHED_TEXT = "This is an example message.\n"
PUBLISHED_SIGNATURE = (
    "Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM="
)


def test_the_published_key_is_read_and_written_as_published():
    key = verifier_of(PUBLISHED_KEY)

    assert ("example.com/foo", SIGNS) == (key.name, key.kind)
    assert PUBLISHED_KEY == key.text()


def test_the_published_signature_holds_and_no_other_text_does():
    key, signature = verifier_of(PUBLISHED_KEY), decode(PUBLISHED_SIGNATURE)

    assert key.id == signature[:4]
    Ed25519PublicKey.from_public_bytes(key.public).verify(signature[4:], PUBLISHED_TEXT.encode())
    with pytest.raises(InvalidSignature):
        Ed25519PublicKey.from_public_bytes(key.public).verify(signature[4:], b"other\n")


def test_the_verifier_reads_the_published_example_too():
    key = Key("example.com/foo", SIGNS, verifier_of(PUBLISHED_KEY).public)

    assert key.holds(decode(PUBLISHED_SIGNATURE)[4:], PUBLISHED_TEXT)


def test_a_checkpoint_has_three_lines():
    at = Checkpoint("example.com/behind-the-sofa", 20852163, bytes(32))

    assert f"example.com/behind-the-sofa\n20852163\n{'A' * 43}=\n" == at.text()


def test_what_a_new_key_signs_its_public_half_verifies():
    signer = signer_of(new_key("central.example/log"))
    note = signer.sign("central.example/log\n0\nAA==\n")
    text, line = note[: note.index("\n\n") + 1], note.splitlines()[-1]
    signature = decode(line.removeprefix("— central.example/log "))

    assert signer.verifier == verifier_of(signer.verifier.text())
    assert Key("central.example/log", SIGNS, signer.verifier.public).holds(signature[4:], text)


def test_one_public_key_has_another_number_for_another_use():
    public = verifier_of(PUBLISHED_KEY).public

    assert Verifier("w", SIGNS, public).id != Verifier("w", COSIGNS, public).id


@pytest.mark.parametrize(
    "text",
    ["", "a", "a+b", PUBLISHED_KEY[:-1], PUBLISHED_KEY.replace("530d", "530e"), "+530d903a+AQ=="],
)
def test_what_is_no_key_is_refused(text):
    with pytest.raises(Unacceptable):
        verifier_of(text)


@pytest.mark.parametrize("text", ["", "PRIVATE+KEY+", "PRIVATE+KEY+a+b+c", PUBLISHED_KEY])
def test_what_is_no_private_key_is_refused(text):
    with pytest.raises(Unacceptable):
        signer_of(text)
