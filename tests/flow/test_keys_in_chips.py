"""Boxes whose key a chip keeps, and the real office: nothing that is said or signed is another."""

from dataclasses import replace

import pytest

from edge.config import BoxPaths, Settings
from edge.errors import KeyOutOfReach, Refused
from edge.stick.labels import RECEIPT_TEXT, bundle_name, receipt_name
from edge.stick.medium import open_medium
from edge.stick.orders import Verdict
from edge.stick.visit import visit
from edge.sync import identity as keys
from edge.sync import postroom
from edge.sync.asking import Asking
from edge.sync.errands import Desk, change_keys, deliver, greet, one_round, take_stock
from edge.sync.keeper import place_of
from edge.sync.letters import StickReceipt
from edge.sync.outbox import Outbox
from edge.sync.post import Folder, read_post
from edge.sync.seal import unseal
from edge.sync.shelf import Shelf
from edge.sync.trust import Anchor
from edge.sync.wire import Sealed
from edge.timekeeping import now
from tests.fakes.central_simulator import CentralSimulator
from tests.fakes.chips import Pi, Tpm
from tests.fakes.evenings import BOOT, SEVEN, checkpoint, heard
from tests.flow.in_process import InProcess


@pytest.fixture(params=["file", "tpm2", "raspberry-pi"])
def kept(request, tmp_path, monkeypatch):
    """The settings of a box, by what keeps its key."""
    if request.param == "tpm2":
        chip = Tpm(tmp_path / "tpm").start()
        yield chip.settings
        chip.stop()
    elif request.param == "raspberry-pi":
        yield Pi(tmp_path / "pi", monkeypatch).burn().settings
    else:
        yield Settings()


@pytest.fixture
def office(tmp_path):
    opened = InProcess(tmp_path / "office")
    yield opened
    opened.close()


class Box:
    def __init__(self, folder, settings):
        self.paths, self.settings = BoxPaths(folder), settings
        self.identity = keys.load_or_make(self.paths.identity, settings)
        self.outbox = Outbox.open(self.paths.outbox)

    @property
    def desk(self):
        return Desk(
            identity=self.identity,
            outbox=self.outbox,
            shelf=Shelf(self.paths.shelf),
            settings=self.settings,
            now=lambda: SEVEN,
            stopping=lambda: False,
        )

    def hears(self, *numbers):
        for seq in numbers:
            self.outbox.put([heard(seq, state="heard")], checkpoint())

    def way_to(self, office):
        return Asking(office.answer, self.identity, now).send


@pytest.fixture
def box(tmp_path, kept):
    opened = Box(tmp_path / "box", kept)
    yield opened
    opened.outbox.close()


def numbers(*told):
    found = [(str(BOOT), seq) for seq in told]
    return found, found, []


def test_a_box_is_enrolled_reports_and_takes_stock(box, office):
    office.enrol(box.identity)
    box.hears(1, 2)
    send = box.way_to(office)

    assert 2 == deliver(box.desk, send)
    assert 0 == take_stock(box.desk, send)
    greet(box.desk, send)
    assert numbers(1, 2) == office.kept(box.identity.device)


def test_its_post_for_a_stick_is_signed_too(box, office, tmp_path):
    box.hears(1)
    folder = Folder(tmp_path / "post")
    folder.outgoing.parent.mkdir()
    anchor = Anchor(root=office.root, central_key=office.public_key)
    postroom.serve(box.desk, folder, anchor, alive=lambda: None)
    sealed, parcel, letters = read_post(folder.outgoing.read_bytes())

    public = box.identity.public_key
    assert parcel == unseal(sealed, type(parcel), signer=box.identity.device, public_key=public)
    assert 1 == len(letters)


