"""The demo's office: central as a real server, asked over HTTP like anybody else."""

import re
import subprocess
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import httpx

from demo.cast import PEOPLE, parts_of
from demo.music import Recording, Shelf
from demo.narration import Narration
from demo.programs import Programs, WentWrong

READY_SECONDS = 300.0  # a busy machine may need a minute, for the first start
ANSWER_SECONDS = 120.0  # an upload is answered when its fingerprint is made
CURRENCY = "KZT"


@dataclass(frozen=True, slots=True)
class Place:
    """Where the evening happens, as the office has numbered it."""

    venue: int
    hall: int


@dataclass(frozen=True, slots=True)
class Window:
    """A stretch of time in the calendar; aware instants."""

    start: datetime
    end: datetime


class Office:
    """Central, opened in a folder of its own."""

    def __init__(self, home: Path, programs: Programs) -> None:
        """Set up the office and open it on a free port.

        Raises:
            WentWrong: it cannot be set up, or does not answer.
        """
        self.home = home
        self._programs = programs
        said = programs.run(["qulaq-central", "init", "--home", str(home)])
        self.token = said.split()[-1]
        command = ["qulaq-central", "serve", "--home", str(home), "--port", "0"]
        self.address = self._address(programs.start("central", command))
        self._client = httpx.Client(
            base_url=self.address,
            headers={"Authorization": f"Bearer {self.token}"},
            timeout=ANSWER_SECONDS,
            trust_env=False,  # the office is on this machine; no proxy stands between
        )

    def get(self, path: str, **query: str) -> Any:  # noqa: ANN401 - JSON of any shape
        """What the office answers to a question.

        Raises:
            WentWrong: it refuses.
        """
        return self._understood(self._client.get(path, params=query))

    def post(self, path: str, body: dict[str, Any]) -> Any:  # noqa: ANN401 - JSON of any shape
        """Hand something in; what the office answers.

        Raises:
            WentWrong: it refuses.
        """
        return self._understood(self._client.post(path, json=body))

    def verdict(self, statement: int) -> str:
        """What the verifier, which knows nothing of the office, says of a statement of it.

        Raises:
            WentWrong: there is no such statement, or the verifier refuses its bundle.
        """
        bundle = str(self.home.parent / f"statement-{statement}.qulaq")
        made = ["qulaq-central", "bundle", "--home", str(self.home), "--out", bundle]
        self._programs.run([*made, "--statement", str(statement)])
        log_key = self._client.get("/log/key").text.strip()  # the first bundle begins the log
        asked = ["qulaq-verify", bundle, "--key", log_key, "--language", "en"]
        return self._programs.run(asked)

    def close(self) -> None:
        """Hang up; the server itself goes on until its programs are closed."""
        self._client.close()

    def register(
        self, names: tuple[str, ...], *, shelf: Shelf, narration: Narration
    ) -> dict[str, Recording]:
        """Enter people, works and recordings in the books.

        Returns:
            The recordings by the id that the office gave them.
        """
        people = [
            self.post("/v1/parties", {"name": p.name, "latin_name": p.latin_name})["id"]
            for p in PEOPLE
        ]
        recordings = [r for r in shelf.music if r.name in names]
        works = [
            self.post("/v1/works", {"title": r.title, "shares": _shares(number, people)})["id"]
            for number, r in enumerate(recordings)
        ]
        ids: dict[str, Recording] = {}
        words = f"fingerprinting {len(recordings)} recordings at the office"
        with (
            narration.stage(words, total=len(recordings)) as stage,
            ThreadPoolExecutor(2) as clerks,
        ):
            uploads = clerks.map(
                lambda pair: self._upload(pair[0], work=pair[1], shelf=shelf),
                zip(recordings, works, strict=True),
            )
            for recording, number in zip(recordings, uploads, strict=True):
                ids[number] = recording
                stage.advance(1)
        return ids

    def open_venue(self) -> Place:
        """Register the house and its hall."""
        venue = {"name": "Demo Hall", "city": "Алматы", "time_zone": "Asia/Almaty"}
        number = self.post("/v1/venues", venue)["id"]
        hall = self.post("/v1/halls", {"venue_id": number, "name": "Үлкен зал"})["id"]
        return Place(number, hall)

    def announce(self, place: Place, window: Window, *, fee_minor: int) -> None:
        """Register the evening and the fee for it."""
        event = {
            "hall_id": place.hall,
            "title": "An evening of real music",
            "starts_at": window.start.isoformat(),
            "ends_at": window.end.isoformat(),
            "licence_fee_minor": fee_minor,
            "currency": CURRENCY,
        }
        self.post("/v1/events", event)

    def enrolment_token(self, place: Place) -> str:
        """A one-time token that lets one box in, at that place."""
        inputs = [{"name": "main", "device": "default", "kind": "microphone"}]
        answer = self.post("/v1/enrolment-tokens", {"hall_id": place.hall, "inputs": inputs})
        return str(answer["token"])

    def _upload(self, recording: Recording, *, work: int, shelf: Shelf) -> str:
        with shelf.path(recording).open("rb") as sound:
            answer = self._client.post(
                "/v1/recordings",
                data={
                    "work_id": str(work),
                    "title": recording.title,
                    "performer": recording.artist,
                },
                files={"audio": (recording.file_name, sound)},
            )
        return str(self._understood(answer)["id"])

    def _understood(self, answer: httpx.Response) -> Any:  # noqa: ANN401 - JSON of any shape
        if answer.is_error:
            asked = f"{answer.request.method} {answer.request.url.path}"
            raise WentWrong(f"central answered {answer.status_code} to {asked}: {answer.text}")
        return answer.json()

    def _address(self, server: subprocess.Popen[bytes]) -> str:
        """Where the server says it answers."""
        until = time.monotonic() + READY_SECONDS
        while server.poll() is None and time.monotonic() < until:
            said = re.search(r"http://[\w.]+:\d+", self._programs.last_words("central"))
            if said:
                return said.group()
            time.sleep(0.1)
        raise WentWrong(f"central does not answer: {self._programs.last_words('central')}")


def _shares(work: int, people: list[int]) -> list[dict[str, Any]]:
    return [
        {"party_id": people[part.person], "role": part.role, "basis_points": part.basis_points}
        for part in parts_of(work)
    ]
