"""A hall without a network: a stick carries what was heard to central, and its answer back."""

import random
import subprocess
import sys
import threading
import time
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from io import BytesIO
from uuid import uuid4

import pytest
from structlog.testing import capture_logs

from edge.config import BoxPaths, Settings
from edge.errors import BadPacking, BadStick
from edge.selftest import made_up_music
from edge.stick.blank import make_blank
from edge.stick.labels import answer_name, post_name
from edge.stick.medium import open_medium
from edge.stick.postbag import exchange
from edge.sync.identity import load_or_make
from edge.sync.letters import BoxInput, Bundle
from edge.sync.outbox import Outbox
from edge.sync.post import Closed, Folder, Posted, Reply, close, open_, read_head, read_post
from edge.sync.protocol import Request, expect
from edge.sync.rounds import open_desk, serve_stick
from edge.sync.seal import new_key, public_pem, seal
from edge.sync.wire import CENTRAL, CoverageRecord, Sealed
from provisioning.carry import carry, posts
from tests.fakes.evenings import SEVEN, checkpoint, folder_in_memory, heard
from tests.flow.in_process import InProcess, proclaim
from tests.flow.office import Office, until

RATE_HZ = 16_000
NOBODY = "http://127.0.0.1:9"  # where no central answers: the hall has no network


@pytest.fixture(scope="module")
def office():
    with folder_in_memory() as folder, capture_logs():
        opened = InProcess(folder / "office")
        proclaim(opened.office, b"a segment, so small as can be" * 10 + b"0123456789")
        yield opened
        opened.close()


class Box:
    """A box in a hall without a network, whose speaking process is at work."""

    def __init__(self, folder, office):
        self.paths = BoxPaths(folder)
        self.identity = load_or_make(self.paths.identity)
        office.enrol(self.identity)
        orders = Bundle(
            serial=1,
            device=self.identity.device,
            issued_at=SEVEN,
            venue="Опера театры",
            hall="Үлкен зал",
            time_zone="Asia/Almaty",
            inputs=[BoxInput(device="USB Audio")],
            central_url=NOBODY,
            central_key=office.public_key,
            catalogue_root=office.root,
        )
        self.paths.trust.write_text(office.public_key)
        self.paths.bundle.parent.mkdir()
        sealed = seal(orders, signer=CENTRAL, key=office.office.key)
        self.paths.bundle.write_text(sealed.model_dump_json())
        self.outbox = Outbox.open(self.paths.outbox)
        self.boot = uuid4()  # its own, as in the field: what two boxes tell of one run counts once
        self._asked = threading.Event()

    @property
    def device(self):
        return self.identity.device

    def hears(self, first, last):
        records = [heard(seq, boot=self.boot) for seq in range(first, last + 1)]
        self.outbox.put(records, checkpoint(boot=self.boot))

    @contextmanager
    def speaking(self):
        settings = Settings(batch_records=50, piece_bytes=100)

        def speak():
            with open_desk(self.paths, settings, asked=self._asked) as desk:
                while not self._asked.wait(0.01):
                    serve_stick(desk, self.paths)

        thread = threading.Thread(target=speak)
        thread.start()
        try:
            yield
        finally:
            self._asked.set()
            thread.join()

    def plug(self, stick):
        with open_medium(stick) as medium:
            return exchange(
                medium,
                Folder(self.paths.post),
                device=self.device,
                patience_seconds=600,
                pause=lambda seconds: time.sleep(seconds / 20),
            )

    def keys(self):
        return sorted((str(one.boot), one.seq) for one in self.outbox.records())


@pytest.fixture
def box(office):
    with folder_in_memory() as folder:
        made = Box(folder / "box", office)
        with made.speaking():
            yield made
        made.outbox.close()


@pytest.fixture
def journal():
    with capture_logs() as events:
        yield events


@pytest.fixture
def stick(tmp_path):
    path = tmp_path / "stick.img"
    make_blank(path, volume_number=1)
    return path


def carried(stick, office):
    def ask(path, content, longest):
        headers = {"Content-Type": "application/json"}
        answer = office.answer(Request("POST", path, content, headers))
        expect(answer, 200)
        assert len(answer.body) <= longest
        return answer.body

    with open_medium(stick) as medium:
        return [carry(medium, name, ask) for name in posts(medium)]


def read(stick, name):
    with open_medium(stick) as medium:
        return b"".join(medium.pieces(name, limit=1 << 24))


def write(stick, name, content):
    with open_medium(stick) as medium:
        medium.write_file(name, content)


