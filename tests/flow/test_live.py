"""A short concert played live: from scores to a statement, by the real box and the real office."""

import io
import subprocess
import sys
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
import soundfile

from edge.config import BoxPaths
from tests.edge.matcher.works_sounds import RATE_HZ, applause, compose, hall, perform
from tests.fakes.midi import midi
from tests.flow.office import CENTRAL, Office

SEVEN = datetime(2026, 3, 5, 14, tzinfo=UTC)  # 19:00 in Almaty
TITLES = ("Спокойная соната", "Жайлау", "Ән", "Тыныштық")  # the first one nobody owns any more
ENCORE, FEW_SECONDS = "Бис", 8  # so few that it is believed only because it was announced
RECEIPTS = 30_000_000
PACK = "kz-venues-2026"
EVENINGS = {"pro_rata_protected": SEVEN, "whole_programme": SEVEN + timedelta(days=1)}
ANNOUNCED = """
[[evening]]
begins = {begins}
ends = {ends}
works = ["{score}"]
"""


class Concert:
    """An evening as it sounds, and when each part of it begins and ends, s."""

    def __init__(self, *parts):
        self.edges = np.cumsum([0, *(len(part) for part in parts)]) / RATE_HZ
        quiet = hall(self.edges[-1], seed=9)
        sound = np.concatenate(parts)
        self.sound = sound + quiet[: len(sound)]


@pytest.fixture(scope="module")
def office(tmp_path_factory):
    office = Office(tmp_path_factory.mktemp("live") / "home")
    yield office
    office.close()


@pytest.fixture(scope="module")
def pieces():
    return {title: compose(seed, 55) for seed, title in enumerate((*TITLES, ENCORE))}


@pytest.fixture(scope="module")
def concert(pieces):
    """Two works out of order, a recording between them, music nobody knows, and a few bars."""
    free, owned, recorded, _ = TITLES
    return Concert(
        hall(6, seed=1),
        perform(pieces[owned], seed=1, tempo=1.15, cents=20),
        applause(8, seed=2),
        perform(pieces[recorded], seed=7),
        hall(6, seed=3),
        perform(pieces[free], seed=2, tempo=0.85),
        applause(8, seed=4),
        perform(compose(77, 30), seed=3),
        hall(6, seed=5),
        perform(pieces[ENCORE], seed=4)[: FEW_SECONDS * RATE_HZ],
        hall(8, seed=6),
    )


@pytest.fixture(scope="module")
def scores(office, pieces):
    """Works with scores; one has a recording too. What the scores are called, by title."""
    party = office.post("/v1/parties", name="Айгерім Үлгібаева")["id"]
    share = {"party_id": party, "role": "CA", "basis_points": 10_000}
    works, called = {}, {}
    for title, notes in pieces.items():
        free = title == TITLES[0]
        owned = {"shares": [share | {"basis_points": 0 if free else 10_000}]}
        owned |= {"free_points": 10_000 if free else 0}
        works[title] = office.post("/v1/works", title=title, **owned)["id"]
        answer = office.staff.post(
            "/v1/scores",
            data={"work_id": works[title]},
            files={"file": ("score.mid", midi(notes))},
        )
        called[title] = answer.raise_for_status().json()["id"]
    file = io.BytesIO()
    soundfile.write(file, perform(pieces[TITLES[2]], seed=7), RATE_HZ, format="FLAC")
    office.staff.post(
        "/v1/recordings",
        data={"work_id": works[TITLES[2]], "title": "Ән (студия)"},
        files={"audio": ("take.flac", file.getvalue())},
    ).raise_for_status()
    office.post("/v1/catalogue")
    return called


@pytest.fixture(scope="module")
def events(office, scores, concert, tmp_path_factory):
    """The concert on two evenings, heard by a box and reported; events by their licences' basis."""
    folder = tmp_path_factory.mktemp("box")
    paths = BoxPaths(folder)
    office.hang(paths)
    evenings = [
        ANNOUNCED.format(
            begins=begins.isoformat(),
            ends=(begins + timedelta(hours=3)).isoformat(),
            score=scores[ENCORE],
        )
        for begins in EVENINGS.values()
    ]
    paths.programme.write_text("".join(evenings))
    soundfile.write(folder / "concert.flac", concert.sound, RATE_HZ)
    heard = ["listen", "--file", folder / "concert.flac", "--began"]
    listening = [[*heard, begins.isoformat()] for begins in EVENINGS.values()]
    for words in (["sync", "--once"], *listening, ["sync", "--once"]):
        command = [sys.executable, "-m", "edge", words[0], "--home", folder, *words[1:]]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr
    length = timedelta(seconds=float(concert.edges[-1]))
    return {
        basis: declared(office, basis, begins, begins + length)
        for basis, begins in EVENINGS.items()
    }


