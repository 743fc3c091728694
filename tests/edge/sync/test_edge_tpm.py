"""A TPM 2.0 keeps the box's key: tried in a TPM of its own, which is a program and no chip."""

import pytest
from tpm2_pytss import (
    ESAPI,
    ESYS_TR,
    TPM2_ALG,
    TPM2_CC,
    TPM2_RC,
    TPM2_RH,
    TPM2_SE,
    TPM2_ST,
    TPM2B_AUTH,
    TPM2B_DATA,
    TPMA_OBJECT,
    TPMS_ECC_POINT,
    TPMS_SCHEME_HASH,
    TPMT_SIG_SCHEME,
    TPMT_SYM_DEF,
    TPMT_SYM_DEF_OBJECT,
    TPMT_TK_HASHCHECK,
    TPMU_SIG_SCHEME,
    TSS2_Exception,
)
from tpm2_pytss.tsskey import TSSPrivKey

from edge.config import Settings
from edge.errors import BadSeal, KeyOutOfReach
from edge.sync import identity as keys
from edge.sync.errands import change_keys
from edge.sync.keeper import place_of
from edge.sync.protocol import Answer
from edge.sync.seal import device_id, seal, unseal
from edge.sync.signing import sign, verify
from edge.sync.wire import Heartbeat
from tests.fakes.chips import Tpm
from tests.fakes.evenings import SEVEN


@pytest.fixture
def tpm(tmp_path):
    chip = Tpm(tmp_path / "tpm").start()
    yield chip
    chip.stop()


@pytest.fixture
def path(tmp_path):
    return tmp_path / "keys" / "identity.pem"


@pytest.fixture
def box(path, tpm):
    return keys.load_or_make(path, tpm.settings)


def heartbeat_of(box):
    return Heartbeat(
        device=box.device,
        said_at=SEVEN,
        software="0",
        catalogue_version=0,
        waiting=0,
        last_heard_at=None,
    )


def signed_by(chip, handle):
    how = TPMU_SIG_SCHEME(any=TPMS_SCHEME_HASH(hashAlg=TPM2_ALG.SHA256))
    scheme = TPMT_SIG_SCHEME(scheme=TPM2_ALG.ECDSA, details=how)
    ticket = TPMT_TK_HASHCHECK(tag=TPM2_ST.HASHCHECK, hierarchy=TPM2_RH.NULL)
    return chip.sign(handle, b"0" * 32, scheme, ticket)


def test_letters_and_requests_are_signed_by_the_chip(box):
    letter = heartbeat_of(box)
    sealed = seal(letter, signer=box.device, key=box.key)
    headers = sign("POST", "/x", b"words", device=box.device, key=box.key, created=SEVEN)

    assert letter == unseal(sealed, Heartbeat, signer=box.device, public_key=box.public_key)
    lower = {name.lower(): said for name, said in headers.items()}
    assert SEVEN == verify("POST", "/x", b"words", lower, public_key=box.public_key).created


def test_the_box_is_named_by_its_key_as_any_box_is(box):
    assert device_id(box.public_key) == box.device
    assert "in a TPM 2.0" == place_of(box.key)


def test_the_key_outlives_a_power_cut(box, path, tpm):
    tpm.stop()
    tpm.start()
    again = keys.load(path, tpm.settings)

    assert (box.device, box.public_key) == (again.device, again.public_key)
    keys.prove(again)


def test_name_and_public_key_are_known_without_the_chip(box, path, tpm):
    tpm.stop()

    assert (box.device, box.public_key) == (
        keys.load(path).device,
        keys.load(path).public_key,
    )


def test_the_key_was_made_in_the_chip_and_is_bound_to_it_and_only_signs(box, path, tpm):
    key = TSSPrivKey.from_pem(path.read_bytes())
    attributes = key.public.publicArea.objectAttributes
    wanted = TPMA_OBJECT.FIXEDTPM | TPMA_OBJECT.FIXEDPARENT | TPMA_OBJECT.SENSITIVEDATAORIGIN

    assert wanted | TPMA_OBJECT.SIGN_ENCRYPT == attributes & (wanted | TPMA_OBJECT.SIGN_ENCRYPT)
    assert not attributes & TPMA_OBJECT.DECRYPT
    with ESAPI(tpm.settings.tpm_device) as chip, key.load(chip) as handle:
        nothing = TPMT_SYM_DEF_OBJECT(algorithm=TPM2_ALG.NULL)
        plain = TPMT_SYM_DEF(algorithm=TPM2_ALG.NULL)
        session = chip.start_auth_session(
            ESYS_TR.NONE, ESYS_TR.NONE, TPM2_SE.POLICY, plain, TPM2_ALG.SHA256
        )
        chip.policy_command_code(session, TPM2_CC.Duplicate)
        with pytest.raises(TSS2_Exception) as refused:  # out of the chip, in the clear
            chip.duplicate(handle, ESYS_TR.NONE, TPM2B_DATA(), nothing, session1=session)
    assert refused.value.error in (TPM2_RC.ATTRIBUTES, TPM2_RC.POLICY_FAIL)


def test_whoever_has_the_card_and_another_chip_has_nothing(box, path, tmp_path):
    other = Tpm(tmp_path / "other").start()
    try:
        with pytest.raises(KeyOutOfReach, match=r"did not make this key.*--replace"):
            keys.prove(keys.load(path, other.settings))
    finally:
        other.stop()


