"""A cinema whose box knows three works, and films that are made of them."""

from datetime import UTC, datetime, timedelta

from central.database import writing
from central.repertoire.store import Recording, put_recording

BEGINS = datetime(2026, 11, 21, 14, tzinfo=UTC)
FILM_BEGAN = BEGINS + timedelta(minutes=12)
SHEET = """title,start,duration,role
Көктем,1:00,0:40,OT
Жел,5:00,1:30,BI
Тұнық су,9:00,0:30,VV
Белгісіз,20:00,1:00,CT
"""


class Cinema:
    """A hall with a box that knows three works, and films made of them."""

    def __init__(self, office):
        self.office = office
        self.seq = 0
        self.hall_id = office.hall("Кинозал")
        self.box = office.box(self.hall_id)
        self.works = [office.work(title) for title in ("Көктем", "Жел", "Тұнық су")]
        with writing(office.books) as connection:
            for number in self.works:
                put_recording(connection, self._recording(number), at=BEGINS)

    def _recording(self, number):
        return Recording(
            id=f"rec-{number}", work_id=number, title="", performer="", isrc=None,
            milliseconds=200_000, recipe="r", fingerprint=b"", fingerprint_sha256=f"{number:064}",
        )  # fmt: skip

    def film(self, title="Фильм", sheet=SHEET):
        named = {"title": title, "kind": "film"}
        number = self.office.http.post("/v1/productions", json=named).json()["id"]
        file = {"file": ("cues.csv", sheet)}
        answer = self.office.http.post(f"/v1/productions/{number}/cue-sheet", files=file)
        assert answer.status_code == 201, answer.text
        return number

    def event(self, *, minutes=60, **more):
        return self.office.register(
            "events",
            hall_id=self.hall_id,
            title="Сеанс",
            starts_at=BEGINS.isoformat(),
            ends_at=(BEGINS + timedelta(minutes=minutes)).isoformat(),
            licence_fee_minor=22_000,
            currency="KZT",
            **more,
        )

    def hears(self, work, *, at, seconds=20, began=FILM_BEGAN):
        """A box tells a play of the first, second or third work, so many seconds into the film."""
        self.seq += 1
        record = self.box.heard(
            self.seq,
            recording_id=f"rec-{self.works[work]}",
            started_at=began + timedelta(seconds=at),
            ended_at=began + timedelta(seconds=at + seconds),
        )
        self.box.receipt(record)

    def known(self, event_id):
        return self.office.http.get(f"/v1/events/{event_id}/reconciliation").json()

    def says(self, event_id, line, verdict, **more):
        word = {"line": line, "verdict": verdict, **more}
        return self.office.http.post(f"/v1/events/{event_id}/decisions", json=word)