def declared(office, basis, begins, ends):
    """The number of an evening's event: licensed, with its receipts and its programme."""
    licence = office.post(
        "/v1/licences",
        venue_id=1,
        family="kz-venues",
        tariff="philharmonic",
        basis=basis,
        valid_from="2026-01-01",
    )["id"]
    number = office.post(
        "/v1/events",
        hall_id=1,
        title="Көктем кеші",
        starts_at=begins.isoformat(),
        ends_at=ends.isoformat(),
        currency="KZT",
        licence_id=licence,
    )["id"]
    office.post(f"/v1/events/{number}/receipts", gross_minor=RECEIPTS, tickets=100)
    rows = "\n".join(["title,duration", *(f"{title},1:00" for title in TITLES)])
    programme = {"file": ("programme.csv", rows)}
    office.staff.post(f"/v1/events/{number}/programme", files=programme).raise_for_status()
    return number


@pytest.fixture
def event(events):
    return events["pro_rata_protected"]


def test_what_was_played_live_stands_beside_what_was_declared(office, event, concert):
    lines = office.staff.get(f"/v1/events/{event}/reconciliation").json()["lines"]
    by_title = {one["piece"]["piece"]["title"]: one for one in lines if one["piece"]}
    states = {title: by_title[title]["state"] for title in TITLES}
    free, owned, recorded, silent = TITLES

    assert "declared only" == states[silent]
    assert {"matched", "order swapped"} >= {states[free], states[owned], states[recorded]}
    for title, part in ((owned, 1), (free, 5)):
        (play,) = by_title[title]["plays"]
        began = datetime.fromisoformat(play["started_at"])
        seconds = (began - SEVEN).total_seconds()
        assert play["recording_id"].startswith("score-")
        assert abs(seconds - concert.edges[part]) < 3
        lasted = concert.edges[part + 1] - concert.edges[part]
        assert abs(play["milliseconds"] / 1000 - lasted) < 4
    (play,) = by_title[recorded]["plays"]
    assert play["recording_id"].startswith("rec-")


def test_a_few_bars_are_believed_because_they_were_announced(office, event, scores, concert):
    lines = office.staff.get(f"/v1/events/{event}/reconciliation").json()["lines"]
    plays = [play for line in lines for play in line["plays"]]
    (encore,) = [one for one in plays if one["recording_id"] == scores[ENCORE]]
    began = datetime.fromisoformat(encore["started_at"])

    assert abs((began - SEVEN).total_seconds() - concert.edges[9]) < 3
    assert encore["milliseconds"] < 1000 * (FEW_SECONDS + 3)


def test_music_that_no_score_explains_is_told_as_unknown(office, event, concert):
    found = office.rows("SELECT started_at, ended_at FROM unknown_music")
    edges = [SEVEN + timedelta(seconds=float(concert.edges[at])) for at in (7, 8)]
    spans = [[datetime.fromisoformat(one).replace(tzinfo=UTC) for one in row] for row in found]

    assert any(
        abs((start - edges[0]).total_seconds()) < 10 and abs((end - edges[1]).total_seconds()) < 10
        for start, end in spans
    )


@pytest.mark.parametrize("basis", EVENINGS)
def test_the_statement_rests_on_the_minutes_its_basis_counts_and_proves_itself(
    office, events, tmp_path, basis
):
    day = EVENINGS[basis].date().isoformat()
    period = {"venue_id": 1, "from": day, "to": day, "pack": PACK}
    closed = office.staff.post("/v1/periods/close", json=period).raise_for_status().json()
    (evening,) = closed["events"]
    whole, protected = (evening[f"{kind}_milliseconds"] for kind in ("performed", "protected"))
    counted = protected if basis == "pro_rata_protected" else whole
    (statement,) = closed["statements"]
    command = [*CENTRAL, "bundle", "--home", office.home, "--statement", str(statement["id"])]
    subprocess.run(command, check=True, capture_output=True, cwd=tmp_path)
    (bundle,) = tmp_path.glob("*.qulaq")
    verify = [sys.executable, "-m", "verifier.verify", bundle]
    proved = subprocess.run(verify, capture_output=True, text=True, check=False)

    assert 0 < protected < whole
    assert (RECEIPTS // 20 * counted * 2 + whole) // (2 * whole) == evening["fee"]["minor"]
    assert 0 == proved.returncode, proved.stdout + proved.stderr
    assert "score-" in bundle.read_text("utf-8")