def test_a_chip_that_was_cleared_has_lost_the_key_and_says_so(box, tpm):
    with ESAPI(tpm.settings.tpm_device) as chip:
        chip.clear(ESYS_TR.RH_LOCKOUT)

    with pytest.raises(KeyOutOfReach, match=r"did not make this key.*enrolled anew"):
        keys.prove(box)


def test_a_chip_whose_owner_has_a_password_is_told(box, path, tpm):
    with ESAPI(tpm.settings.tpm_device) as chip:
        chip.hierarchy_change_auth(ESYS_TR.RH_OWNER, TPM2B_AUTH(b"secret"))

    with pytest.raises(KeyOutOfReach, match=r"locked.*password.*tpm2_changeauth"):
        keys.prove(box)
    with pytest.raises(KeyOutOfReach, match="password"):
        keys.load_or_make(path.with_name("other.pem"), tpm.settings)


def test_a_chip_that_is_switched_off_until_the_next_start_is_told(box, tpm):
    with ESAPI(tpm.settings.tpm_device) as chip:
        chip.hierarchy_control(ESYS_TR.RH_PLATFORM, ESYS_TR.OWNER, False)

    with pytest.raises(KeyOutOfReach, match="switched off until the machine starts"):
        keys.prove(box)
    tpm.stop()
    tpm.start()
    keys.prove(box)


def test_a_chip_locked_against_guessing_still_signs(box, tpm):
    """Somebody else's wrong passwords silence no box."""
    with ESAPI(tpm.settings.tpm_device) as chip:
        chip.dictionary_attack_parameters(1, 1000, 1000)
        guarded = TSSPrivKey.create_ecc(chip).public.publicArea
        guarded.objectAttributes &= ~TPMA_OBJECT.NODA
        guarded.unique.ecc = TPMS_ECC_POINT()
        key = TSSPrivKey.create(chip, guarded, password=b"right")
        for password in (b"wrong", b"right"):
            with key.load(chip, password=password) as handle, pytest.raises(TSS2_Exception) as said:
                signed_by(chip, handle)
        assert TPM2_RC.LOCKOUT == said.value.error

    keys.prove(box)


def test_a_chip_that_does_not_answer_is_named(box, tpm):
    tpm.stop()

    with pytest.raises(KeyOutOfReach, match=r"the TPM swtpm:path=.*chip.*does not answer"):
        keys.prove(box)
    tpm.start()
    keys.prove(box)


def test_a_chip_that_is_not_there_is_named_and_no_key_is_made(path):
    nowhere = Settings(key_store="tpm2", tpm_device="/dev/tpmrm7")

    with pytest.raises(KeyOutOfReach, match=r"the TPM /dev/tpmrm7: it is not there.*plugged in"):
        keys.load_or_make(path, nowhere)
    assert not path.exists()


def test_what_is_no_chip_is_told(path):
    with pytest.raises(KeyOutOfReach, match="the TPM /dev/null"):
        keys.load_or_make(path, Settings(key_store="tpm2", tpm_device="/dev/null"))


def test_a_torn_file_is_told_and_never_replaced(box, path, tpm):
    path.write_bytes(path.read_bytes()[:120])

    with pytest.raises(BadSeal, match=r"identity\.pem: not a TPM's key"):
        keys.load_or_make(path, tpm.settings)
    assert 120 == path.stat().st_size


def test_a_changed_setting_makes_no_box_lose_its_key(box, path, tmp_path):
    plain = keys.load_or_make(tmp_path / "plain.pem")

    assert box.device == keys.load_or_make(path, Settings()).device
    assert (
        plain.device == keys.load_or_make(tmp_path / "plain.pem", Settings(key_store="tpm2")).device
    )


def test_a_box_moves_its_key_into_the_chip_and_keeps_its_name(path, tpm):
    before = keys.load_or_make(path)
    path.chmod(0o640)  # as on a box, where more than one process signs
    keys.renew(path, tpm.settings)
    heard = []
    now = change_keys(before, path, lambda r: heard.append(r) or Answer(204, b""), tpm.settings)

    assert before.device == now.device == keys.load(path).device
    assert "in a TPM 2.0" == place_of(now.key)
    assert 0o640 == path.stat().st_mode & 0o777
    assert ["/v1/keys"] == [request.path for request in heard]
    keys.prove(now)


def test_a_key_in_the_chip_is_followed_by_another_in_the_chip(box, path, tpm):
    keys.renew(path, tpm.settings)
    now = change_keys(box, path, lambda _: Answer(204, b""), tpm.settings)

    assert box.device == now.device
    assert box.public_key != now.public_key
    keys.prove(now)


def test_a_box_whose_chip_died_gets_another_key_and_another_name(box, path, tpm, tmp_path):
    path.chmod(0o640)
    tpm.stop()
    other = Tpm(tmp_path / "other").start()
    try:
        keys.replace(path, other.settings)
        now = keys.load(path, other.settings)
        keys.prove(now)
    finally:
        other.stop()
    tpm.start()
    gone = keys.load(path.with_suffix(".gone.pem"), tpm.settings)

    assert box.device != now.device == device_id(now.public_key)
    assert 0o640 == path.stat().st_mode & 0o777
    assert box.public_key == gone.public_key  # should the chip come to life again
    keys.prove(gone)


def test_where_no_key_can_be_made_the_old_one_stays(box, path):
    with pytest.raises(KeyOutOfReach):
        keys.replace(path, Settings(key_store="tpm2", tpm_device="/dev/tpmrm7"))

    assert box.public_key == keys.load(path).public_key
    assert [path.name] == [one.name for one in path.parent.iterdir()]
