"""What a box is told: made from the books, never edited, taken or refused by the box's own word."""

import json
from datetime import UTC, datetime, timedelta

import mido
import pytest
from click.testing import CliRunner
from sqlalchemy import delete, select

from central.__main__ import main
from central.database import reading, writing
from central.devices.directions import box_directions, direction_receipts
from central.devices.issuing import Wanted, changes
from central.web.direction_words import direction_words
from edge.config import BoxPaths, Settings
from edge.guidance import Guide
from edge.sync.asking import Asking
from edge.sync.directions import Standing
from edge.sync.following import Follower, follow
from edge.sync.identity import Identity
from edge.sync.letters import AnnouncedEvening, Directions, DirectionsReceipt, Tuning
from edge.sync.protocol import Answer
from edge.sync.seal import public_pem, seal
from edge.sync.tray import Tray
from edge.sync.wire import Heartbeat, InputNow
from tests.central.conftest import words_of

NOON = datetime(2026, 11, 27, 12, tzinfo=UTC)
OWN = Settings()
FRIDAY = {"days": [5], "begins": "18:00", "ends": "01:00"}


class RealBox:
    """The box's own code before the real office, over HTTP."""

    def __init__(self, office, box, home):
        self.office, self.box, self.paths = office, box, BoxPaths(home)
        self.identity = Identity(box.key, public_pem(box.key), box.device)
        self.now = datetime.now(UTC)
        self.ask = Asking(self.send, self.identity, lambda: datetime.now(UTC)).send
        self.trust = public_pem(office.office.key)
        self.serial = 1

    def send(self, request):
        answer = self.office.stranger.request(
            request.method, request.path, content=request.body, headers=request.headers
        )
        return Answer(answer.status_code, answer.content, dict(answer.headers))

    def follow(self, *, settings=OWN):
        standing = Standing(self.box.device, self.trust, self.serial, settings)
        who = Follower(self.identity, lambda: self.now, Tray(self.paths.directions), standing)
        return follow(who, self.ask)

    def told(self):
        kept = Tray(self.paths.directions).kept(self.trust)
        return None if kept is None else Directions.model_validate_json(kept.letter.payload)

    def guidance(self, orders):
        """By what its hearing process would listen."""
        self.paths.trust.parent.mkdir(parents=True, exist_ok=True)
        self.paths.bundle.parent.mkdir(parents=True, exist_ok=True)
        self.paths.trust.write_text(self.trust)
        sealed = seal(orders, signer="central", key=self.office.office.key)
        self.paths.bundle.write_text(sealed.model_dump_json())
        return Guide(self.paths, Settings()).look()


@pytest.fixture
def box(office):
    return office.box(office.hall())


@pytest.fixture
def real(office, box, tmp_path):
    return RealBox(office, box, tmp_path / "box")


def tune(office, box, **tuning):
    answer = office.http.put(f"/v1/boxes/{box.device}/tuning", json=tuning)
    assert 204 == answer.status_code, answer.text


def shown(office, box):
    answer = office.http.get(f"/v1/boxes/{box.device}/directions")
    assert 200 == answer.status_code, answer.text
    return answer.json()


def hours(office, *wanted):
    answer = office.http.put("/v1/halls/1/hours", json={"hours": list(wanted)})
    assert 204 == answer.status_code, answer.text


def announce(office, tmp_path, *, begins, **said):
    """An evening of one work that has a score; the score's id."""
    work_id = office.work("Көктем")
    path = tmp_path / "spring.mid"
    score = mido.MidiFile(ticks_per_beat=480)
    track = mido.MidiTrack()
    score.tracks.append(track)
    for note in range(60):
        track.append(mido.Message("note_on", note=60 + note % 12, velocity=80, time=0))
        track.append(mido.Message("note_off", note=60 + note % 12, velocity=0, time=480))
    score.save(path)
    files = {"file": ("spring.mid", path.read_bytes())}
    answer = office.http.post("/v1/scores", data={"work_id": work_id}, files=files)
    assert 201 == answer.status_code, answer.text
    score_id = answer.json()["id"]
    ends = begins + timedelta(hours=2)
    event = office.register(
        "events",
        hall_id=1,
        title="Spring",
        starts_at=begins.isoformat(),
        ends_at=ends.isoformat(),
        licence_fee_minor=1,
        currency="KZT",
        **said,
    )
    programme = {"file": ("p.csv", "title,composers\nКөктем,Абай\n".encode())}
    answer = office.http.post(f"/v1/events/{event}/programme", files=programme)
    assert 201 == answer.status_code, answer.text
    return score_id


def test_nobody_is_told_what_nobody_decided(office, real, box):
    assert real.follow() is None

    assert real.told() is None
    assert {"newest": None, "decisions": [], "receipts": []} == shown(office, box)


