"""Staff register mandates; anybody may ask who may license, but not too often."""


def mandate(office, party_id, society="240", **changes):
    """Ask for a mandate of a party to a society, for everything in Kazakhstan."""
    wanted = {
        "kind": "mandate",
        "grantor": {"kind": "party", "key": str(party_id)},
        "holder": {"kind": "society", "key": society},
        "right": "performing",
        "since": "2020-01-01",
    }
    return office.http.post("/v1/mandates", json=wanted | changes)


def ask(office, work_id, **changes):
    """Ask as a stranger who may license a work in concerts on a day of 2026."""
    question = {"work": work_id, "use": "concert", "day": "2026-06-01"} | changes
    return office.stranger.get("/v1/licences", params=question)


def societies(office):
    for code, name in (("240", "ҚазАҚ"), ("052", "PRS")):
        answer = office.http.post("/v1/societies", json={"code": code, "name": name})
        assert answer.status_code == 201, answer.text


def test_a_stranger_is_told_who_may_license_and_who_did_until_when(office):
    societies(office)
    work_id = office.work()
    first = mandate(office, 1, "052", until="2023-12-31").json()["id"]
    mandate(office, 1, since="2024-01-01")
    answer = ask(office, work_id).json()
    (share,) = answer["shares"]

    assert 1 == first
    assert (10_000, 0, 0) == (
        answer["covered_points"],
        answer["uncovered_points"],
        answer["unregistered_points"],
    )
    assert "ҚазАҚ" == share["licensor"]["name"]
    assert [("PRS", "2020-01-01", "2023-12-31"), ("ҚазАҚ", "2024-01-01", None)] == [
        (span["licensor"]["name"], span["since"], span["until"]) for span in share["spans"]
    ]


def test_what_nobody_holds_is_said_to_be_nobody_s(office):
    answer = ask(office, office.work()).json()

    assert (0, 10_000) == (answer["covered_points"], answer["uncovered_points"])
    assert answer["shares"][0]["licensor"] is None


def test_a_mandate_that_overlaps_is_refused_by_the_number_of_the_other(office):
    societies(office)
    office.work()
    number = mandate(office, 1).json()["id"]
    answer = mandate(office, 1, "052", use="concert")

    assert 409 == answer.status_code
    assert f"mandate {number} " in answer.json()["detail"]


def test_a_mandate_that_was_ended_makes_room_for_the_next(office):
    societies(office)
    office.work()
    number = mandate(office, 1).json()["id"]
    ended = office.http.post(f"/v1/mandates/{number}/end", json={"until": "2025-12-31"})

    assert 200 == ended.status_code
    assert 201 == mandate(office, 1, "052", since="2026-01-01").status_code


def test_what_cannot_be_a_mandate_is_refused_with_the_reason(office):
    societies(office)
    office.work()

    assert 422 == mandate(office, 1, until="2019-01-01").status_code
    assert 404 == mandate(office, 99).status_code
    assert 404 == mandate(office, 1, "999").status_code
    assert 422 == mandate(office, 1, kind="opt-out").status_code


def test_who_asks_too_often_is_asked_to_wait(open_office_with):
    office = open_office_with(questions_per_minute=3)
    work_id = office.work()
    answers = [ask(office, work_id).status_code for _ in range(4)]

    assert [200, 200, 200, 429] == answers


def test_a_file_of_works_comes_in_over_http_and_its_acknowledgement_is_kept(office):
    sent = office.http.post("/v1/imports/cwr", files={"file": ("a.V21", b"no CWR at all")})
    number = sent.json()["id"]
    back = office.http.get(f"/v1/imports/{number}/acknowledgement")

    assert (201, 1) == (sent.status_code, sent.json()["counts"]["refused"])
    assert back.content.startswith(b"HDRSO000000000QULAQ")
    assert b"THE FIRST RECORD IS 'NO ', NOT HDR" in back.content


def test_works_are_kept_open_when_told_to_hold(office):
    party = office.register("parties", name="Абай Сұлтанов")
    part = {"party_id": party, "role": "C", "basis_points": 9_000}
    office.register("works", title="Көктем", shares=[part], hold=True)
    (held,) = office.http.get("/v1/works", params={"held": True}).json()

    assert "90.00 %" in held["held_because"]


def test_a_title_is_found_although_it_was_typed_wrongly(office):
    office.work("Көзімнің қарасы")
    (found,) = office.http.get("/v1/search/works", params={"q": "kozimnyn karesy"}).json()

    assert "Көзімнің қарасы" == found["title"]
