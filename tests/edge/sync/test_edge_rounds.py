import os
import random
import socket
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge import signs
from edge.config import BoxPaths, Settings
from edge.errors import (
    BadSeal,
    Busy,
    Misconfigured,
    QulaqError,
    Refused,
    Unreachable,
    Unwritable,
)
from edge.sync import journal
from edge.sync.errands import Desk, deliver, heartbeat_of, one_round, restock
from edge.sync.identity import load
from edge.sync.outbox import Outbox
from edge.sync.protocol import Answer
from edge.sync.queue import Tally
from edge.sync.rounds import sync_once
from edge.sync.shelf import Shelf
from edge.sync.vitals import inputs_now
from edge.sync.wire import BatchReceipt, InputNow
from tests.fakes.central_simulator import CentralSimulator, on_loopback
from tests.fakes.evenings import SEVEN, checkpoint, folder_in_memory, heard, make_box

SETTINGS = Settings(batch_records=3, piece_bytes=1000)


@pytest.fixture
def central():
    return CentralSimulator()


@pytest.fixture
def desk(tmp_path, central):
    paths = make_box(tmp_path / "box", central, "http://central.example")
    outbox = Outbox.open(paths.outbox)
    yield Desk(
        identity=load(paths.identity),
        outbox=outbox,
        shelf=Shelf(paths.shelf),
        settings=SETTINGS,
        now=lambda: SEVEN,
        stopping=lambda: False,
    )
    outbox.close()


def test_a_round_brings_everything_and_fetches_everything(desk, central):
    records = [heard(n) for n in range(1, 11)]
    desk.outbox.put(records, checkpoint())
    central.publish([random.Random(1).randbytes(2500)], version=4)

    assert one_round(desk, central.answer, anchor=central.anchor) == []

    assert records == sorted(central.records.values(), key=lambda one: one.seq)
    assert Tally(0, 10, 0) == desk.outbox.tally()
    assert desk.shelf.manifest().version == 4
    assert (0, 4) == (central.heartbeats[0].waiting, central.heartbeats[0].catalogue_version)


def test_a_round_that_has_nothing_to_do_only_says_it_is_alive(desk, central):
    central.publish([b"segment"], version=1)
    for _ in range(2):
        one_round(desk, central.answer, anchor=central.anchor)

    asked = [request.path.rsplit("/", 1)[1] for request in central.requests[-5:]]
    assert ["2.root.json", "timestamp.json", "heartbeat"] == asked[2:]


def test_a_heartbeat_tells_how_each_input_is(desk, tmp_path):
    folder, other = tmp_path / "hear", tmp_path / "nowhere"
    folder.mkdir()
    signs.heard(folder, signs.Heard("foyer", 90.0, "heard", -9.0, -18.0))
    signs.heard(folder, signs.Heard("hall", 10.0, "heard", -9.0, -18.0))
    signs.heard(folder, signs.Heard("main", 99.0, "silent_signal", -90.0, -95.0, "stuck", False))
    signs.heard(folder, signs.Heard("odd", 99.0, "bewitched", -9.0, -18.0))

    told = heartbeat_of(replace(desk, inputs_now=lambda: inputs_now(folder, seconds=100.0)))

    assert [
        InputNow(name="foyer", state="heard"),
        InputNow(name="hall", state="stopped"),
        InputNow(name="main", state="silent_signal", fault="stuck", is_kept=False),
    ] == list(told.inputs_now)
    assert inputs_now(other, seconds=0) == inputs_now(None, seconds=0) == ()


def test_a_heartbeat_tells_how_far_was_listened(desk):
    desk.outbox.put([heard(1)], checkpoint(until=SEVEN - timedelta(seconds=4)))

    heartbeat = heartbeat_of(desk)

    assert SEVEN - timedelta(seconds=4) == heartbeat.last_heard_at
    assert (1, "a test", SEVEN) == (heartbeat.waiting, heartbeat.source, heartbeat.said_at)