def test_what_was_heard_arrives_by_stick_and_the_receipts_and_the_catalogue_come_back(
    box, stick, office
):
    box.hears(1, 120)
    first = box.plug(stick)
    (there,) = carried(stick, office)
    box.hears(121, 130)
    second = box.plug(stick)
    (again,) = carried(stick, office)
    box.plug(stick)

    assert (first.parcel.letters, first.parcel.waiting, first.brought) == (3, 0, False)
    assert (there.accepted, there.duplicates, there.rejected, there.refused) == (120, 0, 0, [])
    assert (second.parcel.taken, second.parcel.letters, second.brought) == (120, 1, True)
    assert second.parcel.catalogue_version == 1
    assert (again.accepted, again.duplicates) == (10, 0)
    assert again.enclosed_bytes < there.enclosed_bytes - 200  # the segment did not travel again
    assert (box.outbox.tally().waiting, box.outbox.tally().delivered) == (0, 130)
    assert office.kept(box.device) == (box.keys(), box.keys(), [])


def test_a_post_handed_in_twice_is_counted_once(box, stick, office):
    box.hears(1, 60)
    box.plug(stick)
    (first,), (second,) = carried(stick, office), carried(stick, office)
    box.plug(stick)

    assert (first.accepted, second.accepted, second.duplicates) == (60, 0, 60)
    assert box.outbox.tally().waiting == 0
    assert office.kept(box.device) == (box.keys(), box.keys(), [])


def test_a_stick_that_is_lost_loses_nothing(box, stick, office, tmp_path):
    box.hears(1, 60)
    box.plug(stick)
    other = tmp_path / "another.img"
    make_blank(other, volume_number=2)
    box.plug(other)
    (there,) = carried(other, office)
    box.plug(other)

    assert there.accepted == 60
    assert box.outbox.tally().waiting == 0


def test_nobody_but_central_reads_a_post(box, stick, office):
    box.hears(1, 5)
    box.plug(stick)
    content = read(stick, post_name(box.device))
    _, _, (closed,) = read_post(content)

    assert b"rec-1" not in content
    assert open_(closed, office.office.key).letter.signer == box.device
    with pytest.raises(BadPacking, match="not closed for this office"):
        open_(closed, new_key())


def test_a_letter_with_another_byte_is_refused_and_the_others_are_taken(box, stick, office):
    box.hears(1, 120)
    box.plug(stick)
    name = post_name(box.device)
    content = bytearray(read(stick, name))
    at = content.index(b'"content":"') + 400
    content[at] = ord("A") if content[at] != ord("A") else ord("B")
    write(stick, name, bytes(content))
    (there,) = carried(stick, office)
    box.plug(stick)

    assert (there.accepted, len(there.refused)) == (70, 1)  # the newest fifty are in the first
    assert "not closed for this office" in there.refused[0]
    assert box.outbox.tally().waiting == 120 - there.accepted


def test_with_one_byte_changed_anywhere_nothing_arrives_that_was_not_heard(box, stick, office):
    box.hears(1, 120)
    box.plug(stick)
    name, dice = post_name(box.device), random.Random(7)
    content = read(stick, name)
    for _ in range(60):
        at, bit = dice.randrange(len(content)), 1 << dice.randrange(8)
        changed = content[:at] + bytes([content[at] ^ bit]) + content[at + 1 :]
        write(stick, name, changed)
        with suppress(BadStick):
            for one in carried(stick, office):
                assert one.refused
    heard_there = office.contents(box.device)
    write(stick, name, content)
    carried(stick, office)

    assert len(heard_there) == 120  # of each changed post the letters that were as written
    assert heard_there == office.contents(box.device)
    assert office.kept(box.device) == (box.keys(), box.keys(), [])


def test_a_strangers_letter_in_a_boxs_name_is_refused(box, stick, office):
    box.hears(1, 5)
    box.plug(stick)
    key = new_key()
    stranger = seal(heard(6), signer=box.device, key=key)
    closed = close(
        Posted(nonce="0" * 32, letter=stranger), device=box.device, public_key=office.public_key
    )
    answer = office.answer(
        Request(
            "POST",
            "/v1/post",
            closed.model_dump_json().encode(),
            {"Content-Type": "application/json"},
        )
    )

    assert answer.status == 403
    assert office.kept(box.device) == ([], [], [])


