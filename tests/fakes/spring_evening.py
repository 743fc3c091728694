"""An evening at a theatre in Almaty, put into an open office the way the world would: over HTTP.

Works, authors and titles are invented. The box loses power for six seconds in the middle of a
piece, one piece comes twice, and one recording is not registered with any work.
"""

import io
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

import numpy as np
import soundfile

from edge.sync import seal
from edge.sync.letters import BoxIdentity, Enrolment
from edge.sync.wire import CoverageRecord, DetectionBatch, DetectionRecord, Heartbeat

BEGINS = datetime(2025, 3, 21, 14, tzinfo=UTC)  # 19:00 on the wall of the hall
ENDS = BEGINS + timedelta(seconds=600)
DAY = "2025-03-21"
FEE_MINOR = 15_000_000
BOOTS = (UUID(int=1), UUID(int=2))
RATE_HZ = 22_050

PARTIES = (
    "Айгерім Үлгібаева",
    "Тимур Примеров",
    "Данияр Мысалов",
    "Ольга Образцова",
    "Мадина Сынақова",
    "«Үлгі» баспасы",
)
# title, performer of the recording, shares as (party, role, basis points)
WORKS = (
    ("Көктем лебі", "Үлгі ансамблі", ((0, "C", 5000), (2, "A", 5000))),
    ("Ночной вокзал", "Т. Примеров, рояль", ((1, "CA", 10_000),)),
    ("Алатау баурайында", "Мысал оркестрі", ((2, "C", 3334), (4, "A", 3333), (5, "E", 3333))),
    ("Письмо на север", "О. Образцова", ((3, "C", 5000), (1, "A", 5000))),
    ("Тұнық су", "Үлгі ансамблі", ((4, "CA", 6667), (5, "E", 3333))),
    ("Small Lamps", "The Example Quartet", ((0, "C", 7500), (5, "E", 2500))),
)
UNREGISTERED = "rec-unregistered"
# work (None: unregistered), start s, end s, start in the recording s, confidence
HEARD = (
    (0, 18.2, 96.4, 0.0, 0.998),
    (1, 102.0, 131.5, 12.0, 0.982),
    (2, 140.3, 180.0, 0.0, 0.991),
    (2, 186.0, 226.7, 45.7, 0.993),
    (3, 236.1, 299.8, 0.0, 0.975),
    (None, 306.4, 352.0, 0.0, 0.94),
    (1, 360.2, 372.9, 30.0, 0.961),
    (4, 380.0, 470.6, 0.0, 0.997),
    (5, 478.8, 539.5, 0.0, 0.713),
    (0, 545.1, 592.3, 0.0, 0.995),
)
LISTENED = (
    ("heard", 0, 180),
    ("powered_off", 180, 186),
    ("heard", 186, 420),
    ("lost", 420, 421.5),
    ("heard", 421.5, 600),
)
LANES = 7


@dataclass(frozen=True)
class Registered:
    """Numbers under which the evening stands in the books."""

    venue_id: int
    event_id: int
    device: str
    silent_device: str