def test_settings_hours_and_programme_reach_the_ear_and_the_receipt_comes_home(
    office, real, box, tmp_path
):
    begins = datetime.now(UTC) + timedelta(days=2)
    score = announce(office, tmp_path, begins=begins)
    tune(office, box, sync_seconds=60)
    hours(office, FRIDAY)

    receipt = real.follow()
    assert real.follow() is None

    newest = shown(office, box)["newest"]
    assert ("applied", newest["letter"]) == (receipt.verdict, receipt.letter)
    assert "applied" == newest["receipt"]["verdict"]
    assert ["tuning", "hours", "programme"] == newest["changed"]
    orders = box.orders(
        box.enrol(office.enrolment_token(1)), central_key=public_pem(office.office.key)
    )
    guidance = real.guidance(orders.model_copy(update={"serial": 1, "hours": []}))
    assert 60 == guidance.tuning.sync_seconds
    assert {score: 0} == guidance.expected(begins)
    assert not guidance.expected(begins - timedelta(hours=1))
    assert not guidance.schedule.allows(datetime(2026, 11, 25, 15, tzinfo=UTC))  # a Wednesday
    assert guidance.schedule.allows(datetime(2026, 11, 27, 15, tzinfo=UTC))  # 20:00 in Almaty


def test_nothing_is_edited_and_nothing_is_made_for_nothing(office, real, box):
    for seconds in (60, 90, 60):
        tune(office, box, sync_seconds=seconds)
        real.follow()
        real.follow()

    with reading(office.books) as connection:
        kept = connection.execute(select(box_directions).order_by(box_directions.c.number)).all()
    assert [60, 90, 60] == [json.loads(one.payload)["tuning"]["sync_seconds"] for one in kept]
    assert sorted({one.number for one in kept}) == [one.number for one in kept]
    decisions = shown(office, box)["decisions"]
    assert [60, 90, 60] == [one["tuning"]["sync_seconds"] for one in decisions]
    assert {"founder"} == {one["told_by"] for one in decisions}


def test_a_refusal_and_its_reason_come_home_and_raise_an_alarm(office, real, box):
    tune(office, box, checkpoint_seconds=50)
    real.follow(settings=Settings(checkpoint_seconds=10, coverage_seconds=20))

    receipt = shown(office, box)["newest"]["receipt"]
    assert "impossible" == receipt["verdict"]
    assert "checkpoint_seconds = 50" in receipt["reason"]
    alive = Heartbeat(
        device=box.device,
        said_at=real.now,
        software="1",
        catalogue_version=0,
        waiting=0,
        last_heard_at=real.now,
    )
    box.send("/v1/heartbeat", box.seal(alive))
    (fleet,) = office.http.get("/v1/fleet").json()
    assert ["refuses"] == fleet["alarms"]
    with reading(office.books) as connection:
        kept = connection.execute(select(direction_receipts)).one()
    assert DirectionsReceipt.model_validate_json(kept.payload).reason == receipt["reason"]


def test_evenings_that_are_over_are_no_reason_to_tell_a_box_again(office):
    first, second = (
        AnnouncedEvening(begins=NOON + day, ends=NOON + day + timedelta(hours=3), works=[])
        for day in (timedelta(0), timedelta(days=1))
    )
    said = {"serial": 1, "tuning": Tuning(), "hours": []}
    last = Directions(
        number=1, device="qb-0000000000000000", issued_at=NOON, programme=[first, second], **said
    )
    sealed = seal(last, signer="central", key=office.office.key)
    later = Wanted(**said, programme=[second])

    assert ["programme"] == changes((last, sealed), later, now=NOON)
    assert [] == changes((last, sealed), later, now=NOON + timedelta(hours=4))


def test_a_box_that_is_moved_is_told_anew(office, real, box):
    tune(office, box, sync_seconds=60)
    real.follow()
    box.enrol(office.enrolment_token(office.hall("elsewhere")))
    real.serial = 2

    assert "applied" == real.follow().verdict
    assert (2, 60) == (real.told().serial, real.told().tuning.sync_seconds)
    assert ["serial"] == shown(office, box)["newest"]["changed"]


def test_after_a_backup_came_back_a_box_still_learns(office, real, box):
    tune(office, box, sync_seconds=60)
    real.follow()
    before = real.told().number
    with writing(office.books) as connection:
        connection.execute(delete(direction_receipts))
        connection.execute(delete(box_directions))
    tune(office, box, sync_seconds=90)

    assert "applied" == real.follow().verdict
    assert real.told().number > before
    assert 90 == real.told().tuning.sync_seconds


def test_one_box_gets_its_own_directions_and_strangers_none(office, real, box):
    tune(office, box, sync_seconds=60)
    other = RealBox(office, office.box(1), real.paths.home / "other")
    other.follow()

    assert other.told() is None
    assert 401 == office.stranger.get("/v1/directions/0").status_code
    assert 401 == office.http.get("/v1/directions/0").status_code
    assert 401 == office.stranger.put(f"/v1/boxes/{box.device}/tuning", json={}).status_code
    assert 401 == office.stranger.get(f"/v1/boxes/{box.device}/directions").status_code