@pytest.mark.parametrize("fault", ["another box", "an old post", "a forged receipt", "torn"])
def test_an_answer_that_is_not_for_this_post_settles_nothing(box, stick, office, fault, journal):
    box.hears(1, 60)
    box.plug(stick)
    carried(stick, office)
    name = answer_name(box.device)
    file = BytesIO(read(stick, name))
    reply, rest = read_head(file, Reply), file.read()
    forged = seal(heard(1), signer=CENTRAL, key=new_key())
    changes = {
        "another box": {"device": "qb-0123456789abcdef"},
        "an old post": {"nonce": "f" * 32},
        "a forged receipt": {"receipts": (forged,)},
        "torn": {},
    }
    head = reply.model_copy(update=changes[fault]).model_dump_json().encode() + b"\n"
    write(stick, name, head[:-20] if fault == "torn" else head + rest)
    told = box.plug(stick)

    assert (told.parcel.taken, told.parcel.catalogue_version) == (0, 0)
    assert box.outbox.tally().waiting == 60
    assert any(event["event"] == "answer_refused" for event in journal)


def test_a_catalogue_that_breaks_off_is_taken_as_far_as_it_came(box, stick, office):
    box.hears(1, 5)
    box.plug(stick)
    carried(stick, office)
    name = answer_name(box.device)
    write(stick, name, read(stick, name)[:-50])
    told = box.plug(stick)
    carried(stick, office)
    at_last = box.plug(stick)

    assert told.parcel.catalogue_version == 0
    assert box.outbox.tally().waiting == 0  # receipts stand before the catalogue
    assert at_last.parcel.catalogue_version == 1


def test_a_post_that_says_more_letters_than_it_has_is_named(box, stick, office):
    box.hears(1, 120)
    box.plug(stick)
    name = post_name(box.device)
    write(stick, name, read(stick, name).rpartition(b"\n{")[0] + b"\n")
    with pytest.raises(BadStick, match="says 3 letters, has 2"):
        carried(stick, office)


def test_closing_a_letter_for_no_key_is_refused():
    letter = Sealed(payload="{}", signer="qb-0123456789abcdef", signature="")
    closed = close(
        Posted(nonce="0" * 32, letter=letter),
        device=letter.signer,
        public_key=public_pem(new_key()),
    )

    assert isinstance(closed, Closed)
    with pytest.raises(BadPacking):
        open_(closed.model_copy(update={"content": "AAAA"}), new_key())


@pytest.mark.slow
def test_the_commands_of_box_bench_and_office_carry_an_evening(tmp_path):
    office = Office(tmp_path / "office", public_url=NOBODY)
    paths = BoxPaths(tmp_path / "box")
    try:
        office.register({"Көктем": made_up_music(1, 20.0)}, rate_hz=RATE_HZ)
        device = office.hang(paths)
        outbox = Outbox.open(paths.outbox)
        now = datetime.now(UTC)
        outbox.put(
            [
                CoverageRecord(
                    boot="11111111-1111-4111-8111-111111111111",
                    seq=1,
                    started_at=now.replace(microsecond=0),
                    ended_at=now.replace(microsecond=0),
                    clock_synced=True,
                    state="heard",
                )
            ],
            checkpoint(until=now),
        )
        stick = tmp_path / "stick.img"
        make_blank(stick, volume_number=1)
        edge = [sys.executable, "-m", "edge"]
        bench = [sys.executable, "-m", "provisioning", "carry", "--stick", stick]
        apply = [
            *edge,
            "stick",
            "apply",
            "--home",
            paths.home,
            "--stick",
            stick,
            "--patience",
            "60",
        ]
        speaking = subprocess.Popen(
            [*edge, "sync", "--home", paths.home],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            told = [
                subprocess.run(
                    command, capture_output=True, text=True, timeout=120, check=True
                ).stdout
                for command in (apply, [*bench, "--central", str(office.staff.base_url)], apply)
            ]
            until(lambda: outbox.tally().waiting == 0, "the box has its receipts")
        finally:
            speaking.terminate()
            speaking.wait(60)
        with open_medium(stick) as medium:
            note = medium.read_file("RECEIPT.txt").decode("utf-8-sig")

        assert f"{device}  1 letters: 1 records new, 0 known, 0 rejected" in told[1]
        assert office.rows("SELECT count(*) FROM coverage") == [(1,)]
        assert (paths.shelf / "manifest.json").exists()
        assert "Records it has: 1. Version of the catalogue: 1." in note
        assert "Каталог нұсқасы: 1." in note
        outbox.close()
    finally:
        office.close()