class Filler:
    """Puts the evening into an office.

    Args:
        http: a client of the office with a staff token.
        stranger: one without.
    """

    def __init__(self, http, stranger):
        self.http = http
        self.stranger = stranger

    def fill(self):
        """Register everything and report the evening; returns its numbers."""
        recordings = self._repertoire()
        venue_id = self._put(
            "venues", name="Қуыршақ театры «Үлгі»", city="Алматы", time_zone="Asia/Almaty"
        )
        great, small = (
            self._put("halls", venue_id=venue_id, name=name) for name in ("Үлкен зал", "Кіші зал")
        )
        event_id = self._put(
            "events",
            hall_id=great,
            title="Наурыз кеші",
            starts_at=BEGINS.isoformat(),
            ends_at=ENDS.isoformat(),
            licence_fee_minor=FEE_MINOR,
            currency="KZT",
        )
        key = self._hang_box(great)
        self._report(key, recordings)
        return Registered(venue_id, event_id, _name(key), _name(self._hang_box(small)))

    def close(self, registered):
        """Close the day; returns what central says."""
        days = {"venue_id": registered.venue_id, "from": DAY, "to": DAY}
        return self._expect(201, self.http.post("/v1/periods/close", json=days))

    def _repertoire(self):
        parties = [self._put("parties", name=name) for name in PARTIES]
        recordings = []
        for number, (title, performer, parts) in enumerate(WORKS):
            shares = [
                {"party_id": parties[party], "role": role, "basis_points": points}
                for party, role, points in parts
            ]
            work_id = self._put("works", title=title, shares=shares)
            fields = {"work_id": work_id, "title": title, "performer": performer}
            answer = self.http.post(
                "/v1/recordings", data=fields, files={"audio": ("take.flac", tune(number))}
            )
            recordings.append(self._expect(201, answer)["id"])
        return recordings

    def _hang_box(self, hall_id):
        key = seal.new_key()
        identity = BoxIdentity(device=_name(key), public_key=seal.public_pem(key))
        wanted = {"hall_id": hall_id, "inputs": [{"device": "USB"}]}
        token = self._expect(201, self.http.post("/v1/enrolment-tokens", json=wanted))["token"]
        letter = Enrolment(token=token, identity=identity)
        self._expect(200, self.stranger.post("/v1/enrol", json=letter.model_dump(mode="json")))
        return key

    def _report(self, key, recordings):
        records = list(_records(recordings))
        batch = DetectionBatch(device=_name(key), records=records)
        receipt = self._expect(200, self._send("/v1/detections", batch, key))
        assert receipt["accepted"] == len(records)
        alive = Heartbeat(
            device=_name(key),
            said_at=datetime.now(UTC),
            software="0.1.0",
            catalogue_version=1,
            waiting=0,
            last_heard_at=ENDS,
        )
        assert self._send("/v1/heartbeat", alive, key).status_code == 204

    def _send(self, path, letter, key):
        sealed = seal.seal(letter, signer=_name(key), key=key)
        return self.stranger.post(path, json=sealed.model_dump())

    def _put(self, kind, **fields):
        return self._expect(201, self.http.post(f"/v1/{kind}", json=fields))["id"]

    def _expect(self, status, answer):
        assert answer.status_code == status, answer.text
        return answer.json()


def _name(key):
    return seal.device_id(seal.public_pem(key))


def _records(recordings):
    """Everything the box wrote, numbered anew after its power came back."""
    written = [(start, end, state) for state, start, end in LISTENED]
    written += [(start, end, heard) for heard in HEARD for _, start, end, _, _ in [heard]]
    seqs = [0, 0]
    for start, end, what in sorted(written, key=lambda one: (one[1], one[0], str(one[2]))):
        boot = 0 if end <= 180 else 1
        seqs[boot] += 1
        key = {
            "boot": BOOTS[boot],
            "seq": seqs[boot],
            "started_at": BEGINS + timedelta(seconds=start),
            "ended_at": BEGINS + timedelta(seconds=end),
            "clock_synced": True,
        }
        if isinstance(what, str):
            yield CoverageRecord(**key, state=what)
            continue
        work, _, _, reference_start, confidence = what
        yield DetectionRecord(
            **key,
            recording_id=UNREGISTERED if work is None else recordings[work],
            reference_start_seconds=reference_start,
            speed=1.0,
            confidence=confidence,
            catalogue_version=1,
            recipe="r",
        )


def tune(seed, *, seconds=6):
    """A tune of random notes as the bytes of a FLAC file, the same for the same seed."""
    rng = np.random.default_rng(seed)
    note = np.arange(RATE_HZ // 4) / RATE_HZ
    fade = np.minimum(1, np.minimum(note, note[::-1]) * 50)
    notes = [
        sum(np.sin(2 * np.pi * pitch * k * note) / k for k in (1, 2, 3)) * fade
        for pitch in rng.uniform(200, 900, seconds * 4)
    ]
    file = io.BytesIO()
    soundfile.write(file, (np.concatenate(notes) / 4).astype(np.float32), RATE_HZ, format="FLAC")
    return file.getvalue()
