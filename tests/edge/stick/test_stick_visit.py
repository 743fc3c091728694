"""A stick's orders are followed only when they may be, at once and whole, and always answered."""

from datetime import UTC, datetime

import pytest

from edge.errors import Misconfigured
from edge.stick.labels import bundle_name, identity_name, receipt_name
from edge.stick.medium import MOST_FILES, open_medium
from edge.stick.orders import Verdict
from edge.stick.visit import visit
from edge.sync import seal
from edge.sync.letters import BoxIdentity, StickReceipt
from edge.sync.wire import Sealed

NOW = datetime(2026, 3, 5, 19, 0, tzinfo=UTC)


@pytest.fixture
def serve(box):
    """Plug a stick into the box; the judgement comes back."""

    def serve(path):
        with open_medium(path) as medium:
            return visit(medium, box.paths, now=NOW)

    return serve


@pytest.fixture
def receipt_on(box):
    """The box's receipt on a stick, its signature checked."""

    def receipt_on(path):
        with open_medium(path) as medium:
            sealed = Sealed.model_validate_json(medium.read_file(receipt_name(box.device)))
        return seal.unseal(sealed, StickReceipt, signer=box.device, public_key=box.public_key)

    return receipt_on


def text_on(path):
    with open_medium(path) as medium:
        return medium.read_file("RECEIPT.txt").decode("utf-8-sig")


def test_a_blank_stick_leaves_with_the_boxs_identity(box, stick, serve):
    judgement = serve(stick)
    with open_medium(stick) as medium:
        content = medium.read_file(identity_name(box.device))
        names = medium.names()

    assert judgement.verdict is Verdict.INTRODUCED
    assert BoxIdentity.model_validate_json(content) == BoxIdentity(
        device=box.device, public_key=box.public_key
    )
    assert receipt_name(box.device) not in names
    assert "qulaq-provision enrol" in text_on(stick)


def test_good_orders_are_in_force_and_signed_for(box, stick, serve, put, receipt_on, central):
    letter = central.orders(box.device, serial=3)
    put(stick, letter)
    judgement = serve(stick)

    assert judgement.verdict is Verdict.APPLIED
    assert box.paths.bundle.read_bytes() == letter
    assert (receipt_on(stick).applied, receipt_on(stick).serial) == (True, 3)
    assert "Үлкен зал" in text_on(stick)


def test_a_stick_left_in_changes_nothing(box, stick, serve, put, receipt_on, central):
    put(stick, central.orders(box.device, serial=3))
    serve(stick)
    before = box.paths.bundle.stat()
    again = serve(stick)
    after = box.paths.bundle.stat()

    assert again.verdict is Verdict.IN_FORCE
    assert (before.st_ino, before.st_mtime_ns) == (after.st_ino, after.st_mtime_ns)
    assert (receipt_on(stick).applied, receipt_on(stick).serial) == (True, 3)


def test_newer_orders_replace_older_ones_and_never_the_other_way(box, stick, serve, put, central):
    letters = {n: central.orders(box.device, serial=n) for n in (1, 2, 3)}
    seen = []
    for number in (2, 1, 3, 2):
        put(stick, letters[number])
        seen.append(serve(stick).verdict)

    assert seen == [Verdict.APPLIED, Verdict.OUTDATED, Verdict.APPLIED, Verdict.OUTDATED]
    assert box.paths.bundle.read_bytes() == letters[3]


def test_other_orders_of_the_same_serial_are_refused(box, stick, serve, put, central):
    first = central.orders(box.device)
    put(stick, first)
    serve(stick)
    put(stick, central.orders(box.device, hall="Кіші зал"))

    assert serve(stick).verdict is Verdict.OUTDATED
    assert box.paths.bundle.read_bytes() == first


STRANGER = seal.new_key()
FOREIGN = {
    "another's signature": ({"signed_with": STRANGER}, Verdict.UNSIGNED),
    "another signer": ({"signer": "qb-0123456789abcdef"}, Verdict.UNSIGNED),
    "another's key inside": ({"central_key": seal.public_pem(STRANGER)}, Verdict.UNSIGNED),
    "no key inside": ({"central_key": "none"}, Verdict.UNSIGNED),
}


