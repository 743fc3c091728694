"""A small office with books of its own: one theatre, one hall, three authors, two works."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from sqlalchemy.exc import IntegrityError, ProgrammingError

from central.database import reading, writing
from central.devices.store import Slot, put_box
from central.ingest.decisions import Decision
from central.ingest.reading import letter_in
from central.ingest.reconciliation import reconciliation_of, settle
from central.ingest.taking import take
from central.repertoire.shares import Share
from central.repertoire.store import Recording, put_party, put_recording, put_work
from central.royalties.closing import Days, close_period
from central.venues.declarations import pieces_of
from central.venues.intake import take_programme
from central.venues.store import Event, put_event, put_hall, put_venue
from edge.sync import seal
from edge.sync.letters import BoxIdentity, BoxInput
from edge.sync.wire import DetectionBatch, DetectionRecord, UnknownMusicRecord

NOW = datetime(2026, 11, 22, 6, tzinfo=UTC)
EVENING = datetime(2026, 11, 21, 14, tzinfo=UTC)  # 19:00 in Almaty
BOOT = UUID("00000000-0000-4000-8000-000000000001")


class Theatre:
    """A hall in Almaty, its box, and the repertoire it plays."""

    evening = EVENING
    now = NOW

    def __init__(self, books):
        self.books = books
        self.key = seal.new_key()
        self.device = seal.device_id(seal.public_pem(self.key))
        self.seq = 0
        with writing(books) as connection:
            self.venue_id = put_venue(
                connection, name="Әуезов театры", city="Алматы", time_zone="Asia/Almaty"
            )
            self.hall_id = put_hall(connection, venue_id=self.venue_id, name="Үлкен зал")
            identity = BoxIdentity(device=self.device, public_key=seal.public_pem(self.key))
            slot = Slot(self.hall_id, [BoxInput(device="USB")])
            put_box(connection, identity, slot, now=EVENING - timedelta(days=1))
            self.parties = [
                put_party(connection, name=name, latin_name="", ipi=None, at=NOW)
                for name in ("Абай Сұлтанов", "Дина Оспанова", "Ерлан Қасым")
            ]
            first, second, third = self.parties
            duet = [Share(first, "C", 5000), Share(second, "A", 5000)]
            self.recordings = [
                self._record(connection, "Көктем", duet),
                self._record(connection, "Жел", [Share(third, "CA", 10_000)]),
            ]

    @property
    def on_server(self):
        """Whether its books are on a server, where what is undone uses up numbers all the same."""
        return self.books.dialect.name != "sqlite"

    @property
    def refusal(self):
        """What is raised when a trigger of the books says no."""
        return ProgrammingError if self.on_server else IntegrityError

    def _record(self, connection, title, parts):
        work_id = put_work(connection, title=title, iswc=None, parts=parts, at=NOW)
        return self._put_recording(connection, title, work_id)

    def register(self, title, work_id):
        with writing(self.books) as connection:
            return self._put_recording(connection, title, work_id)

    def _put_recording(self, connection, title, work_id):
        recording = Recording(
            id=f"rec-{work_id}",
            work_id=work_id,
            title=f"{title} (студия)",
            performer="Оркестр",
            isrc=None,
            milliseconds=200_000,
            recipe="r",
            fingerprint=b"",
            fingerprint_sha256=f"{work_id:064}",
        )
        put_recording(connection, recording, at=NOW)
        return recording.id

    def event(
        self,
        *,
        fee_minor=100_001,
        starts_at=EVENING,
        minutes=10,
        currency="KZT",
        licence_id=None,
    ):
        event = Event(
            hall_id=self.hall_id,
            title="Көктем кеші",
            starts_at=starts_at,
            ends_at=starts_at + timedelta(minutes=minutes),
            licence_fee_minor=fee_minor,
            currency=currency,
            licence_id=licence_id,
        )
        with writing(self.books) as connection:
            return put_event(connection, event)

    def hears(self, recording_id, *, second, seconds, confidence=0.975, unsure_ms=None):
        self.seq += 1
        record = DetectionRecord(
            boot=BOOT,
            seq=self.seq,
            started_at=EVENING + timedelta(seconds=second),
            ended_at=EVENING + timedelta(seconds=second + seconds),
            clock_synced=unsure_ms is None,
            uncertainty_ms=unsure_ms,
            recording_id=recording_id,
            reference_start_seconds=0.0,
            speed=1.0,
            confidence=confidence,
            catalogue_version=1,
            recipe="r",
        )
        return self.says(record)

    def wonders(self, *, second, seconds):
        """Music is heard that no recording explains."""
        self.seq += 1
        record = UnknownMusicRecord(
            boot=BOOT,
            seq=self.seq,
            started_at=EVENING + timedelta(seconds=second),
            ended_at=EVENING + timedelta(seconds=second + seconds),
            clock_synced=True,
            foreground=1.0,
            catalogue_version=1,
        )
        return self.says(record)

    def says(self, record):
        batch = DetectionBatch(device=self.device, records=[record])
        sealed = seal.seal(batch, signer=self.device, key=self.key)
        with writing(self.books) as connection:
            take(connection, letter_in(batch), sealed=sealed, now=self.now)
        return f"{self.device}/{BOOT}/{self.seq}"

    def declares(self, event_id, rows, *, heading="title,duration"):
        """A programme comes in; answers the number of each piece, in order."""
        content = "\n".join([heading, *rows]).encode()
        with writing(self.books) as connection:
            answer = take_programme(
                connection, event_id, content, name="p.csv", by="Организатор", at=NOW
            )
            return [one.id for one in pieces_of(connection, answer.id)]

    def decides(self, event_id, line, verdict, *, piece_id=None, work_id=None):
        """A person settles a line."""
        word = Decision(line, verdict, piece_id, work_id, "", "Айгүл", NOW)
        with writing(self.books) as connection:
            settle(connection, event_id, word)

    def line_of(self, event_id, state):
        """The only line of that state."""
        known = self.read(reconciliation_of, event_id)
        (line,) = [one for one in known.lines if one.state == state]
        return line

    def days(self, first=21, last=21):
        day = EVENING.date()
        return Days(self.venue_id, day.replace(day=first), day.replace(day=last))

    def by(self, days, pack):
        """The same days, by a rule pack."""
        return replace(days, pack=pack)

    def close(self, *, now=NOW, **days):
        with writing(self.books) as connection:
            return close_period(connection, self.days(**days), now=now)

    def read(self, question, *arguments):
        with reading(self.books) as connection:
            return question(connection, *arguments)


@pytest.fixture
def theatre_of():
    """The maker of theatres in given books."""
    return Theatre


@pytest.fixture(scope="module")
def theatre_class():
    """The same, for books that a whole module reads."""
    return Theatre


@pytest.fixture
def theatre(books):
    return Theatre(books)
