"""The page as a visitor gets it: over a real connection, of a real box's folder."""

import http.client
import json
import os
import socket
import subprocess
import sys
import time
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from edge import signs
from edge.errors import Misconfigured, Unwritable
from edge.sync.outbox import Outbox
from edge.sync.wire import BatchReceipt
from edge.view import glance
from edge.view.health import Look, Verdict, verdict
from edge.view.serve import opened
from tests.fakes.central_simulator import CentralSimulator
from tests.fakes.evenings import SEVEN, checkpoint, heard, make_box

ROOT = Path(__file__).parents[3]


@pytest.fixture
def box(tmp_path):
    return make_box(tmp_path / "box", CentralSimulator(), "http://127.0.0.1:9")


@pytest.fixture
def memory(tmp_path):
    """Where the box's processes leave signs of life."""
    (tmp_path / "run").mkdir()
    return tmp_path / "run"


def look_at(box, folders, *, now=SEVEN):
    return glance.look_at(box, folders, now=now, seconds=time.monotonic())


def leave_signs(memory, *, state="heard", age=0.0):
    now = time.monotonic()
    signs.heard(memory, signs.Heard("main", now - age, state, -9.0, -18.0))
    signs.answered(memory, signs.Answered(now - 60))


def lately(seq, *, seconds_ago, state=None):
    """A record of ten seconds that ended so long before seven."""
    ended = SEVEN - timedelta(seconds=seconds_ago)
    span = {"started_at": ended - timedelta(seconds=10), "ended_at": ended}
    return heard(seq, state=state).model_copy(update=span)


def put(box, records, **more):
    outbox = Outbox.open(box.outbox)
    outbox.put(records, checkpoint(**more))
    return outbox


def test_a_look_sees_place_signs_and_records(box, memory):
    leave_signs(memory)
    records = [lately(1, seconds_ago=20, state="heard"), lately(2, seconds_ago=10)]
    put(box, records, unfinished=[lately(3, seconds_ago=0)]).close()

    look = look_at(box, [memory])

    assert ("Philharmonic", "Small hall") == (look.venue, look.hall)
    assert look.device.startswith("qb-")
    assert [("main", "heard", -9.0)] == [(i.name, i.state, i.peak_dbfs) for i in look.inputs]
    assert look.central_seconds == pytest.approx(60, abs=30)
    assert (look.is_sounding, look.waiting) == (True, 2)
    assert look.now.utcoffset() == timedelta(hours=5)  # the hall's wall clock


def test_only_today_counts_as_today(box):
    """Midnight in Almaty is seven in the evening UTC."""
    ago = (100_000, 60, -5, -30)  # the third span lies across midnight
    put(box, [lately(n, seconds_ago=s, state="heard") for n, s in enumerate(ago, 1)]).close()

    look = look_at(box, [], now=SEVEN + timedelta(minutes=5))

    assert {"heard": 15.0} == look.coverage_seconds


def test_a_look_changes_nothing_and_needs_no_right_to_write(box, memory, tmp_path):
    keeper = put(box, [lately(1, seconds_ago=5)])
    before = sorted(path.name for path in tmp_path.rglob("*"))

    assert look_at(box, [memory]).waiting == 1
    keeper.settle(
        [lately(1, seconds_ago=5)], BatchReceipt(accepted=1, duplicates=0, rejected=[]),
        at=SEVEN,
    )  # fmt: skip
    assert look_at(box, [memory]).waiting == 0  # what is not yet in the main file is seen too

    keeper.close()
    assert look_at(box, [memory]).waiting == 0
    assert set(before) >= {path.name for path in tmp_path.rglob("*")}


def test_a_bare_box_can_be_looked_at(tmp_path):
    from edge.config import BoxPaths

    assert verdict(look_at(BoxPaths(tmp_path), [tmp_path / "nowhere"])) == Verdict.NO_ORDERS
    assert list(tmp_path.iterdir()) == []


def test_a_box_just_installed_has_an_empty_outbox_and_nothing_wrong_with_it(box):
    box.outbox.parent.mkdir(exist_ok=True)
    box.outbox.touch()

    assert look_at(box, []).coverage_seconds == {}


def test_torn_signs_and_orders_are_none(box, memory):
    (memory / "hear-main.json").write_text('{"input": "ma')
    (memory / "hear-foyer.json").write_text('["hear"]')
    (memory / "speak.json").write_text("5")
    box.bundle.write_text("{")
    box.manifest.parent.mkdir(exist_ok=True)
    box.manifest.write_text("{")

    look = look_at(box, [memory])

    assert (look.inputs, look.central_seconds, look.venue) == ((), None, "")


def test_an_outbox_that_cannot_be_read_is_told(box, memory):
    box.outbox.parent.mkdir(exist_ok=True)
    box.outbox.write_bytes(b"not a database at all" * 100)

    leave_signs(memory)

    assert verdict(look_at(box, [memory])) is Verdict.UNREADABLE


