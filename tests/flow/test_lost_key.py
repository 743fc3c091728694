"""A box whose key is lost tells by another name what it still keeps, and nobody is paid twice."""

from contextlib import closing
from datetime import timedelta

import pytest
from sqlalchemy import select

from central.database import reading, writing
from central.devices import store as devices
from central.ingest.store import plays_of
from central.venues.store import halls, put_hall
from edge.config import BoxPaths, Settings
from edge.sync import identity as keys
from edge.sync.asking import Asking
from edge.sync.errands import Desk, deliver, take_stock
from edge.sync.letters import BoxIdentity, BoxInput
from edge.sync.outbox import Outbox
from edge.sync.shelf import Shelf
from edge.timekeeping import now
from tests.fakes.evenings import BOOT, SEVEN, checkpoint, heard
from tests.flow.in_process import ENROLLED, InProcess


@pytest.fixture
def office(tmp_path):
    opened = InProcess(tmp_path / "office")
    yield opened
    opened.close()


@pytest.fixture
def outbox(tmp_path):
    with_records = Outbox.open(tmp_path / "outbox.db")
    with_records.put([heard(seq) for seq in range(1, 7)], checkpoint())
    yield with_records
    with_records.close()


@pytest.fixture
def other_hall(office):
    with reading(office.books) as connection:
        venue = connection.scalar(select(halls.c.venue_id).filter_by(id=office.hall_id))
    with writing(office.books) as connection:
        return put_hall(connection, venue_id=venue, name="Great hall")


def desk_of(identity, outbox, folder):
    return Desk(
        identity=identity,
        outbox=outbox,
        shelf=Shelf(folder / "shelf"),
        settings=Settings(batch_records=2),
        now=lambda: SEVEN,
        stopping=lambda: False,
    )


def plays(office, hall_id):
    evening = SEVEN - timedelta(hours=1), SEVEN + timedelta(hours=1)
    with reading(office.books) as connection:
        return plays_of(connection, hall_id, *evening)


def hang(office, identity, hall_id):
    box = BoxIdentity(device=identity.device, public_key=identity.public_key)
    slot = devices.Slot(hall_id=hall_id, inputs=[BoxInput(device="USB Audio")])
    with writing(office.books) as connection:
        devices.put_box(connection, box, slot, now=ENROLLED)


@pytest.mark.parametrize("moves", [False, True], ids=["same hall", "other hall"])
def test_what_it_tells_again_counts_once_where_it_was_heard(
    office, outbox, other_hall, tmp_path, moves
):
    path = BoxPaths(tmp_path).identity
    old = keys.load_or_make(path)
    hang(office, old, office.hall_id)
    send = Asking(office.answer, old, now).send
    assert 6 == deliver(desk_of(old, outbox, tmp_path), send)
    paid = plays(office, office.hall_id)
    assert paid

    keys.replace(path)
    new = keys.load(path)
    hang(office, new, other_hall if moves else office.hall_id)
    desk, send = desk_of(new, outbox, tmp_path), Asking(office.answer, new, now).send
    take_stock(desk, send)
    deliver(desk, send)
    outbox.put([heard(7)], checkpoint())
    deliver(desk, send)

    assert 0 == take_stock(desk, send)
    assert [(str(BOOT), 7)] == office.kept(new.device)[0]
    assert [] == office.kept(new.device)[2]
    every = [one for hall in (office.hall_id, other_hall) for one in plays(office, hall)]
    # the seventh goes on in the hall the box hangs in now
    assert sum(one.milliseconds for one in paid) + 10_000 == sum(one.milliseconds for one in every)
    if moves:
        assert paid == plays(office, office.hall_id)


def test_what_it_tells_otherwise_is_another_record(office, outbox, tmp_path):
    path = BoxPaths(tmp_path).identity
    old = keys.load_or_make(path)
    hang(office, old, office.hall_id)
    deliver(desk_of(old, outbox, tmp_path), Asking(office.answer, old, now).send)

    keys.replace(path)
    new = keys.load(path)
    hang(office, new, office.hall_id)
    (tmp_path / "other").mkdir()
    with closing(Outbox.open(tmp_path / "other" / "outbox.db")) as another:
        another.put([heard(1, recording="rec-2"), heard(2)], checkpoint())
        deliver(desk_of(new, another, tmp_path), Asking(office.answer, new, now).send)

    assert [(str(BOOT), 1)] == office.kept(new.device)[0]
    assert [] == office.kept(new.device)[2]