def test_rejected_records_do_not_hold_up_the_others(desk, central):
    central.unwanted.add("rec-bad")
    desk.outbox.put([heard(1), heard(2, recording="rec-bad"), heard(3)], checkpoint())

    deliver(desk, central.answer)

    assert Tally(waiting=0, delivered=2, rejected=1) == desk.outbox.tally()
    assert [(heard(2, recording="rec-bad"), "not wanted")] == desk.outbox.rejections()


def test_a_refused_batch_is_kept_and_the_other_errands_are_still_run(desk, central):
    desk.outbox.put([heard(1)], checkpoint())
    central.publish([b"segment"], version=1)

    def grumpy(request):
        refuses = request.path == "/v1/detections"
        return Answer(422, b"what is this?") if refuses else central.answer(request)

    met = one_round(desk, grumpy, anchor=central.anchor)

    assert ["central answered 422: what is this?"] == [str(e) for e in met]
    assert Tally(1, 0, 0) == desk.outbox.tally()
    assert desk.shelf.manifest().version == 1
    assert len(central.heartbeats) == 1


def test_when_central_is_gone_the_round_ends_at_once(desk):
    desk.outbox.put([heard(1)], checkpoint())
    asked = []

    def gone(request):
        asked.append(request.path)
        raise Unreachable("no route")

    met = one_round(desk, gone, anchor=CentralSimulator().anchor)

    assert [Unreachable] == [type(e) for e in met]
    assert asked == ["/v1/detections"]


def test_delivered_records_are_forgotten_with_their_file_of_the_journal(
    desk, central, tmp_path, monkeypatch
):
    paths = BoxPaths(tmp_path / "box")
    monkeypatch.setattr(journal, "FILE_BYTES", 1)  # each entry has a file of its own
    long_ago = SEVEN - timedelta(days=SETTINGS.keep_sent_days, seconds=1)
    for seq in (1, 2, 3):
        desk.outbox.put([heard(seq)], checkpoint())
    for path in paths.outbox.parent.glob("*.journal"):
        os.utime(path, (0, 0))
    for seq, at in ((1, long_ago), (2, SEVEN), (3, long_ago)):
        desk.outbox.settle([heard(seq)], BatchReceipt(accepted=1, duplicates=0), at=at)

    one_round(desk, central.answer, anchor=central.anchor)

    assert [heard(2), heard(3)] == list(desk.outbox.records())  # the last file is still open
    assert [2, 3] == [number for number, _ in journal.files(paths.outbox.parent, "main")]


def test_an_older_catalogue_is_refused_before_a_byte_of_it_is_fetched(desk, central):
    central.publish([b"new"], version=7)
    restock(desk, central.answer, anchor=central.anchor)
    central.publish([b"old"], version=6)
    central.requests.clear()

    with pytest.raises(Refused, match="version 6 after 7"):
        restock(desk, central.answer, anchor=central.anchor)

    assert not any("/segments/" in request.path for request in central.requests)


def test_a_box_has_what_its_profile_gets_and_moves_by_fetching_what_it_lacks(desk, central):
    def ask(profile):
        central.profile, before = profile, len(central.requests)
        restock(desk, central.answer, anchor=central.anchor)
        manifest = desk.shelf.manifest()
        names = [path.name for path in desk.shelf.segments(manifest)]
        fetched = [r.path.rsplit("/", 1)[1] for r in central.requests[before:]]
        return (
            [central.segments[name] for name in names],
            [central.segments[name] for name in fetched if name in central.segments],
        )

    common, films, operas, rest = b"heard everywhere", b"films", b"operas", b"rest"
    central.publish([common, rest], version=3)
    central.publish([common, films], version=3, profile="cinema")
    central.publish([common, operas], version=3, profile="opera")

    assert ([common, films], [common, films]) == ask("cinema")
    assert ([common, films], []) == ask("cinema")
    assert ([common, operas], [operas]) == ask("opera")
    assert ([common, films], []) == ask("cinema")  # the version before is still here
    assert ([common, rest], [rest]) == ask("circus")  # of which nobody vouches for anything
    assert ([common, rest], []) == ask(None)


