"""Where a box cannot have everything, each kind of house gets what is needed there."""

from contextlib import ExitStack
from dataclasses import replace
from datetime import timedelta

import pytest
from structlog.testing import capture_logs

from central.catalogue.enclosing import enclosures
from central.database import writing
from central.profiles.explaining import explain, in_words
from central.profiles.making import make
from central.repertoire.facts import Affiliation
from central.repertoire.shares import Share
from central.repertoire.store import (
    Recording,
    put_affiliations,
    put_party,
    put_recording,
    put_work,
)
from central.venues.accounts import put_performance, put_production
from central.venues.intake import take_cue_sheet, take_programme
from central.venues.store import Event, put_event, put_hall, put_venue
from edge.matcher.recipe import RECIPE
from edge.sync.post import Parcel
from edge.sync.seal import seal
from edge.sync.wire import DetectionBatch
from edge.timekeeping import now
from tests.fakes.evenings import folder_in_memory, heard
from tests.flow.in_process import InProcess
from tests.flow.test_vouching import Box, sound_of

HITS = tuple(f"hit {n}" for n in range(10))
NAMES = ("aria", "film", "hymn", "ours", "rest", *HITS)
ROOM = len(HITS) + 3  # recordings


class Town:
    """An office, a cinema and an opera with a box in each."""

    def __init__(self, folder, doors):
        self.central = InProcess(folder / "office")
        self.give_room_for(ROOM)
        host, port = doors.enter_context(self.central.served())
        self.url, self.folder, self.doors = f"http://{host}:{port}", folder, doors
        self.works = self.register(NAMES)
        self.halls = {kind: self.open(kind) for kind in ("cinema", "opera", "")}
        self.boxes = {kind: self.hang(kind) for kind in self.halls}

    @property
    def office(self):
        return self.central.office

    def give_room_for(self, recordings):
        settings = replace(self.office.settings, box_recordings=recordings, society_code="132")
        made = replace(self.office, settings=settings)
        self.central.office = self.central._app.state.office = made

    def register(self, names):
        works = {}
        with writing(self.office.books) as connection:
            author, member = (
                put_party(connection, name=name, latin_name="", ipi=None, at=now())
                for name in ("Author", "Member")
            )
            put_affiliations(connection, member, [Affiliation(right="performing", society="132")])
            for name in names:
                whose = member if name == "ours" else author
                parts = [Share(whose, "CA", 10_000)]
                work = put_work(connection, title=name, iswc=None, parts=parts, at=now())
                works[name] = work
                sound = sound_of(name).to_bytes()
                one = Recording(
                    id=name, work_id=work, title=name, performer="", isrc=None,
                    milliseconds=46_000, recipe=RECIPE.id, fingerprint=sound,
                    fingerprint_sha256=f"{name:0>64}",
                )  # fmt: skip
                put_recording(connection, one, at=now())
        return works

    def open(self, kind):
        with writing(self.office.books) as connection:
            venue = put_venue(connection, name=f"A {kind}", city="", time_zone="UTC", kind=kind)
            return put_hall(connection, venue_id=venue, name="Hall")

    def hang(self, kind):
        self.central.hall_id = self.halls[kind]
        (self.folder / f"box {kind}").mkdir()
        box = Box(self.folder / f"box {kind}", self.central, self.url)
        self.doors.callback(box.close)
        return box

    def hear(self, kind, names):
        """Let the box of a house hear recordings."""
        began, until = now() - timedelta(hours=2), now() - timedelta(hours=1)
        records = [
            heard(n, recording=name).model_copy(update={"started_at": began, "ended_at": until})
            for n, name in enumerate(names, 1)
        ]
        identity = self.boxes[kind].identity
        batch = DetectionBatch(device=identity.device, records=records)
        self.central.receipt(seal(batch, signer=identity.device, key=identity.key))

    def announce(self, kind, *, production="", of, days=3):
        """An evening with a programme of a work, or with a production whose cue sheet has it."""
        sheet = f"title,work_id\n{of},{self.works[of]}\n".encode()
        told = {"name": "sheet.csv", "by": "us", "at": now()}
        begins = now() + timedelta(days=days)
        with writing(self.office.books) as connection:
            hall, until = self.halls[kind], begins + timedelta(hours=2)
            event = put_event(connection, Event(hall, "x", begins, until, 0, "KZT"))
            if not production:
                take_programme(connection, event, sheet, **told)
                return
            number = put_production(connection, title="x", kind=production, acts=1, code="")
            take_cue_sheet(connection, number, sheet, **told)
            put_performance(connection, event, number, acts=None)

    def knows(self, kind):
        """What a box recognises once it has asked."""
        self.boxes[kind].ask()
        return self.boxes[kind].knows()

    def fetched(self, kind):
        """The segments a box has fetched since it was asked last."""
        between = self.boxes[kind].between
        found = [path for path in between.asked if path.startswith("segments/")]
        between.asked.clear()
        return found

    def explained(self, kind, tongue):
        with writing(self.office.books) as connection:
            return in_words(explain(connection, self.halls[kind]), tongue)