def test_what_a_stick_brought_gets_a_signed_receipt(box, tmp_path):
    central = CentralSimulator()
    keys.lay_trust(box.paths.trust, central.public_key)
    orders = central.enrol(box.identity.public_key, url="http://central.example")
    stick = tmp_path / "stick"
    (stick / "QULAQ").mkdir(parents=True)
    (stick / "QULAQ" / bundle_name(box.identity.device)).write_text(orders.model_dump_json())
    with open_medium(stick) as medium:
        judgement = visit(medium, box.paths, now=SEVEN, settings=box.settings)
        sealed = Sealed.model_validate_json(medium.read_file(receipt_name(box.identity.device)))

    public = box.identity.public_key
    receipt = unseal(sealed, StickReceipt, signer=box.identity.device, public_key=public)
    assert Verdict.APPLIED == judgement.verdict
    assert receipt.applied


@pytest.mark.parametrize("kept", ["tpm2", "raspberry-pi"], indirect=True)
def test_a_box_moves_its_key_into_a_chip_and_back_without_being_enrolled_anew(
    tmp_path, kept, office
):
    box = Box(tmp_path / "box", Settings())
    office.enrol(box.identity)
    box.hears(1)
    deliver(box.desk, box.way_to(office))
    for seq, settings in enumerate((kept, Settings()), 2):
        own, path = box.identity, box.paths.identity
        keys.renew(path, settings)
        box.identity = change_keys(own, path, office.answer, settings)
        box.hears(seq)

        assert own.device == box.identity.device
        assert place_of(own.key) != place_of(box.identity.key)
        assert 1 == deliver(box.desk, box.way_to(office))
        # from the first letter by the new key on, the old one counts no longer
        box.hears(seq + 10)
        with pytest.raises(Refused, match="does not fit"):
            deliver(replace(box.desk, identity=own), Asking(office.answer, own, now).send)
        deliver(box.desk, box.way_to(office))
    box.outbox.close()


def test_a_box_whose_chip_is_dead_goes_on_and_says_what_to_do(tmp_path, office):
    chip = Tpm(tmp_path / "tpm").start()
    box = Box(tmp_path / "box", chip.settings)
    office.enrol(box.identity)
    box.hears(1)
    chip.stop()
    anchor = Anchor(root=office.root, central_key=office.public_key)
    met = one_round(box.desk, box.way_to(office), anchor=anchor)

    assert {KeyOutOfReach} == {type(e) for e in met}
    assert f"the TPM {chip.settings.tpm_device}" in str(met[0])
    assert 1 == box.outbox.tally().waiting

    stick = tmp_path / "stick"
    (stick / "QULAQ").mkdir(parents=True)
    (stick / "QULAQ" / bundle_name(box.identity.device)).write_text("{}")
    with open_medium(stick) as medium, pytest.raises(KeyOutOfReach):
        visit(medium, box.paths, now=SEVEN, settings=box.settings)
    assert (stick / "QULAQ" / RECEIPT_TEXT).exists()

    keys.replace(box.paths.identity)  # there is no other chip: a file keeps it from now on
    box.identity = keys.load(box.paths.identity)
    office.enrol(box.identity)
    assert 1 == deliver(box.desk, box.way_to(office))
    assert numbers(1) == office.kept(box.identity.device)
    box.outbox.close()


def test_orders_under_the_old_name_do_not_stand_in_the_way_of_those_under_the_new(tmp_path):
    central = CentralSimulator()
    paths = BoxPaths(tmp_path / "box")
    keys.lay_trust(paths.trust, central.public_key)
    for replaced in (False, True):
        if replaced:
            keys.replace(paths.identity)
        box = keys.load_or_make(paths.identity)
        orders = central.enrol(box.public_key, url="http://central.example")
        stick = tmp_path / box.device
        (stick / "QULAQ").mkdir(parents=True)
        (stick / "QULAQ" / bundle_name(box.device)).write_text(orders.model_dump_json())
        with open_medium(stick) as medium:
            verdict = visit(medium, paths, now=SEVEN).verdict

        assert Verdict.APPLIED == verdict  # both have the serial 1
