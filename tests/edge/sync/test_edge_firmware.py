"""A Raspberry Pi keeps the box's key: tried against a stand-in for its firmware's own program."""

import pytest

from edge.config import Settings
from edge.errors import BadSeal, KeyOutOfReach, Misconfigured
from edge.sync import firmware
from edge.sync import identity as keys
from edge.sync.errands import change_keys
from edge.sync.keeper import place_of
from edge.sync.protocol import Answer
from edge.sync.seal import device_id
from edge.sync.signing import sign, verify
from tests.fakes.chips import Pi
from tests.fakes.evenings import SEVEN


@pytest.fixture
def pi(tmp_path, monkeypatch):
    return Pi(tmp_path / "pi", monkeypatch).burn()


@pytest.fixture
def path(tmp_path):
    return tmp_path / "keys" / "identity.pem"


@pytest.fixture
def box(path, pi):
    return keys.load_or_make(path, pi.settings)


def test_requests_are_signed_by_the_firmware(box):
    headers = sign("POST", "/x", b"words", device=box.device, key=box.key, created=SEVEN)
    lower = {name.lower(): said for name, said in headers.items()}

    assert SEVEN == verify("POST", "/x", b"words", lower, public_key=box.public_key).created


def test_the_box_is_named_by_its_key_as_any_box_is(box, path, pi):
    assert device_id(box.public_key) == box.device == keys.load_or_make(path, pi.settings).device
    assert "in a Raspberry Pi's firmware" == place_of(box.key)


def test_nothing_secret_lies_in_the_file(box, path):
    assert box.public_key.split()[3:-3] == path.read_text().split()[5:-5]
    assert "PRIVATE" not in path.read_text()


def test_name_and_public_key_are_known_without_the_firmware(box, path, pi):
    pi.die()

    assert (box.device, box.public_key) == (keys.load(path).device, keys.load(path).public_key)


def test_a_card_in_another_pi_is_told_and_nothing_is_signed(box, pi, tmp_path, monkeypatch):
    pi.exchange(monkeypatch, Pi(tmp_path / "other", monkeypatch).burn())

    with pytest.raises(KeyOutOfReach, match=r"another key than this box; put the card back"):
        keys.prove(box)


@pytest.mark.parametrize(
    ("state", "told"),
    [
        ("sign-locked", "SIGN_LOCKED.*start it anew"),
        ("locked-silently", "SIGN_LOCKED.*start it anew"),
        ("old-firmware", "too old to sign.*rpi-eeprom-update"),
        ("no-device", "/dev/vcio.*install-box.sh"),
    ],
)
def test_what_keeps_the_firmware_from_signing_is_told(box, pi, state, told):
    pi.becomes(state)

    with pytest.raises(KeyOutOfReach, match=f"this Raspberry Pi: .*{told}"):
        keys.prove(box)


def test_a_program_that_hangs_is_ended(box, pi, monkeypatch):
    monkeypatch.setattr(firmware, "_PATIENCE_SECONDS", 0.2)
    pi.becomes("stuck")

    with pytest.raises(KeyOutOfReach, match=r"not answered within 0\.2 s"):
        keys.prove(box)


def test_a_pi_without_a_key_gets_none_from_us(path, pi):
    pi.die()

    with pytest.raises(KeyOutOfReach, match=r"no key yet; .*genkey.*nobody can undo"):
        keys.load_or_make(path, pi.settings)
    assert not path.exists()
    assert [] == list(pi.firmware.iterdir())


def test_a_machine_that_is_no_pi_is_told(path, tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))

    with pytest.raises(KeyOutOfReach, match=r"no rpi-fw-crypto: .*raspi-utils"):
        keys.load_or_make(path, Settings(key_store="raspberry-pi"))


def test_a_torn_file_is_told(box, path):
    path.write_bytes(path.read_bytes()[:90])

    with pytest.raises(BadSeal, match=r"identity\.pem: not a public key"):
        keys.load(path)


def test_a_box_moves_to_the_firmwares_key_and_keeps_its_name(path, pi):
    before = keys.load_or_make(path)
    keys.renew(path, pi.settings)
    now = change_keys(before, path, lambda _: Answer(204, b""), pi.settings)

    assert before.device == now.device == keys.load(path).device
    assert before.public_key != now.public_key
    keys.prove(now)


def test_a_pi_has_one_key_for_life(box, path, pi):
    with pytest.raises(Misconfigured, match=r'one key for life.*key_store = "file"'):
        keys.renew(path, pi.settings)
    assert keys.successor_of(path) is None

    keys.renew(path, Settings())
    now = change_keys(box, path, lambda _: Answer(204, b""))
    assert box.device == now.device
    assert "in a file" == place_of(now.key)


def test_a_box_whose_pi_died_is_another_box_in_another_pi(box, path, pi, tmp_path, monkeypatch):
    other = Pi(tmp_path / "other", monkeypatch).burn()
    keys.replace(path, other.settings)
    now = keys.load(path)

    keys.prove(now)
    assert box.device != now.device == device_id(now.public_key)
