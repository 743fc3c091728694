"""A line that fails at every byte of an upload and of a download: all arrives, and once."""

import random
import shutil
from itertools import cycle
from uuid import uuid4

import pytest
from structlog.testing import capture_logs

from central.catalogue import vouching
from edge.config import BoxPaths, Settings
from edge.errors import QulaqError
from edge.sync.asking import Asking
from edge.sync.client import Courier
from edge.sync.errands import Desk, deliver, restock
from edge.sync.identity import load_or_make
from edge.sync.outbox import Outbox
from edge.sync.shelf import Shelf
from edge.sync.trust import Anchor
from edge.timekeeping import now
from tests.fakes.evenings import SEVEN, checkpoint, folder_in_memory, heard
from tests.fakes.faulty_line import WAYS, Fault, faulty_line
from tests.flow.in_process import InProcess, proclaim

PATIENCE_SECONDS = 0.1  # with a line that has gone quiet


@pytest.fixture(scope="module")
def office():
    with folder_in_memory() as folder, capture_logs():
        opened = InProcess(folder / "office")
        proclaim(opened.office, random.Random(1).randbytes(300))
        yield opened
        opened.close()


@pytest.fixture(scope="module")
def line(office):
    with office.served() as (host, port), faulty_line(host, port) as opened:
        yield opened


class Box:
    def __init__(self, folder, office, line):
        self.paths, self.line = BoxPaths(folder), line
        self.identity = load_or_make(self.paths.identity)
        root = vouching.root_in_force(office.office).content.decode()
        self.anchor = Anchor(root=root, central_key=office.public_key)
        office.enrol(self.identity)
        self.patient = Courier(line.url, timeout_seconds=60)
        self.impatient = Courier(line.url, timeout_seconds=PATIENCE_SECONDS)
        self.outbox = Outbox.open(self.paths.outbox)
        self.desk = Desk(
            identity=self.identity,
            outbox=self.outbox,
            shelf=Shelf(self.paths.shelf),
            settings=Settings(piece_bytes=200),
            now=lambda: SEVEN,
            stopping=lambda: False,
        )

    def try_over(self, fault, errand):
        """Run an errand over a line with this fault, then until it is done; its errors."""
        met, courier = [], self.impatient if fault.way == "half-open" else self.patient
        self.line.order(fault)
        while True:
            try:
                errand(Asking(courier.send, self.identity, now).send)
            except QulaqError as error:
                met.append(error)
                courier = self.patient
            else:
                return met

    def errand_over_a_quiet_line(self, errand):
        self.line.order(None)
        errand(Asking(self.patient.send, self.identity, now).send)

    def close(self):
        self.outbox.close()
        self.patient.close()
        self.impatient.close()


@pytest.fixture
def box(office, line):
    with folder_in_memory() as folder:
        made = Box(folder / "box", office, line)
        yield made
        made.close()


def faults(carried, ways, every):
    """One for every so many bytes that were carried either way."""
    turn = cycle(ways)
    return [
        Fault(next(turn), towards, after)
        for towards, count in carried.items()
        for after in range(0, count, every)
    ]


def assert_noticed(met, ordered):
    """That faults were felt, but of a line that rests and goes on: that costs an errand nothing."""
    if {fault.way for fault in ordered} == {"slow"}:
        assert met == []
    else:
        assert len(met) > len(ordered) / 3


def upload_over_faults(box, office, ways, *, every):
    boot = uuid4()  # the box's own: what two boxes tell of one run counts once
    box.outbox.put([heard(1, boot=boot, state="heard")], checkpoint(boot=boot))
    box.try_over(Fault("slow", "office", 0), lambda send: deliver(box.desk, send))
    ordered = faults(dict(box.line.carried), ways, every)
    before, met = box.line.happened, []
    for seq, fault in enumerate(ordered, 2):
        box.outbox.put([heard(seq, boot=boot, state="heard")], checkpoint(boot=boot))
        met += box.try_over(fault, lambda send: deliver(box.desk, send))
        assert 0 == box.outbox.tally().waiting

    keys = [(str(boot), seq) for seq in range(1, len(ordered) + 2)]
    assert (keys, keys, []) == office.kept(box.identity.device)
    # some letters are a few bytes shorter than the first was
    assert len(ordered) > 600 / every
    assert box.line.happened - before > 0.9 * len(ordered)
    assert_noticed(met, ordered)


def download_over_faults(box, ways, *, every):
    box.try_over(Fault("slow", "office", 0), restock_from_nothing(box))
    wanted = on_the_shelf(box)
    ordered = faults(dict(box.line.carried), ways, every)
    before, met = box.line.happened, []
    for fault in ordered:
        met += box.try_over(fault, restock_from_nothing(box))
        if fault.way == "doubled":
            # an address with a doubled letter leads nowhere; the next round asks again
            box.errand_over_a_quiet_line(fetching(box))
        assert wanted == on_the_shelf(box)

    assert box.line.happened - before > 0.9 * len(ordered)
    assert_noticed(met, ordered)


def on_the_shelf(box):
    return {path.name: path.read_bytes() for path in box.paths.shelf.iterdir() if path.is_file()}


def restock_from_nothing(box):
    """Fetch the whole catalogue, and who vouches for it; what has arrived before a fault stays."""
    for path in box.paths.shelf.glob("*.*"):
        path.unlink()
    shutil.rmtree(box.paths.shelf / "vouched", ignore_errors=True)
    return fetching(box)


def fetching(box):
    return lambda send: restock(box.desk, send, anchor=box.anchor)


@pytest.mark.slow
def test_an_upload_that_fails_anywhere_arrives_once(box, office):
    upload_over_faults(box, office, WAYS, every=6)


@pytest.mark.slow
def test_a_download_that_fails_anywhere_is_whole_in_the_end(box):
    download_over_faults(box, WAYS, every=64)


@pytest.mark.soak
@pytest.mark.parametrize("way", WAYS)
def test_an_upload_that_fails_at_every_byte_in_every_way_arrives_once(box, office, way):
    upload_over_faults(box, office, [way], every=1)


@pytest.mark.soak
@pytest.mark.parametrize("way", WAYS)
def test_a_download_that_fails_at_every_byte_in_every_way_is_whole_in_the_end(box, way):
    download_over_faults(box, [way], every=1)