def test_a_receipt_of_another_box_is_not_taken(office, box):
    other = office.box(1)
    receipt = DirectionsReceipt(
        device=other.device,
        number=1,
        letter="0" * 64,
        verdict="applied",
        reason="",
        judged_at=datetime.now(UTC),
    )

    assert 422 == box.send("/v1/directions", box.seal(receipt)).status_code


@pytest.mark.parametrize(
    "tuning",
    [
        {"keep_sent_days": 1},
        {"queue_seconds": 15},
        {"view_address": "0.0.0.0"},
        {"central_url": "http://elsewhere"},
        {"sync_seconds": 0},
        {"sync_seconds": "60"},
        {"batch_records": 1.5},
        {"coverage_seconds": 1},
    ],
)
def test_what_may_not_be_pushed_is_refused_by_name(office, box, tuning):
    answer = office.http.put(f"/v1/boxes/{box.device}/tuning", json=tuning)

    assert 422 == answer.status_code
    assert next(iter(tuning)) in answer.json()["detail"]


def test_of_a_box_that_is_not_there_nothing_is_decided(office):
    path = "/v1/boxes/qb-0000000000000000"

    assert 404 == office.http.put(f"{path}/tuning", json={}).status_code
    assert 404 == office.http.get(f"{path}/directions").status_code


# ── The page, and the desk ──────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("tongue", ["kk", "ru", "en"])
def test_the_page_shows_what_was_told_and_answered_in_each_tongue(office, staff, box, real, tongue):
    form = {"name": "sync_seconds", "value": "62,5", "lang": tongue}
    page = staff.post(f"/boxes/{box.device}/tuning", data=form)
    said = direction_words(tongue)
    assert said["none"] in words_of(page)
    assert "sync_seconds = 62.5" in words_of(page)
    real.follow()

    page = words_of(staff.get(f"/boxes/{box.device}?lang={tongue}"))

    for words in ("directions", "applied", "changed_tuning", "sync_seconds", "in_force"):
        assert said[words] in page
    assert shown(office, box)["newest"]["letter"] in page
    staff.post(f"/boxes/{box.device}/tuning", data={"name": "sync_seconds", "value": ""})
    assert {} == shown(office, box)["decisions"][0]["tuning"]


def test_the_page_refuses_what_may_not_be_set_and_says_what_may(staff, box):
    form = {"name": "keep_sent_days", "value": "1"}
    page = staff.post(f"/boxes/{box.device}/tuning", data=form)

    assert 422 == page.status_code
    assert "keep_sent_days" in words_of(page)
    assert "sync_seconds" in words_of(page)


def test_a_refusal_is_told_in_the_readers_words_and_in_the_boxs_own(office, staff, box, real):
    tune(office, box, checkpoint_seconds=50)
    real.follow(settings=Settings(checkpoint_seconds=10, coverage_seconds=20))

    page = words_of(staff.get(f"/boxes/{box.device}?lang=ru"))

    assert direction_words("ru")["impossible"] in page
    assert "checkpoint_seconds = 50" in page


@pytest.mark.parametrize("tongue", ["kk", "ru", "en"])
def test_every_setting_and_verdict_has_words(tongue):
    said = direction_words(tongue)

    assert set(Tuning.model_fields) <= set(said)
    verdicts = DirectionsReceipt.model_fields["verdict"].annotation.__args__
    assert {one for one in verdicts if one != "applied"} <= set(said)
    assert 3 == len({direction_words(one)["why"] for one in ("kk", "ru", "en")})


def test_the_desk_sets_and_shows(office, box, real):
    home = str(office.home.path)
    run = CliRunner()
    told = ["directions", "set", "--home", home, "--device", box.device, "sync_seconds=45"]
    assert '{"sync_seconds": 45.0}' in run.invoke(main, told).output
    show = ["directions", "show", "--home", home, "--device", box.device]
    assert "works by its orders" in run.invoke(main, show).output
    real.follow()

    assert 45 == json.loads(run.invoke(main, show).output)["tuning"]["sync_seconds"]
    refused = run.invoke(main, [*told[:-1], "view_port=80"])
    assert refused.exit_code
    assert "view_port" in refused.output
    assert "NAME=VALUE" in run.invoke(main, [*told[:-1], "sync_seconds"]).output


def test_what_an_input_works_by_is_told_with_the_heartbeat():
    assert "directions" not in InputNow(name="main", state="heard").model_dump()
    assert 7 == InputNow(name="main", state="heard", directions=7).model_dump()["directions"]


@pytest.mark.parametrize(
    ("pitch_hz", "semitones"), [(None, 0), (442, 0), (415, -1), (392, -2), (466, 1)]
)
def test_an_evening_at_another_pitch_is_announced_so(office, real, tmp_path, pitch_hz, semitones):
    begins = datetime.now(UTC) + timedelta(days=2)
    score = announce(office, tmp_path, begins=begins, pitch_hz=pitch_hz)
    real.follow()
    (evening,) = real.told().programme

    assert ([score], semitones) == (evening.works, evening.semitones)
