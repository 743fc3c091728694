"""Which boxes somebody must look at: told by the books, shown in three languages, and counted."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from prometheus_client.parser import text_string_to_metric_families

from central.devices.lists import Box
from central.ingest.alarms import ALARMS, alarms_of
from central.web.fleet_words import fleet_words
from edge.sync.wire import Heartbeat, InputNow

NOW = datetime(2026, 11, 28, 20, tzinfo=UTC)
LONG_AGO = NOW - timedelta(days=30)
WELL = {
    "device": "qb-0000000000000000",
    "hall_id": 1,
    "inputs": [],
    "serial": 1,
    "enrolled_at": LONG_AGO,
    "revoked_at": None,
    "revoked_because": None,
    "seen_at": NOW - timedelta(minutes=1),
    "last_heard_at": NOW - timedelta(minutes=1),
    "software": "1",
    "catalogue_version": 7,
    "waiting": 3,
    "source": "USB",
    "inputs_now": [InputNow(name="main", state="heard")],
}


def judged(*, forks=0, uncertainty_ms=20, refuses=False, **changes):
    box = Box(**(WELL | changes))
    newest = (7, NOW - timedelta(days=3))
    known = {"forks": forks, "uncertainty_ms": uncertainty_ms, "refuses": refuses}
    return list(alarms_of(box, newest=newest, now=NOW, **known))


def now_is(state, **more):
    return [InputNow(name="main", state=state, **more)]


def test_of_a_box_that_is_well_nothing_is_said():
    assert judged() == []
    assert judged(uncertainty_ms=None, inputs_now=[]) == []


@pytest.mark.parametrize(
    ("alarms", "changes"),
    [
        (["forked"], {"forks": 1}),
        (["unseen"], {"seen_at": None, "last_heard_at": None, "waiting": None}),
        (
            ["late"],
            {"seen_at": NOW - timedelta(hours=1), "last_heard_at": NOW - timedelta(hours=1)},
        ),
        (["deaf"], {"last_heard_at": NOW - timedelta(hours=1)}),
        (["deaf"], {"inputs_now": now_is("unplugged")}),
        (["deaf"], {"inputs_now": now_is("stopped")}),
        (["silent"], {"inputs_now": now_is("silent_signal")}),
        (["silent"], {"inputs_now": now_is("heard", fault="hum")}),
        (["unkept"], {"inputs_now": now_is("heard", is_kept=False)}),
        (["backlog"], {"waiting": 5_000}),
        (["old_catalogue"], {"catalogue_version": 6}),
        (["unsure"], {"uncertainty_ms": 60_000}),
        (["refuses"], {"refuses": True}),
        ([], {"last_heard_at": LONG_AGO, "inputs_now": now_is("outside_schedule")}),
        ([], {"forks": 5, "revoked_at": NOW}),
    ],
)
def test_each_ill_has_its_name(alarms, changes):
    assert alarms == judged(**changes)


@given(
    st.integers(0, 2),
    st.sampled_from([NOW, LONG_AGO, None]),
    st.sampled_from(["heard", "stopped", "muted", "lost"]),
    st.integers(0, 5_000),
)
def test_the_worst_comes_first_and_none_twice(forks, seen_at, state, waiting):
    alarms = judged(forks=forks, seen_at=seen_at, inputs_now=now_is(state), waiting=waiting)

    places = [ALARMS.index(one) for one in alarms]
    assert sorted(set(places)) == places


@pytest.mark.parametrize("tongue", ["kk", "ru", "en"])
def test_every_alarm_has_words(tongue):
    said = fleet_words(tongue)

    assert all(said[alarm] for alarm in ALARMS)


@pytest.fixture
def boxes(office):
    """One that is well, one that was doubled, one that never called."""
    well, doubled, unseen = (office.box(office.hall(name)) for name in ("Сау", "Қос", "Жаңа"))
    for box in (well, doubled):
        told = Heartbeat(
            device=box.device,
            said_at=datetime.now(UTC),
            software="1",
            catalogue_version=0,
            waiting=4,
            last_heard_at=datetime.now(UTC),
            inputs_now=(InputNow(name="main", state="heard"),),
        )
        assert 204 == box.send("/v1/heartbeat", box.seal(told)).status_code
    doubled.receipt(doubled.heard(1, recording_id="rec-true"))
    doubled.receipt(doubled.heard(1, recording_id="rec-other"))
    return well, doubled, unseen


def test_staff_are_told_what_ails_each_box(office, boxes):
    found = {one["device"]: one["alarms"] for one in office.http.get("/v1/fleet").json()}
    well, doubled, unseen = boxes

    assert {well.device: [], doubled.device: ["forked"], unseen.device: ["unseen"]} == found


@pytest.mark.parametrize("tongue", ["kk", "ru", "en"])
def test_the_page_shows_the_doubled_box_first_in_each_tongue(office, boxes, tongue):
    office.http.post("/login", data={"token": office.token}, headers={"Origin": office.url})
    shown = office.http.get("/boxes", params={"lang": tongue}).text
    well, doubled, unseen = (shown.index(box.device) for box in boxes)

    assert doubled < unseen < well
    assert fleet_words(tongue)["forked"] in shown


def test_figures_are_told_as_prometheus_reads_them(office, boxes):
    answer = office.http.get("/v1/metrics")
    told = {
        (sample.name, *sample.labels.values()): sample.value
        for family in text_string_to_metric_families(answer.text)
        for sample in family.samples
    }

    assert answer.headers["content-type"].startswith("text/plain; version=")
    assert (2, 0, 1) == tuple(told["qulaq_boxes", seen] for seen in ("lately", "late", "never"))
    assert (8, 1, 1) == tuple(
        told[name,] for name in ("qulaq_records_waiting", "qulaq_letters_taken", "qulaq_forks")
    )