@pytest.fixture
def town():
    with ExitStack() as doors, folder_in_memory() as folder, capture_logs():
        town = Town(folder, doors)
        yield town
        town.central.close()


def test_a_house_gets_what_is_announced_and_heard_there_then_what_is_heard_then_ours(town):
    town.hear("opera", ["aria", *HITS])
    town.announce("cinema", production="film", of="film")
    town.announce("opera", of="hymn")
    make(town.office)

    assert {"film", *HITS, "aria", "ours"} == town.knows("cinema")
    assert {"hymn", *HITS, "aria", "ours"} == town.knows("opera")
    assert {*HITS, "aria", "ours", "film"} == town.knows("")
    assert [
        "Not all fits into a box. This hall: cinema. Such halls get 13 recordings, 0 MB; what is "
        "needed most comes first:",
        "music of films that such halls show: 1",
        "heard in other halls in the last year: 11",
        "works of this society’s own members: 1",
        "because there was room left: 0 (no room for: 2)",
    ] == town.explained("cinema", "en")
    assert "қойылымдардың" not in " ".join(town.explained("opera", "kk"))
    assert "в программах вечеров таких залов: 1" in town.explained("opera", "ru")


def test_what_all_get_is_fetched_once_and_a_change_costs_what_changed(town):
    town.hear("opera", ["aria", *HITS])
    town.announce("cinema", production="play", of="film")
    make(town.office)
    town.knows("cinema"), town.knows("opera")
    common = set(town.fetched("cinema")) & set(town.fetched("opera"))
    town.announce("cinema", of="rest", days=5)
    make(town.office)

    assert {"rest", "film", *HITS, "aria"} == town.knows("cinema")
    assert {"film", *HITS, "aria", "ours"} == town.knows("opera")
    assert 1 == len(common)
    assert 1 == len(town.fetched("cinema"))
    assert [] == town.fetched("opera")


def test_a_box_that_moves_to_another_house_fetches_only_what_it_lacks(town):
    town.hear("opera", ["aria", *HITS])
    town.announce("cinema", of="film")
    town.announce("opera", of="hymn")
    make(town.office)
    mover = town.boxes["cinema"]
    town.knows("cinema"), town.knows("opera"), town.fetched("cinema")
    town.central.hall_id = town.halls["opera"]
    town.central.enrol(mover.identity)

    assert {"hymn", *HITS, "aria", "ours"} == town.knows("cinema")
    assert 1 == len(town.fetched("cinema"))
    assert mover.shelf.manifest() == town.boxes["opera"].shelf.manifest()


def test_a_stick_brings_a_box_what_its_profile_gets(town):
    town.hear("opera", ["aria", *HITS])
    town.announce("cinema", of="film")
    make(town.office)
    town.knows("cinema")
    box = town.boxes["cinema"]
    parcel = Parcel(
        device=box.identity.device, nonce="0" * 32, packed_at=now(),
        letters=0, waiting=0, taken=0, catalogue_version=0, shelf=(),
    )  # fmt: skip
    things = dict(enclosures(town.office, parcel, "cinema"))
    manifests = [what for path, what in things.items() if "/manifests/" in path]
    files = {path.rsplit("/", 1)[1] for path in things if "/segments/" in path}

    assert [box.shelf.manifest_bytes()] == manifests
    assert set(box.shelf.names()) == files


def test_while_everything_fits_every_house_gets_it_and_outgrowing_costs_little(town):
    town.give_room_for(len(NAMES))
    make(town.office)
    assert set(NAMES) == town.knows("cinema") == town.knows("opera")
    town.fetched("cinema")
    assert [
        "All that is registered fits into a box, so every hall gets all of it: 15 recordings, 0 MB."
    ] == town.explained("cinema", "en")

    town.announce("cinema", of="film")
    town.announce("opera", of="hymn")
    town.give_room_for(len(NAMES) - 1)
    make(town.office)

    assert {*NAMES} - {"rest"} == town.knows("cinema") == town.knows("opera")
    assert 1 >= len(town.fetched("cinema"))


def test_a_catalogue_that_stays_the_same_is_no_new_version(town):
    town.hear("opera", ["aria", *HITS])
    first = make(town.office)

    assert first == make(town.office)


def test_a_box_that_knows_of_no_profiles_gets_everything(town):
    make(town.office)
    box = town.boxes["cinema"]
    honest = box.between.send
    box.between.send = lambda request: honest(
        replace(request, path=request.path.replace("/profile/", "/time/"))
    )

    assert set(NAMES) == town.knows("cinema")


def test_before_there_is_a_catalogue_it_is_said(town):
    assert ["There is no catalogue yet."] == town.explained("cinema", "en")
