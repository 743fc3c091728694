"""Other names, medleys, makers and what registries said are kept as they were told, or refused."""

import pytest


@pytest.fixture
def recording(office, tune):
    """Two works, and a recording of the first, 8 s long; returns its id."""
    first = office.work()
    office.work("Жел")
    return office.send_recording(tune(1, seconds=8), work_id=first).json()["id"]


def test_a_party_is_found_by_another_name(office):
    number = office.register("parties", name="Абай Құнанбайұлы")
    name = {"name": "Ибраһим", "language": "kk", "ipi": "14107338"}
    answer = office.http.post(f"/v1/parties/{number}/names", json=name)
    found = office.http.get("/v1/search/parties", params={"q": "ibrahim"}).json()
    again = office.http.post(f"/v1/parties/{number}/names", json=name)

    assert (201, 409) == (answer.status_code, again.status_code)
    assert [number] == [one["id"] for one in found]


def part(work_id, since, until):
    return {"work_id": work_id, "from_milliseconds": since, "to_milliseconds": until}


def test_a_medley_says_which_work_sounds_where(office, recording):
    parts = [part(1, 0, 3_000), part(2, 3_000, 7_000)]
    answer = office.http.put(f"/v1/recordings/{recording}/parts", json=parts)

    assert (200, parts) == (answer.status_code, answer.json())


@pytest.mark.parametrize(
    ("parts", "status"),
    [
        ([part(1, 0, 3_000), part(2, 2_000, 4_000)], 422),
        ([part(1, 0, 60_000)], 422),
        ([part(1, 3_000, 3_000)], 422),
        ([part(99, 0, 3_000)], 404),
    ],
)
def test_parts_that_cannot_be_are_refused(office, recording, parts, status):
    answer = office.http.put(f"/v1/recordings/{recording}/parts", json=parts)

    assert status == answer.status_code


def maker(party_id, right, points):
    return {"party_id": party_id, "right": right, "role": "main", "basis_points": points}


def test_makers_have_rights_of_their_own_that_can_be_looked_up(office, recording):
    makers = [maker(1, "performers", 10_000), maker(2, "producers", 10_000)]
    kept = office.http.put(f"/v1/recordings/{recording}/makers", json=makers)
    question = {"work": 1, "use": "broadcast", "right": "producers", "recording": recording}
    answer = office.stranger.get("/v1/licences", params=question).json()

    assert 204 == kept.status_code
    assert ["2"] == [share["rightholder"]["key"] for share in answer["shares"]]


@pytest.mark.parametrize(
    "makers",
    [
        [maker(1, "performers", 9_999)],
        [maker(1, "performers", 5_000), maker(1, "performers", 5_000)],
    ],
)
def test_makers_that_make_no_whole_are_refused(office, recording, makers):
    answer = office.http.put(f"/v1/recordings/{recording}/makers", json=makers)

    assert 422 == answer.status_code


def test_a_right_digit_is_not_a_right_code_until_a_registry_says_so(office):
    said = {"kind": "isni", "code": "0000 0001 2146 438X", "state": "verified", "registry": "ISNI"}
    before = office.http.get("/v1/codes/isni/000000012146438X").json()
    office.http.post("/v1/codes", json=said)
    after = office.http.get("/v1/codes/isni/000000012146438X").json()

    assert ("unverified", "verified") == (before["state"], after["state"])
    assert 422 == office.http.get("/v1/codes/isni/0000000121464381").status_code