def test_a_forged_catalogue_is_refused_before_a_byte_of_it_is_fetched(desk, central):
    central.publish([b"new"], version=7)
    forged = replace(central.anchor, root=CentralSimulator().anchor.root)

    with pytest.raises(BadSeal):
        restock(desk, central.answer, anchor=forged)

    assert desk.shelf.manifest() is None


@pytest.mark.parametrize("broken", ["manifest.json", "a segment"])
def test_what_broke_on_the_shelf_is_fetched_again(desk, central, tmp_path, broken):
    manifest = central.publish([b"segment"], version=7)
    restock(desk, central.answer, anchor=central.anchor)
    name = manifest.segments[0].name if broken == "a segment" else broken
    (tmp_path / "box" / "shelf" / name).write_bytes(b"{")

    assert one_round(desk, central.answer, anchor=central.anchor) == []

    assert manifest == desk.shelf.manifest()
    assert [b"segment"] == [path.read_bytes() for path in desk.shelf.segments(manifest)]
    assert central.heartbeats[-1].catalogue_version == 7


def test_a_box_whose_card_takes_nothing_more_still_says_it_is_alive(desk, central, tmp_path):
    central.publish([b"segment"], version=7)
    (tmp_path / "box" / "shelf").write_text("a file where a folder belongs")

    met = one_round(desk, central.answer, anchor=central.anchor)

    assert [Unwritable] == [type(e) for e in met]
    assert len(central.heartbeats) == 1


def test_a_box_whose_outbox_takes_nothing_more_still_says_it_is_alive(desk, central):
    desk.outbox.put([heard(1)], checkpoint())
    desk.outbox._index.queue._connection.execute("PRAGMA query_only = ON")

    met = one_round(desk, central.answer, anchor=central.anchor)

    assert [Unwritable] == [type(e) for e in met]
    assert len(central.heartbeats) == 1


class CutLine:
    """Carries requests to central; each may be lost, or its answer may be."""

    def __init__(self, central, fates):
        self._central = central
        self._fates = iter(fates)

    def send(self, request):
        fate = next(self._fates, "ok")
        if fate == "request lost":
            raise Unreachable("cut before central")
        if fate == "busy":
            return Answer(503, b"", {"retry-after": "3"})
        answer = self._central.answer(request)
        if fate == "sent twice":
            answer = self._central.answer(request)
        if fate == "answer lost":
            raise Unreachable("cut behind central")
        return answer


FATES = st.lists(
    st.sampled_from(["ok", "request lost", "answer lost", "sent twice", "busy"]), max_size=30
)


@given(FATES, st.integers(0, 20), st.integers(1, 7), st.integers(0, 700))
def test_over_a_line_cut_anywhere_everything_arrives_once(fates, n, size, length):
    with folder_in_memory() as folder:
        deliver_over(folder, fates, n, size=size, length=length)


def test_what_is_heard_now_does_not_wait_behind_what_was_heard_long_ago(desk, central):
    desk.outbox.put([heard(n) for n in range(1, 8)], checkpoint())
    arrived = []

    def send(request):
        answer = central.answer(request)
        if len(central.records) == 3:  # one batch is through; music goes on
            desk.outbox.put([heard(8)], checkpoint())
        arrived.append(sorted(seq for _, _, seq in central.records))
        return answer

    deliver(desk, send)

    assert [[5, 6, 7], [3, 4, 5, 6, 7, 8], list(range(1, 9))] == arrived


def test_what_central_has_lost_is_asked_for_and_sent_again(desk, central):
    desk.outbox.put([heard(n) for n in range(1, 11)], checkpoint())
    deliver(desk, central.answer)
    before = dict(central.records)
    for key in [key for key in before if key[2] in (2, 3, 10)]:
        del central.records[key]

    assert one_round(desk, central.answer, anchor=central.anchor, takes_stock=True) == []
    assert one_round(desk, central.answer, anchor=central.anchor) == []  # sends what was asked for

    assert before == central.records
    assert Tally(0, 10, 0) == desk.outbox.tally()


