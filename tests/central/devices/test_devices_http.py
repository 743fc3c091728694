"""A box gets in by a token, once; speaks by its seal; and is believed until it is revoked."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from sqlalchemy import update

from central.database import writing
from central.devices.store import enrolment_tokens
from edge.sync import seal
from edge.sync.letters import BoxIdentity, Enrolment
from edge.sync.wire import Heartbeat

SAID_AT = datetime(2026, 11, 21, 14, tzinfo=UTC)
YEAR_ONE = datetime(1, 1, 1, tzinfo=timezone(timedelta(hours=14)))  # no such instant in UTC


def central_key(office):
    return seal.public_pem(office.office.key)


def new_box(office):
    """A box that has a key and no place yet."""
    return type(office.box(office.hall()))(office)


def heartbeat(box, **changes):
    fields = {
        "device": box.device,
        "said_at": SAID_AT,
        "software": "0.1.0",
        "catalogue_version": 3,
        "waiting": 7,
        "last_heard_at": SAID_AT,
        "source": "USB",
    }
    return Heartbeat(**(fields | changes))


def listed(office, box):
    """What staff see of a box."""
    return {one["device"]: one for one in office.http.get("/v1/boxes").json()}[box.device]


def test_orders_name_the_place_and_the_office(office):
    box = new_box(office)
    answer = box.enrol(office.enrolment_token(office.hall("Кіші зал")))
    orders = box.orders(answer, central_key=central_key(office))

    assert (1, box.device) == (orders.serial, orders.device)
    assert ("Әуезов театры", "Кіші зал") == (orders.venue, orders.hall)
    assert "Asia/Almaty" == orders.time_zone
    assert ["USB"] == [one.device for one in orders.inputs]
    assert (office.url, central_key(office)) == (orders.central_url, orders.central_key)


def test_orders_name_the_public_address_of_an_office_behind_a_proxy(open_office_with):
    office = open_office_with(public_url="https://central.example")
    box = new_box(office)
    answer = box.enrol(office.enrolment_token(office.hall()))

    assert (
        "https://central.example" == box.orders(answer, central_key=central_key(office)).central_url
    )


def test_a_token_lets_one_box_in(office):
    token = office.enrolment_token(office.hall())
    first, second = new_box(office), new_box(office)
    first.enrol(token)
    answer = second.enrol(token)

    assert 403 == answer.status_code
    assert first.device in answer.json()["detail"]


def test_a_box_whose_answer_was_lost_gets_the_same_orders_again(office):
    token = office.enrolment_token(office.hall())
    box = new_box(office)
    serials = [
        box.orders(box.enrol(token), central_key=central_key(office)).serial for _ in range(3)
    ]

    assert [1, 1, 1] == serials


def test_a_new_token_moves_the_box_and_the_old_one_does_not_move_it_back(office):
    old, new = office.hall("old"), office.hall("new")
    first, second = office.enrolment_token(old), office.enrolment_token(new)
    box = new_box(office)
    box.enrol(first)
    orders = box.orders(box.enrol(second), central_key=central_key(office))
    again = box.enrol(first)

    assert (2, "new") == (orders.serial, orders.hall)
    assert 403 == again.status_code
    assert (new, 2) == (listed(office, box)["hall_id"], listed(office, box)["serial"])


def test_an_expired_token_lets_nobody_in(office):
    token = office.enrolment_token(office.hall())
    with writing(office.books) as connection:
        past = datetime.now(UTC) - timedelta(seconds=1)
        connection.execute(update(enrolment_tokens).values(expires_at=past))
    answer = new_box(office).enrol(token)

    assert 403 == answer.status_code
    assert "expired" in answer.json()["detail"]


def test_a_token_that_was_never_made_lets_nobody_in(office):
    answer = new_box(office).enrol("guessed-guessed-guessed")

    assert 403 == answer.status_code


def test_a_box_cannot_come_under_the_name_of_another_key(office):
    token = office.enrolment_token(office.hall())
    honest, liar = new_box(office), new_box(office)
    liar.identity = BoxIdentity(device=honest.device, public_key=liar.identity.public_key)
    answer = liar.enrol(token)

    assert 422 == answer.status_code
    assert 200 == honest.enrol(token).status_code


def test_a_key_that_is_no_key_is_refused(office):
    box = new_box(office)
    box.identity = BoxIdentity(device=box.device, public_key="no key")
    answer = box.enrol(office.enrolment_token(office.hall()))

    assert 403 == answer.status_code
    assert "not a public key" in answer.json()["detail"]


def test_a_revoked_box_does_not_come_back_with_another_token(office):
    hall_id = office.hall()
    box = office.box(hall_id)
    office.http.post(f"/v1/boxes/{box.device}/revoke", json={"reason": "stolen"})
    token = office.enrolment_token(hall_id)
    answer = box.enrol(token)

    assert 403 == answer.status_code
    assert "stolen" in answer.json()["detail"]
    assert 200 == new_box(office).enrol(token).status_code


def test_revoking_twice_keeps_the_first_reason(office):
    box = office.box(office.hall())
    for reason in ("stolen", "found"):
        office.http.post(f"/v1/boxes/{box.device}/revoke", json={"reason": reason})

    assert "stolen" == listed(office, box)["revoked_because"]


def test_a_box_nobody_knows_cannot_be_revoked(office):
    answer = office.http.post("/v1/boxes/qb-0000000000000000/revoke", json={"reason": "x"})

    assert 404 == answer.status_code


def test_a_heartbeat_is_the_last_sign_of_life(office):
    box = office.box(office.hall())
    before = datetime.now(UTC)
    silent = listed(office, box)["seen_at"]
    answer = box.send("/v1/heartbeat", box.seal(heartbeat(box)))
    seen = listed(office, box)

    assert silent is None
    assert 204 == answer.status_code
    assert before <= datetime.fromisoformat(seen["seen_at"]) <= datetime.now(UTC)
    assert (3, 7, "USB", "0.1.0") == (
        seen["catalogue_version"],
        seen["waiting"],
        seen["source"],
        seen["software"],
    )
    assert SAID_AT == datetime.fromisoformat(seen["last_heard_at"])


def test_a_box_that_has_heard_nothing_yet_may_say_so(office):
    box = office.box(office.hall())
    answer = box.send("/v1/heartbeat", box.seal(heartbeat(box, last_heard_at=None)))

    assert 204 == answer.status_code
    assert listed(office, box)["last_heard_at"] is None


def test_a_heartbeat_by_another_key_is_no_sign_of_life(office):
    hall_id = office.hall()
    box, other = office.box(hall_id), office.box(hall_id)
    forged = seal.seal(heartbeat(box), signer=box.device, key=other.key)
    stranger = seal.seal(heartbeat(box), signer=other.device, key=other.key)

    assert 403 == box.send("/v1/heartbeat", forged).status_code
    assert 422 == box.send("/v1/heartbeat", stranger).status_code
    assert listed(office, box)["seen_at"] is None


def test_a_heartbeat_of_a_stranger_is_refused(office):
    box = new_box(office)

    assert 403 == box.send("/v1/heartbeat", box.seal(heartbeat(box))).status_code


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"waiting": 2**70}, str(2**70)),
        ({"catalogue_version": 2**31}, str(2**31)),
        ({"said_at": YEAR_ONE}, "0001-01-01"),
        ({"last_heard_at": YEAR_ONE}, "0001-01-01"),
    ],
)
def test_an_impossible_heartbeat_is_refused_and_nothing_breaks(office, changes, named):
    box = office.box(office.hall())
    answer = box.send("/v1/heartbeat", box.seal(heartbeat(box, **changes)))

    assert 422 == answer.status_code
    assert named in answer.json()["detail"]


def test_a_token_needs_a_hall_that_is_there_and_an_input(office):
    nowhere = {"hall_id": 77, "inputs": [{"device": "USB"}]}
    deaf = {"hall_id": office.hall(), "inputs": []}
    twins = {"hall_id": office.hall("Кіші зал"), "inputs": [{"device": "USB"}, {"device": "HDMI"}]}

    assert 404 == office.http.post("/v1/enrolment-tokens", json=nowhere).status_code
    assert 422 == office.http.post("/v1/enrolment-tokens", json=deaf).status_code
    assert "these are main, main" in office.http.post("/v1/enrolment-tokens", json=twins).text


def test_the_books_do_not_hold_the_token(office):
    token = office.enrolment_token(office.hall())
    office.books.dispose()
    stored = b"".join(path.read_bytes() for path in office.home.path.glob("central.db*"))

    assert token.encode() not in stored
    assert office.token.encode() not in stored


def test_an_enrolment_is_what_the_bench_sends(office):
    box = new_box(office)
    letter = Enrolment(token=office.enrolment_token(office.hall()), identity=box.identity)
    answer = office.stranger.post("/v1/enrol", json=letter.model_dump())

    assert 200 == answer.status_code