# ── Over a real connection ──


@pytest.fixture
def url(box, memory):
    leave_signs(memory)
    with opened(lambda: look_at(box, [memory]), address="127.0.0.1", port=0) as (url, _glass):
        yield url


@contextmanager
def asked(url, method, path, **headers):
    connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=60)
    connection.request(method, path, headers=headers)
    yield connection.getresponse()
    connection.close()


def test_the_page_is_given_in_the_language_asked_for(url):
    for path, language, expected in (
        ("/", "ru", 'lang="ru"'),
        ("/?lang=en", "ru", 'lang="en"'),
        ("/?lang=<x>", "", 'lang="kk"'),
    ):
        with asked(url, "GET", path, **{"Accept-Language": language}) as answer:
            assert answer.status == 200
            assert f"<html {expected}" in answer.read().decode()


@pytest.mark.parametrize("path", ["/", "/view.css", "/view.js"])
def test_what_is_shown_may_load_nothing_from_elsewhere_and_is_not_kept(url, path):
    with asked(url, "GET", path) as answer:
        assert answer.status == 200
        assert answer.headers["Content-Security-Policy"].startswith("default-src 'none'")
        assert "unsafe" not in answer.headers["Content-Security-Policy"]
        assert answer.headers["Cache-Control"] == "no-store"
        assert answer.headers["Server"].strip() == "Qulaq"


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH", "OPTIONS"])
def test_nothing_can_be_told_to_a_box(url, method):
    with asked(url, method, "/") as answer:
        assert answer.status == 501


@pytest.mark.parametrize("path", ["/../../etc/passwd", "/keys/identity.pem", "/x"])
def test_there_is_nothing_else_to_be_had(url, path):
    with asked(url, "GET", path) as answer:
        assert answer.status == 404


@pytest.mark.parametrize(
    "noise", [b"\x00\xff" * 50, b"GET " + b"x" * 70_000, b"GET / HTTP/9.9\r\n"]
)
def test_noise_harms_nobody(url, noise):
    place = urlsplit(url)
    with socket.create_connection((place.hostname, place.port), 60) as stranger:
        stranger.sendall(noise + b"\r\n\r\n")
    with asked(url, "GET", "/") as answer:
        assert answer.status == 200


def test_a_box_that_cannot_be_looked_at_says_why():
    def look():
        raise Unwritable("the outbox cannot be read; look at the card")

    with (
        opened(look, address="127.0.0.1", port=0) as (url, _),
        asked(url, "GET", "/") as answer,
    ):
        assert answer.status == 503
        assert "look at the card" in answer.read().decode()


def test_however_many_look_the_box_is_looked_at_once_in_a_while():
    looked = []

    def look():
        looked.append(1)
        return Look(now=SEVEN)

    with opened(look, address="127.0.0.1", port=0) as (url, glass):
        for _ in range(20):
            with asked(url, "GET", "/") as answer:
                assert answer.status == 200
        assert 1 <= len(looked) < 20 or glass.look()


def test_an_address_that_is_not_ours_is_named():
    with (
        pytest.raises(Misconfigured, match=r"203\.0\.113\.7:1.*view_address"),
        opened(lambda: None, address="203.0.113.7", port=1),
    ):
        pass


def test_the_command_shows_page_and_lamp_tells_systemd_and_leaves_quietly(box, memory, tmp_path):
    lights = tmp_path / "leds"
    (lights / "led0").mkdir(parents=True)
    for name, content in (("brightness", "0"), ("max_brightness", "1"), ("trigger", "")):
        (lights / "led0" / name).write_text(content)
    (tmp_path / "box.toml").write_text('lamp_name = "led0"\n')
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        manager.bind(str(tmp_path / "notify"))
        manager.settimeout(120)
        command = [
            sys.executable, "-m", "edge", "serve-status", "--home", box.home, "--port", "0",
            "--signs", memory, "--config", tmp_path / "box.toml", "--lights", lights,
        ]  # fmt: skip
        environment = os.environ | {"NOTIFY_SOCKET": str(tmp_path / "notify")}
        with subprocess.Popen(
            command, stdout=subprocess.PIPE, cwd=ROOT, env=environment, text=True
        ) as process:
            url = process.stdout.readline().split()[-1]
            with asked(url, "GET", "/?lang=en") as answer:
                assert 'data-verdict="stopped"' in answer.read().decode()  # no sign of life yet
            assert [manager.recv(64), manager.recv(64)] == [b"READY=1", b"WATCHDOG=1"]
            assert (lights / "led0" / "trigger").read_text() == "none"
            while (lights / "led0" / "brightness").read_text() != "1":
                time.sleep(0.01)  # red: it blinks

            process.terminate()

            assert process.wait(60) == 0
            said = [json.loads(line) for line in process.stdout.read().splitlines()]
            assert said == []