def test_stock_is_taken_of_what_central_had_and_of_nothing_else(desk, central):
    desk.outbox.put([heard(n) for n in range(1, 4)], checkpoint())
    central.unwanted.add("rec-bad")
    desk.outbox.put([heard(4, recording="rec-bad"), heard(5)], checkpoint())
    deliver(desk, central.answer)
    desk.outbox.put([heard(6)], checkpoint())

    spans = [(span.first, span.last) for span in desk.outbox.delivered(at_most=10)]

    assert [(5, 5), (1, 3)] == spans


def deliver_over(folder, fates, n, *, size, length):
    central = CentralSimulator()
    paths = make_box(folder / "box", central, "http://central.example")
    central.publish([random.Random(length).randbytes(length)], version=1)
    desk = Desk(
        identity=load(paths.identity),
        outbox=Outbox.open(paths.outbox),
        shelf=Shelf(paths.shelf),
        settings=Settings(batch_records=size, piece_bytes=100),
        now=lambda: SEVEN,
        stopping=lambda: False,
    )
    records = [heard(seq) for seq in range(1, n + 1)]
    desk.outbox.put(records, checkpoint())
    line = CutLine(central, fates)

    met: list[QulaqError] = [Unreachable("not tried yet")]
    while met:
        met = one_round(desk, line.send, anchor=central.anchor)
        assert all(isinstance(e, Unreachable | Busy) for e in met)

    assert records == sorted(central.records.values(), key=lambda one: one.seq)
    assert set(central.times_taken.values()) <= {1}
    assert desk.outbox.tally().waiting == 0
    assert desk.shelf.missing(desk.shelf.manifest()) == []
    desk.outbox.close()


def test_a_download_goes_on_where_the_line_was_cut(desk, central):
    segment = central.publish([random.Random(2).randbytes(9_500)], version=1).segments[0]
    line = CutLine(central, ["ok"] * 12 + ["request lost"])
    with pytest.raises(Unreachable):
        restock(desk, line.send, anchor=central.anchor)
    central.requests.clear()

    restock(desk, central.answer, anchor=central.anchor)

    again = [r.headers["Range"] for r in central.requests if r.path.endswith(segment.name)]
    assert ["bytes=6000-6999", "bytes=7000-7999"] == again[:2]
    assert len(again) == 4


def test_one_round_over_a_real_connection(tmp_path, central):
    with on_loopback(central.answer) as url:
        paths = make_box(tmp_path / "box", central, url)
        outbox = Outbox.open(paths.outbox)
        outbox.put([heard(1)], checkpoint())

        sync_once(paths, Settings())

    assert Tally(0, 1, 0) == outbox.tally()
    assert len(central.heartbeats) == 1
    outbox.close()


def test_a_box_without_orders_says_what_it_waits_for(tmp_path, central):
    paths = make_box(tmp_path / "box", central, "http://central.example")
    paths.bundle.unlink()

    with pytest.raises(Misconfigured, match="plug in the stick"):
        sync_once(paths, Settings())


def test_orders_of_another_box_are_not_obeyed(tmp_path, central):
    mine = make_box(tmp_path / "mine", central, "http://central.example")
    yours = make_box(tmp_path / "yours", central, "http://central.example")
    mine.bundle.write_bytes(yours.bundle.read_bytes())

    with pytest.raises(BadSeal, match="these orders are for"):
        sync_once(mine, Settings())


def test_the_watchdog_is_fed_by_every_answer(tmp_path, central, monkeypatch):
    central.publish([random.Random(3).randbytes(2_000)], version=1)
    with (
        on_loopback(central.answer) as url,
        socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as door,
    ):
        door.bind(str(tmp_path / "notify"))
        monkeypatch.setenv("NOTIFY_SOCKET", str(tmp_path / "notify"))
        sync_once(make_box(tmp_path / "box", central, url), SETTINGS)
        words = [door.recv(100) for _ in central.requests]

    # directions, the time, four roles, the manifest, two pieces, the heartbeat; a socket holds ten
    assert [b"WATCHDOG=1"] * 10 == words