@pytest.mark.parametrize("case", FOREIGN)
def test_what_our_central_did_not_sign_is_refused(
    box, stick, serve, put, receipt_on, central, case
):
    changes, verdict = FOREIGN[case]
    put(stick, central.orders(box.device, **changes))

    assert serve(stick).verdict is verdict
    assert not box.paths.bundle.exists()
    assert receipt_on(stick).applied is False


def test_orders_of_another_box_are_refused_under_our_name(box, stick, serve, put, central):
    put(stick, central.orders("qb-0123456789abcdef"))

    assert serve(stick).verdict is Verdict.MISADDRESSED
    assert not box.paths.bundle.exists()


def test_an_altered_letter_is_refused(box, stick, serve, put, central):
    letter = central.orders(box.device).replace("Үлкен".encode(), "Кишкі".encode())
    put(stick, letter)

    assert serve(stick).verdict is Verdict.UNSIGNED


def test_what_is_no_letter_is_refused(box, stick, serve, put, receipt_on):
    put(stick, b'{"payload": ')

    assert serve(stick).verdict is Verdict.UNREADABLE
    assert receipt_on(stick).serial == 0


def test_a_letter_too_large_is_refused_unparsed(box, stick, serve, put, receipt_on):
    put(stick, b" " * ((1 << 20) + 1))

    assert serve(stick).verdict is Verdict.UNREADABLE
    assert "1048576" in receipt_on(stick).reason


def test_a_crowded_stick_is_refused_and_told(box, stick, serve, put, receipt_on, central):
    put(stick, central.orders(box.device))
    with open_medium(stick) as medium:
        for number in range(MOST_FILES):
            medium.write_file(f"bundle-{number}.json", b"")

    assert serve(stick).verdict is Verdict.CROWDED
    assert not box.paths.bundle.exists()
    assert receipt_on(stick).applied is False


def test_a_box_that_trusts_nobody_says_so(box, stick, serve, put, central):
    box.paths.trust.unlink()
    put(stick, central.orders(box.device))

    assert serve(stick).verdict is Verdict.UNTRUSTING
    assert not box.paths.bundle.exists()


def test_a_box_without_a_key_has_nothing_to_sign_with(box, stick, serve):
    box.paths.identity.unlink()
    with pytest.raises(Misconfigured, match="qulaq-edge identity"):
        serve(stick)


def test_torn_orders_in_force_can_be_mended(box, stick, serve, put, central):
    letter = central.orders(box.device)
    box.paths.bundle.parent.mkdir()
    box.paths.bundle.write_bytes(letter[:50])
    put(stick, letter)

    assert serve(stick).verdict is Verdict.APPLIED
    assert box.paths.bundle.read_bytes() == letter


def test_orders_of_a_central_no_longer_trusted_are_not_called_good(box, stick, serve, put, central):
    put(stick, central.orders(box.device))
    serve(stick)
    box.paths.trust.write_text(seal.public_pem(STRANGER))

    assert serve(stick).verdict is Verdict.UNSIGNED


def test_a_box_that_cannot_store_its_orders_says_so(box, stick, serve, put, receipt_on, central):
    box.paths.bundle.parent.write_bytes(b"a file where a folder should be")
    put(stick, central.orders(box.device))

    assert serve(stick).verdict is Verdict.UNKEPT
    assert receipt_on(stick).applied is False


def test_a_neighbours_letters_are_left_alone(box, stick, serve, central):
    other = central.orders("qb-0123456789abcdef")
    with open_medium(stick) as medium:
        medium.write_file(bundle_name("qb-0123456789abcdef"), other)

    assert serve(stick).verdict is Verdict.INTRODUCED
    with open_medium(stick) as medium:
        assert medium.read_file(bundle_name("qb-0123456789abcdef")) == other
